"""The fuzz targets in small, so that they work when somebody wants to run them long (`python -m tests.fuzz`)."""

from __future__ import annotations

import json
from random import Random

import pytest

from tests.fuzz import matching, oracles
from tests.fuzz.parsers import TARGETS, throw
from tests.fuzz.report import RESULTS, Run
from tests.fuzz.requests import throw_requests

CASES = {"query": 400, "json": 600, "url": 400, "places": 80, "message": 60, "feed": 40, "mail": 40, "html": 20}


@pytest.mark.parametrize("target", list(TARGETS))
def test_nothing_is_found_in_a_short_run(target: str) -> None:
    run = Run(target, seed=7)
    throw(run, TARGETS[target], CASES.get(target, 8), seconds=60)
    assert run.findings == []
    assert run.cases > 0


def test_made_up_requests_find_nothing_in_a_short_run() -> None:
    run = Run("requests", seed=7)
    throw_requests(run, 150, 60, "sqlite")
    assert run.findings == []
    assert run.taken > 0


@pytest.mark.parametrize(
    ("take", "case", "fault"),
    [
        (oracles._check_mail, b"To: a@b.example\r\nBcc: c@d.example\r\nSubject: x\r\n\r\n", "bcc"),
        (oracles._check_html, "<p><b onerror=a()></p>", "onerror"),
        (oracles._check_html, '<a href="javascript:a()">x</a>', "javascript"),
    ],
)  # fmt: skip
def test_an_oracle_notices_what_it_is_there_for(take, case, fault: str) -> None:
    with pytest.raises(AssertionError, match=fault):
        take(case)


def test_the_matcher_target_notices_an_engine_that_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    case = matching.made(Random(3))
    assert matching.compare(case)["held"] > 0
    monkeypatch.setattr(matching, "matches", lambda *_: False)
    with pytest.raises(AssertionError, match="on '"):
        matching.compare(case)


def test_the_cases_of_a_seed_are_the_same_every_time() -> None:
    for name, target in TARGETS.items():
        assert target.change is not None, name
        one, other = (target.change(rng, target.make(rng)) for rng in (Random(5), Random(5)))
        assert repr(one) == repr(other), name  # a number that is none differs from itself


def test_recorded_runs_found_nothing_that_is_still_there() -> None:
    files = sorted(RESULTS.glob("*.jsonl"))
    assert {file.stem for file in files} <= {"api", "requests", *TARGETS}
    for file in files:
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        assert lines[-1]["findings"] == [], file.name
        assert all({"seed", "commit", "machine", "cases"} <= line.keys() for line in lines)
