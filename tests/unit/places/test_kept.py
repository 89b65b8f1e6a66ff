"""What is kept of an article's places comes back as it was, through JSON and without the gazetteer."""

from __future__ import annotations

import json

import pytest

from services.articles.zones import read_text
from services.places.kept import Kept, keep, known_as, of_json, shown, to_json
from services.places.understand import understand
from services.store.packs import gazetteer

TEXT = (
    "Stockton council sues\n\nSTOCKTON, Calif. — The Stockton City Council sued the state of California on Tuesday.\n\n"
    "Springfield and Portland have sued before, a lawyer from San Joaquin County said. Paris and Tbilisi have not."
)


def _kept(text: str, home: str | None = None) -> Kept:
    return keep(understand(read_text(text), gazetteer(), home), gazetteer(), home)


def test_json_gives_the_same_back() -> None:
    kept = _kept(TEXT, "US-CA")
    assert len(kept.mentions) >= 5
    assert any(one.ambiguous for one in _kept("Springfield police closed the road.").mentions)
    for one in (kept, _kept("Springfield police closed the road."), _kept("Nothing is named here."), Kept()):
        assert of_json(json.loads(json.dumps(to_json(one)))) == one


def test_every_division_is_kept_with_what_contains_it() -> None:
    kept = _kept(TEXT)
    assert set(kept.around("ocd-division/country:us/state:ca/place:stockton")) >= {
        "ocd-division/country:us/state:ca", "ocd-division/country:us/state:ca/county:san_joaquin",
        "ocd-division/country:us",
    }  # fmt: skip
    assert {one.division for one in kept.mentions} <= set(kept.divisions)


@pytest.mark.parametrize(
    ("division", "said"),
    [
        ("ocd-division/country:us/state:ca/place:san_bernardino", "San Bernardino, California (city)"),
        ("ocd-division/country:us/state:ca/county:san_bernardino", "San Bernardino County, California"),
        ("ocd-division/country:us/state:ca", "California"),
        ("ocd-division/country:us", "United States"),
        ("ocd-division/country:ge", "Georgia (country)"),
        ("ocd-division/country:us/state:ga", "Georgia"),
        ("ocd-division/country:us/state:la/parish:orleans", "Orleans Parish, Louisiana"),
        ("ocd-division/country:ca/region:ontario", "Ontario, Canada (region)"),
    ],
)
def test_a_division_is_said_with_its_type(division: str, said: str) -> None:
    one = known_as(gazetteer(), division)
    assert one is not None
    assert one.shown == said


def test_programs_are_shown_mentions_as_objects() -> None:
    found = shown(_kept(TEXT))
    assert found["states"][0] == "US-CA"
    first = found["places"][0]
    assert (first["zone"], first["text"], first["name"], first["type"]) == (
        "title",
        "Stockton",
        "Stockton, CA",
        "place",
    )
