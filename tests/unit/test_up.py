"""How `tocsin up` waits for what it started."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from services.errors import OutsideError
from services.settings import Settings
from tests.builders import NOW
from workers import up


def test_a_database_that_is_away_for_a_moment_at_the_start_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([OutsideError("The database does not answer"), False, True])

    def all_at_work(_: Settings, __: datetime) -> bool:
        answer = next(answers)
        if isinstance(answer, OutsideError):
            raise answer
        return answer

    monkeypatch.setattr(up, "_ready", lambda _: True)
    monkeypatch.setattr(up, "_all_at_work", all_at_work)
    up._Up(Settings(data=tmp_path))._wait_ready(NOW)
    assert next(answers, None) is None
