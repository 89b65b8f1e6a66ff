"""Crash points end processes on purpose, in tests only."""

import pytest

from services import crashpoints
from services.errors import InvalidError


@pytest.mark.parametrize("name", ["TOCSIN_CRASHPOINT", "TOCSIN_CRASHFILE"])
def test_they_are_refused_in_production(name: str) -> None:
    with pytest.raises(InvalidError, match="TOCSIN_TEST=1"):
        crashpoints.arm({name: "C17:1"})


def test_the_process_ends_at_the_wanted_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr("os.kill", lambda pid, number: ended.append(number))
    crashpoints.arm({"TOCSIN_CRASHPOINT": "C17:2", "TOCSIN_TEST": "1"})
    crashpoints.crashpoint("C17")
    crashpoints.crashpoint("C13")
    assert not ended
    crashpoints.crashpoint("C17")
    assert ended == [9]
    crashpoints.arm({})


def test_a_file_ends_the_first_process_of_the_role(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    ended: list[int] = []
    monkeypatch.setattr("os.kill", lambda pid, number: ended.append(number))
    file = tmp_path / "crash"
    file.write_text("match C09")
    crashpoints.arm({"TOCSIN_CRASHFILE": str(file), "TOCSIN_TEST": "1", "TOCSIN_ROLE": "ingest"})
    crashpoints.crashpoint("C09")
    assert not ended
    crashpoints.arm({"TOCSIN_CRASHFILE": str(file), "TOCSIN_TEST": "1", "TOCSIN_ROLE": "match"})
    crashpoints.crashpoint("C09")
    crashpoints.crashpoint("C09")
    assert ended == [9]
    crashpoints.arm({})
