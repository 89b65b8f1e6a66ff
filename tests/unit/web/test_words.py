from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.web import words

NOW = datetime(2026, 11, 19, 17, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (119.4, "119 seconds"),
        (120, "2 minutes"),
        (7199, "119 minutes"),
        (7200, "2 hours"),
        (31 * 3600, "31 hours"),
        (48 * 3600, "2 days"),
        (-3, "0 seconds"),
    ],
)
def test_ages_are_said_in_words(seconds: float, expected: str) -> None:
    assert words.age(seconds) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (None, "–"),
        (0.1, "0.1 s"),
        (9.96, "10.0 s"),
        (12.4, "12 s"),
        (150, "2 min"),
        (8940, "2 h 29 min"),
        (49 * 3600, "2 d 1 h"),
    ],
)
def test_ages_are_short_in_tables(seconds: float | None, expected: str) -> None:
    assert words.short_age(seconds) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 11, 19, 17, 13, tzinfo=UTC), "09:13"),
        (datetime(2026, 11, 19, 6, 10, tzinfo=UTC), "yesterday 22:10"),
        (datetime(2026, 11, 9, 17, 13, tzinfo=UTC), "9 November 09:13"),
        (datetime(2025, 11, 9, 17, 13, tzinfo=UTC), "9 November 2025 09:13"),
    ],
)
def test_times_are_in_the_readers_zone_and_name_the_day_if_it_is_another(at: datetime, expected: str) -> None:
    assert words.moment(at, "America/Los_Angeles", NOW) == expected


@pytest.mark.parametrize(
    ("sentence", "marks", "expected"),
    [
        ("a sanctuary city", [[2, 16]], "a <mark>sanctuary city</mark>"),
        ("<b> & co", [[0, 3]], "<mark>&lt;b&gt;</mark> &amp; co"),
        ("abc", [[2, 3], [0, 1]], "<mark>a</mark>b<mark>c</mark>"),
        ("abc", [[0, 2], [1, 3]], "<mark>ab</mark>c"),
        ("abc", [[-1, 2], [2, 9], [2, 2]], "abc"),
        ("abc", [], "abc"),
    ],
)
def test_marks_surround_their_words_and_nothing_else_is_markup(sentence: str, marks: list, expected: str) -> None:
    assert str(words.marked(sentence, marks)) == expected


def test_code_in_a_docstring_is_marked_and_escaped() -> None:
    assert str(words.coded("Push `<one>` & go")) == "Push <code>&lt;one&gt;</code> &amp; go"


def test_a_line_of_nothing_is_flat() -> None:
    assert words.spark([0, 0, 0]) == "M0.0 26.0 L50.0 26.0 L100.0 26.0"
    assert words.spark([0, 4, 2]) == "M0.0 26.0 L50.0 2.0 L100.0 14.0"


@pytest.mark.parametrize(
    ("zone", "expected"), [("America/Los_Angeles", "Los Angeles"), ("UTC", "UTC"), ("America/Argentina/Salta", "Salta")]
)
def test_a_zone_is_called_by_its_city(zone: str, expected: str) -> None:
    assert words.place_of(zone) == expected
