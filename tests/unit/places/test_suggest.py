"""Places for somebody who is still typing: the likeliest first, the type always said."""

from __future__ import annotations

import pytest

from services.places.suggest import suggest
from services.store.packs import gazetteer


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("san bern", [("San Bernardino", "City in San Bernardino County, California"),
                      ("San Bernardino County", "County in California")]),
        ("Los A", [("Los Angeles", "City in Los Angeles County, California"),
                   ("Los Angeles County", "County in California")]),
        ("calif", [("California", "State")]),
        ("springf, il", [("Springfield", "City in Sangamon County, Illinois")]),
        ("lon, uk", [("London", "City in Greater London, United Kingdom")]),
        ("paris", [("Paris", "City in Île-de-France, France"), ("Paris", "City in Lamar County, Texas")]),
        ("SAN JOSE", [("San Jose", "City in Santa Clara County, California")]),
        ("geor", [("Georgia", "Country"), ("Georgia", "State")]),
    ],
)  # fmt: skip
def test_the_likeliest_divisions_come_first(typed: str, first: list[tuple[str, str]]) -> None:
    assert [(one.name, one.type) for one in suggest(gazetteer(), typed)][: len(first)] == first


@pytest.mark.parametrize("typed", ["", " ", "m", ",", ", il", "zzzzq", "(", "a" * 300, "\\d+", "é" * 40])
def test_what_begins_no_name_brings_nothing(typed: str) -> None:
    assert suggest(gazetteer(), typed) == []


def test_no_more_are_listed_than_asked_for() -> None:
    assert len(suggest(gazetteer(), "san", 5)) == 5
