"""Topics and places are looked up while a query is read."""

from __future__ import annotations

import pytest

from services.queries.lookups import KnownPlace, Lookups, NoPlace, SeveralPlaces
from services.queries.parser import QueryError, parse
from services.queries.tree import Place, PlaceKind

Found = KnownPlace | SeveralPlaces | NoPlace
PLACES: dict[tuple[str, str], Found] = {
    ("Chicago", "place"): KnownPlace("Chicago, IL", "il/chicago"),
    ("Chicago, IL", "place"): KnownPlace("Chicago, IL", "il/chicago"),
    ("City of Chicago", "gov"): KnownPlace("Chicago, IL", "il/chicago"),
    ("California", "place"): KnownPlace("California", "ca"),
    ("california", "place"): KnownPlace("California", "ca"),
    ("San Bernardino", "place"): KnownPlace("San Bernardino, CA", "ca/sb"),
    ("Springfield", "place"): SeveralPlaces(
        ("Springfield, IL", "Springfield, MA"),
        55,
        ("Springfield, Illinois (114,000)", "Springfield, Massachusetts (155,000)"),
    ),
    ("Stokton", "place"): NoPlace(("Stockton, CA",), ("Stockton, California (320,000)",)),
}


def find(name: str, kind: PlaceKind) -> Found:
    """A gazetteer of a few places."""
    return PLACES.get((name, kind.value), NoPlace())


LOOKUPS = Lookups(topics=("sanctuary-city", "transit"), places=find)


def mistake(text: str) -> QueryError:
    """The mistake that a query is with these look-ups."""
    with pytest.raises(QueryError) as caught:
        parse(text, LOOKUPS)
    return caught.value


def test_a_place_is_printed_by_its_canonical_name_and_keeps_its_division() -> None:
    parsed = parse("place:Chicago", LOOKUPS)
    assert parsed.text == 'place:"Chicago, IL"'
    assert parsed.tree == Place(PlaceKind.PLACE, "Chicago, IL", division="il/chicago")
    assert parse(parsed.text, LOOKUPS).tree == parsed.tree
    assert parse("place:california", LOOKUPS).text == "place:California"


def test_a_government_is_stored_as_its_place() -> None:
    assert parse('gov:"City of Chicago"', LOOKUPS).text == 'gov:"Chicago, IL"'


def test_a_place_and_a_word_after_it_are_both_asked_for() -> None:
    assert parse("place:California budget", LOOKUPS).text == "place:California AND budget"
    assert parse("place:California Budget", LOOKUPS).text == "place:California AND Budget"


def test_an_unquoted_name_of_several_words_is_refused_when_it_is_a_place() -> None:
    found = mistake("place:San Bernardino fire")
    assert found.message == 'A place of several words needs quotation marks: place:"San Bernardino", at character 7'
    assert found.length == len("San Bernardino")


def test_a_name_that_is_no_place_is_refused() -> None:
    found = mistake('a place:"Nowhere"')
    assert found.message == (
        'No place is called "Nowhere", at character 9. Add a state or country, or another spelling'
    )
    assert found.position == 9


def test_a_name_with_several_meanings_lists_them_as_whole_queries() -> None:
    found = mistake("fire place:Springfield")
    assert found.message == (
        '55 places are called "Springfield", at character 12. Did you mean Springfield, Illinois (114,000); '
        "Springfield, Massachusetts (155,000) or one of 53 more?"
    )
    assert found.readings == ('fire place:"Springfield, IL"', 'fire place:"Springfield, MA"')
    assert found.advice == "\n".join(found.readings)


def test_a_misspelt_name_is_answered_with_the_nearest() -> None:
    found = mistake("fire place~:Stokton")
    assert found.message == (
        'No place is called "Stokton", at character 13. Did you mean Stockton, California (320,000)?'
    )
    assert found.readings == ('fire place~:"Stockton, CA"',)


@pytest.mark.parametrize("text", ["topic:sanctuary-cty", "@sanctuary-cty", 'topic:"sanctuary cty"'])
def test_an_unknown_topic_is_refused_with_the_nearest(text: str) -> None:
    assert mistake(text).message.endswith(". Did you mean sanctuary-city?")
    assert mistake(text).message.startswith('There is no topic "sanctuary')


def test_known_topics_are_read() -> None:
    assert parse("topic:(transit OR sanctuary-city)", LOOKUPS).text == "topic:(transit OR sanctuary-city)"


def test_without_look_ups_topics_and_places_stay_as_typed() -> None:
    assert parse('topic:anything place:"Some  Town"').text == 'topic:anything AND place:"Some Town"'
