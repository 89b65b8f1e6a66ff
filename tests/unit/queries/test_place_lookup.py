"""Names of places in queries: what a bare name means, what is asked back, and that every printed name is found again."""

from __future__ import annotations

import random

import pytest

from services.queries.lookups import KnownPlace, Lookups, NoPlace, SeveralPlaces
from services.queries.parser import QueryError, parse
from services.queries.place_lookup import place_lookup
from services.queries.place_names import canonical, meanings
from services.queries.tree import PlaceKind
from services.store.packs import find_place, gazetteer

LOOKUPS = Lookups(places=find_place)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("place:Chicago", 'place:"Chicago, IL"'),
        ('place:"chicago, il"', 'place:"Chicago, IL"'),
        ("place:California", "place:California"),
        ("place:CA", "place:California"),
        ("place:Georgia", "place:Georgia"),
        ('place:"Georgia (country)"', 'place:"Georgia (country)"'),
        ("place:Washington", "place:Washington"),
        ('place:"Washington, D.C."', 'place:"Washington, DC"'),
        ('place:"New York"', 'place:"New York"'),
        ('place:"New York, NY"', 'place:"New York City, NY"'),
        ("place:Mexico", "place:Mexico"),
        ("place:Paris", 'place:"Paris, France"'),
        ('place:"Paris, Texas"', 'place:"Paris, TX"'),
        ("place:U.S.", 'place:"United States"'),
        ('place:"San Bernardino"', 'place:"San Bernardino, CA"'),
        ('place:"San Bernardino County"', 'place:"San Bernardino County, CA"'),
        ('place:="Carson City, NV"', 'place:="Carson City, NV"'),
        ('place:"London, Ontario"', 'place:"London, Canada"'),
        ('place:"ocd-division/country:us/state:il/place:chicago"', 'place:"Chicago, IL"'),
        ('about:"St. Louis"', 'about:"St. Louis, MO"'),
    ],
)
def test_a_name_means_one_place_and_is_printed_by_its_canonical_name(typed: str, printed: str) -> None:
    parsed = parse(typed, LOOKUPS)
    assert parsed.text == printed
    assert parse(printed, LOOKUPS).tree == parsed.tree


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("City of Chicago", "Chicago, IL"),
        ("Chicago City Council", "Chicago, IL"),
        ("Iowa City Council", "Iowa City, IA"),
        ("New York City Council", "New York City, NY"),
        ("Los Angeles County Board of Supervisors", "Los Angeles County, CA"),
        ("Los Angeles County Sheriff", "Los Angeles County, CA"),
        ("California Senate", "California"),
        ("State of California", "California"),
        ("U.S. Department of Justice", "United States"),
        ("Stockton police", "Stockton, CA"),
    ],
)
def test_gov_takes_the_name_of_a_government(name: str, place: str) -> None:
    found = find_place(name, PlaceKind.GOVERNMENT)
    assert isinstance(found, KnownPlace)
    assert found.name == place


def test_a_government_is_no_place() -> None:
    assert isinstance(find_place("Chicago City Council", PlaceKind.PLACE), NoPlace)


def test_a_name_with_several_meanings_is_asked_back_with_the_people_of_each() -> None:
    with pytest.raises(QueryError) as caught:
        parse("place:Springfield fire", LOOKUPS)
    assert "Did you mean Springfield, Missouri (170,000); Springfield, Massachusetts (154,000)" in caught.value.message
    assert caught.value.readings[2] == 'place:"Springfield, IL" fire'
    for reading in caught.value.readings:
        assert parse(reading, LOOKUPS).text


def test_counties_are_asked_back_since_nobody_knows_their_people() -> None:
    found = find_place("Orange County", PlaceKind.PLACE)
    assert isinstance(found, SeveralPlaces)
    assert found.count == 8
    assert found.shown[0] == "Orange County, California"


@pytest.mark.parametrize(
    ("typed", "near"),
    [("Stokton", "Stockton, CA"), ("Stokton, CA", "Stockton, CA"), ("Chciago", "Chicago, IL"),
     ("san bernar", "San Bernardino, CA")],
)  # fmt: skip
def test_a_name_that_no_place_has_is_answered_with_the_nearest(typed: str, near: str) -> None:
    found = find_place(typed, PlaceKind.PLACE)
    assert isinstance(found, NoPlace)
    assert near in found.names


def test_every_division_is_found_by_the_name_it_is_printed_by() -> None:
    known, rng = gazetteer(), random.Random(11)
    united = [row for row in range(len(known)) if known.country_of(row) == known.country]
    for row in [*rng.sample(united, 250), *rng.sample(range(len(known)), 150)]:
        found = meanings(known, canonical(known, row))
        assert [known.id_of(one) for one in found] == [known.id_of(row)], known.id_of(row)


def test_a_name_asked_again_is_remembered() -> None:
    look_up = place_lookup(gazetteer())
    assert look_up("Chicago", PlaceKind.PLACE) is look_up("Chicago", PlaceKind.PLACE)
