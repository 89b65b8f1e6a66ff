"""`tocsin bench rules` as people and programs run it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parts import until

TOCSIN = Path(sys.executable).with_name("tocsin")
FIGURES = {"best_us", "median_us", "p50_us", "p99_us", "bytes_per_rule", "load_s", "add_us", "remove_us", "candidates",
           "matches"}  # fmt: skip


def _bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([TOCSIN, "bench", "rules", *arguments], capture_output=True, text=True, check=False)


def _corpus(folder: Path) -> Path:
    texts = [
        f"The council of town {n} voted on rent control, and the mayor of {n} spoke for it and for street {n}, while owners of house {n * 7} spoke against it."
        for n in range(30)
    ]
    file = folder / "articles.jsonl"
    file.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    return file


def test_it_measures_rules_of_a_file_on_articles_of_a_file(tmp_path: Path) -> None:
    rules = tmp_path / "rules.txt"
    rules.write_text('# mine\n"rent control"\ncouncil NEAR/9 rent\n\nmayor -tax\nrent control AND x\n')
    done = _bench(
        "--corpus", str(_corpus(tmp_path)), "--rules", str(rules), "--sizes", "3", "--peers", "regex", "--json"
    )
    assert done.returncode == 0, done.stderr
    (size,) = json.loads(done.stdout)["sizes"]
    assert set(size) == {"rules", "articles", "agree", "ours", "peers"}
    assert (size["rules"], size["articles"], size["agree"]) == (3, 30, 30)
    assert set(size["ours"]) == FIGURES
    assert set(size["peers"]["regex"]) == {*FIGURES, "ratio"}
    assert size["ours"]["matches"] == 3.0  # the two of words and the one with NEAR


def test_it_draws_rules_and_tells_people_how_they_were_translated(tmp_path: Path) -> None:
    pytest.importorskip("mokaccino")
    done = _bench("--sizes", "40", "--corpus", str(_corpus(tmp_path)))
    assert done.returncode == 0, done.stderr
    assert "all found the same rules on 30 of 30 articles" in done.stdout
    assert "mokaccino: words and phrases are values of one field" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--sizes", "10,many"], 'found "many"'),
        (["--peers", "lucene"], 'no peer "lucene"'),
        (["--rules", "RULES"], "line 2: "),
        (["--corpus", "RULES"], "line 1"),
        (["--corpus", "SHORT"], "more than 20 words"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, arguments: list[str], said: str) -> None:
    file = tmp_path / "rules.txt"
    file.write_text("rent\nrent OR\n")
    short = tmp_path / "short.jsonl"
    short.write_text('{"text": "Rents rise."}\n')
    done = _bench(*({"RULES": str(file), "SHORT": str(short)}.get(one, one) for one in arguments))
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def interrupts() -> Iterator[None]:
    """Let what is started hear of interrupts: what a shell starts in the background ignores them, and its children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts")
def test_an_interrupt_ends_it_and_what_it_started() -> None:
    command = [TOCSIN, "bench", "rules", "--sizes", "200000", "--peers", ""]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
    child = int(until(lambda: children.read_text().split(), "the measuring process")[0])
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "Traceback" not in said, said
    until(lambda: not Path(f"/proc/{child}").exists(), "the end of the measuring process")
