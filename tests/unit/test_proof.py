"""What the README says of the proofs is what the result files say."""

from pathlib import Path

from tests.faults.checker import Copy
from tests.faults.rigs import RIGS
from tests.faults.rigs_restore import unknown
from tests.faults.table import WHAT, table

ROOT = Path(__file__).parents[2]


def test_the_table_of_faults_is_that_of_the_result_files() -> None:
    lines = (ROOT / "tests/faults/results/rigs.jsonl").read_text().splitlines()
    assert table(lines) in (ROOT / "README.md").read_text(), "python -m tests.faults.table prints what belongs there"


def test_every_rig_stands_in_the_table() -> None:
    assert set(WHAT) == set(RIGS)


def test_a_run_that_broke_the_promise_says_so() -> None:
    run = '{"rig": "disk", "database": "sqlite", "faults": 2, "obligations": 5, "lost": 1, "unexpected": 0, '
    made = table([run + '"unexcused": 0, "disagreeing": 0, "duplicates": 0}'])
    assert "| BROKEN, 2 faults, 5 owed, 1 lost, 0 again | not run |" in made


def test_a_message_after_a_restore_must_have_an_id_that_its_receiver_knows() -> None:
    told = [Copy("/a", "Case 1", "m1"), Copy("/a", "Case 1-corrected", "m2"), Copy("/b", "Case 1", "m3")]
    known = [Copy("/a", "Case 1-corrected", "m1"), Copy("/a", "Case 2", "m9"), Copy("chat", "Case 1", "")]
    assert unknown(told, known) == []
    assert unknown(told, [Copy("/a", "Case 1", "m3"), Copy("/b", "Case 1", "m3")]) == ["/a Case 1 m3"]
