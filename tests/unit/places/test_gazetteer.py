"""The gazetteer: typed divisions with public ids, found by any of their names."""

from __future__ import annotations

import random

import pytest

from services.errors import InvalidError
from services.places.find import find
from services.places.gazetteer import load
from tests.unit.places.gazetteer import gazetteer


@pytest.mark.parametrize(
    ("asked", "division"),
    [
        ("Chicago", "ocd-division/country:us/state:il/place:chicago"),
        ("chicago, illinois", "ocd-division/country:us/state:il/place:chicago"),
        ("City of San Bernardino", "ocd-division/country:us/state:ca/place:san_bernardino"),
        ("San Bernardino County, CA", "ocd-division/country:us/state:ca/county:san_bernardino"),
        ("LA County", "ocd-division/country:us/state:ca/county:los_angeles"),
        ("orleans parish", "ocd-division/country:us/state:la/parish:orleans"),
        ("Calif.", "ocd-division/country:us/state:ca"),
        ("State of California", "ocd-division/country:us/state:ca"),
        ("D.C.", "ocd-division/country:us/district:dc"),
        ("Puerto Rico", "ocd-division/country:us/territory:pr"),
        ("NYC", "ocd-division/country:us/state:ny/place:new_york"),
        ("Saint Louis, MO", "ocd-division/country:us/state:mo/place:st_louis"),
        ("St. Louis, MO", "ocd-division/country:us/state:mo/place:st_louis"),
        ("coeur d'alene", "ocd-division/country:us/state:id/place:coeur_dalene"),
        ("Litchfield County, CT", "ocd-division/country:us/state:ct/county:litchfield"),
        ("UK", "ocd-division/country:gb"),
        ("Kiev", "ocd-division/country:ua/region:kyiv/place:kyiv"),
        ("US-CA-037", "ocd-division/country:us/state:ca/county:los_angeles"),
    ],
)
def test_a_name_finds_its_division(asked: str, division: str) -> None:
    assert find(gazetteer(), asked, 1)[0].id == division


def test_a_name_of_many_lists_them_the_largest_first() -> None:
    found = find(gazetteer(), "springfield", 60)
    assert [one.title for one in found[:3]] == ["Springfield, MO", "Springfield, MA", "Springfield, IL"]
    assert len(found) > 25


def test_what_nobody_is_called_finds_nothing() -> None:
    assert find(gazetteer(), "Nowhereatallville") == []
    assert find(gazetteer(), "  ") == []


def test_every_id_leads_back_to_its_division() -> None:
    places = gazetteer()
    for row in random.Random(7).sample(range(len(places)), 150):
        division = places.id_of(row)
        back = places.row_of(division)
        assert back is not None
        assert places.id_of(back) == division


def test_a_city_lies_in_its_counties_and_its_state() -> None:
    houston = find(gazetteer(), "Houston, TX")[0]
    assert "ocd-division/country:us/state:tx/county:harris" in houston.parents
    assert "ocd-division/country:us/state:tx/county:fort_bend" in houston.parents
    assert houston.parents[-2:] == ("ocd-division/country:us/state:tx", "ocd-division/country:us")


def test_new_york_city_lies_in_five_counties() -> None:
    parents = find(gazetteer(), "New York City")[0].parents
    assert len([one for one in parents if "/county:" in one]) == 5


def test_connecticut_keeps_its_old_counties_beside_the_new_regions() -> None:
    parents = find(gazetteer(), "Torrington, CT")[0].parents
    assert "ocd-division/country:us/state:ct/county:litchfield" in parents
    assert any("planning_region" in one for one in parents)


def test_baltimore_is_in_no_county() -> None:
    assert find(gazetteer(), "Baltimore, MD")[0].parents == (
        "ocd-division/country:us/state:md",
        "ocd-division/country:us",
    )


def test_a_point_and_a_population_are_those_of_the_place() -> None:
    chicago = find(gazetteer(), "Chicago, IL")[0]
    assert (round(chicago.lat), round(chicago.lon)) == (42, -88)
    assert 2_000_000 < chicago.population < 3_500_000


def test_a_missing_gazetteer_is_named(tmp_path) -> None:
    with pytest.raises(InvalidError, match="The gazetteer is not there"):
        load(tmp_path)


def test_a_broken_gazetteer_is_named(tmp_path) -> None:
    (tmp_path / "gazetteer.bin").write_bytes(b"not compressed")
    with pytest.raises(InvalidError, match="is no gazetteer"):
        load(tmp_path)
