"""Recording an answer outlasts a database that is away for a moment."""

import pytest

from services import telling
from services.errors import OutsideError


class Away:
    """A store that fails so many times before it writes."""

    def __init__(self, times: int) -> None:
        self.left = times

    def write_alike(self, make, given):
        if self.left:
            self.left -= 1
            raise OutsideError("The database does not answer", code="database")
        return make(None, [given])[0]


class Recorder:
    """A teller that records whatever it is given."""

    def record(self, work, answers):
        return [True] * len(answers)


def test_an_answer_is_recorded_when_the_database_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "AGAIN_S", (0.0, 0.0))
    assert telling._recorded(Away(2), "an answer", Recorder())
    with pytest.raises(OutsideError):
        telling._recorded(Away(3), "an answer", Recorder())
