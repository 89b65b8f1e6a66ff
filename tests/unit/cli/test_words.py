"""Numbers, ages and times in the terminal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.cli import words

NOW = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "–"), (0.12, "0.1 s"), (2, "2 s"), (119, "119 s"), (120, "2 min"), (3599, "59 min"),
        (8940, "2 h 29 min"), (47 * 3600, "47 h 0 min"), (76 * 3600, "3 d 4 h"),
    ],
)  # fmt: skip
def test_an_age_in_a_table(seconds: float | None, shown: str) -> None:
    assert words.age(seconds) == shown


@pytest.mark.parametrize(("value", "shown"), [(24.0, "24"), (1.6, "1.6"), (0.0, "0"), (1203.0, "1,203")])
def test_a_number_has_no_idle_decimals(value: float, shown: str) -> None:
    assert words.number(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(None, "0"), (8940.0, "8940"), (0.1, "0.1"), (1203.12345, "1203.123")])
def test_a_number_for_a_program_has_no_thousands(value: float | None, shown: str) -> None:
    assert words.plain_number(value) == shown


@pytest.mark.parametrize(
    ("values", "shown"), [([0, 0, 0], "▁▁▁"), ([1, 2, 4, 8], "▂▃▅█"), ([0, 1], "▁█"), ([1000, 1], "█▂")]
)
def test_something_is_never_drawn_as_nothing(values: list[int], shown: str) -> None:
    assert words.bars(values) == shown


@pytest.mark.parametrize(("a_day", "shown"), [(12.0, "about 12 alerts a day"), (0.0, "no alert")])
def test_a_rate_is_about_so_many_unless_it_is_none(a_day: float, shown: str) -> None:
    assert words.rate(a_day) == shown


def test_a_time_for_a_program_is_utc_to_the_second() -> None:
    assert words.stamp(NOW + timedelta(microseconds=5)) == "2026-11-19T12:00:00Z"
    assert words.stamp(None) == ""


@pytest.mark.parametrize(("days", "pattern"), [(0, "%H:%M"), (3, "%-d %b %H:%M"), (400, "%-d %b %Y")])
def test_a_time_says_as_much_of_its_day_as_is_needed(days: int, pattern: str) -> None:
    at = NOW - timedelta(days=days)
    assert words.moment(at, NOW) == at.astimezone().strftime(pattern)


def test_the_home_folder_is_a_tilde() -> None:
    assert words.home(Path.home() / "data") == "~/data"
    assert words.home(Path("/srv/tocsin")) == "/srv/tocsin"
