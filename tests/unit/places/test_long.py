"""A long article of nothing but places takes so much longer as it is longer, and no more."""

from __future__ import annotations

import sys

from services.places.understand import understand
from tests.unit.places.gazetteer import gazetteer

LINE = (
    "Springfield and Portland joined the council of Lincoln, Nebraska. Dover, Ohio and Salem, Oregon met in Texas. "
    "Officials of Franklin County wrote to Jackson and Aurora.\n\n"
)


def calls(text: str) -> int:
    """Count the functions that are called to find the places of a text."""
    count = 0

    def note(_frame: object, event: str, _what: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        understand(text, gazetteer())
    finally:
        sys.setprofile(None)
    return count


def test_four_times_the_places_take_four_times_the_work() -> None:
    understand(LINE, gazetteer())
    short, long = calls(LINE * 40), calls(LINE * 160)
    assert long < 5 * short


def test_what_stands_behind_many_mentions_of_the_same_place_is_no_witness() -> None:
    many = "The council of Portland met. " * 300
    (first, *_) = understand(f"{many}\n\nThen it wrote to Salem, Oregon.", gazetteer()).mentions
    (near, *_) = understand("The council of Portland met. Then it wrote to Salem, Oregon.", gazetteer()).mentions
    assert "Oregon" in near.evidence
    assert "next to" not in first.evidence
