"""How times and days are given on the command line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.cli.person_change import day, hours
from services.cli.subscription_change import until
from services.errors import InvalidError

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "later"),
    [("90m", timedelta(minutes=90)), ("8h", timedelta(hours=8)), ("3D", timedelta(days=3)),
     ("2026-11-20T12:00Z", timedelta(days=1)), ("2026-11-19T12:00-08:00", timedelta(hours=8)),
     ("2026-11-19T13:00", timedelta(hours=1))],
)  # fmt: skip
def test_a_snooze_is_a_length_or_a_moment(text: str, later: timedelta) -> None:
    assert until(text, NOW) - NOW == later


@pytest.mark.parametrize("text", ["soon", "h", "", "-3h", "1.5h", "9999999h", "2026-13-01"])
def test_a_snooze_that_is_neither_is_refused(text: str) -> None:
    with pytest.raises(InvalidError, match="no time to come"):
        until(text, NOW)


def test_quiet_hours_are_two_times_or_none() -> None:
    assert hours("22:00-06:30") == hours("22:00 – 06:30") == ("22:00", "06:30")
    assert hours("none") == ()
    with pytest.raises(InvalidError, match="no quiet hours"):
        hours("22:00")


def test_a_day_is_known_by_the_beginning_of_its_name() -> None:
    assert [day("monday"), day("Tue"), day("su")] == [0, 1, 6]
    with pytest.raises(InvalidError, match="no day"):
        day("someday")
