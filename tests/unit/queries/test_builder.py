"""The builder: the conditions of a query in its order, the same query back, and why some have none."""

from __future__ import annotations

from random import Random

import pytest

from services.errors import InvalidError
from services.queries import building
from services.queries.builder import Close, Condition, Field, Says, Unshown, Where, build, tree_of
from services.queries.building import UnclearPlaceError
from services.queries.canonical import to_text
from services.queries.lookups import KnownPlace, Lookups, NoPlace, SeveralPlaces
from services.queries.parser import parse, parse_unfinished
from services.queries.tree import PlaceKind
from tests.generate import query

SHOWN = [
    "rent",
    '"rent control" AND detainer* AND topic:housing',
    "lease OR rent OR topic:housing",
    "rent NOT (animal* OR wildlife)",
    "rent NOT animal* NOT wildlife",
    "place:Chicago AND rent",
    '(topic:housing OR detainer*) AND about:"Chicago, IL" NOT animal*',
    "rent AND place:(Chicago OR Ohio) NOT place:Texas",
    'place:="Ohio" AND rent',
    'source:"Oakton Ledger"',
    'rent AND source:(a OR "Oakton Ledger") NOT author:ruiz AND lang:en NOT site:example.org',
    "rent NEAR/5 control",
    '(rent OR lease) ONEAR/3 (control OR "price cap") AND =ICE',
    "rent AND (a OR b) AND lease",
]


@pytest.mark.parametrize("text", SHOWN)
def test_a_query_of_conditions_comes_back_as_the_same_canonical_text(text: str) -> None:
    tree = parse(text).tree
    conditions = build(tree)
    assert not isinstance(conditions, Unshown)
    assert tree_of(conditions) == tree
    assert to_text(tree) == to_text(tree_of(conditions) or tree) == parse(text).text


def test_every_query_of_the_language_comes_back_the_same_or_is_said_not_to_be_shown() -> None:
    shown = 0
    for seed in range(3_000):
        tree = query(Random(seed))
        conditions = build(tree)
        if isinstance(conditions, Unshown):
            assert conditions.reason.startswith(("The builder", "Here"))
        else:
            shown += 1
            assert tree_of(conditions) == tree
            assert build(tree_of(conditions)) == conditions
    assert shown > 500


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("(a b) OR (c d)", "an OR joins whole groups"),
        ("rent OR place:Ohio", "an OR joins what the builder keeps apart"),
        ("title:rent", "on one part of an article, as “title:rent” is"),
        ("rent SENT control", "SENT and PARA"),
        ("ATLEAST/3(rent)", "ATLEAST"),
        ("rent words:>300", "on the length"),
        ("rent -(a b)", "leaves out what stands together"),
        ("rent -(a NEAR/3 b)", "NEAR that is left out"),
    ],
)
def test_a_query_of_another_shape_says_why_it_is_not_shown(text: str, said: str) -> None:
    found = build(parse(text).tree)
    assert isinstance(found, Unshown)
    assert said in found.reason


def conditions(text: str) -> tuple[Condition, ...]:
    found = build(parse_unfinished(text))
    assert not isinstance(found, Unshown)
    return found


def text_of(found: tuple[Condition, ...]) -> str:
    tree = tree_of(found)
    return to_text(tree) if tree is not None else ""


def says(how: str, typed: str) -> Condition:
    return building.counted(Says(build(parse("x").tree)[0].how, building.said(typed, Lookups())), how)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("sanctuary city", '"sanctuary city"'),
        ('"sanctuary city"', '"sanctuary city"'),
        ("detainer*, sanctuary city , topic:housing", 'detainer* OR "sanctuary city" OR topic:housing'),
        ('"a, b", c', '"a, b" OR c'),
        ("OR, rent", '"OR" OR rent'),
        ("=ICE, ice", "=ICE OR ice"),
    ],
)
def test_what_is_typed_becomes_words_and_exact_phrases(typed: str, shown: str) -> None:
    text = text_of((says("any", typed),))
    assert text == shown
    assert parse(text).text == shown


@pytest.mark.parametrize("typed", ["", " , ", "—", "topic:nothing"])
def test_nothing_to_look_for_is_refused(typed: str) -> None:
    with pytest.raises(InvalidError):
        building.said(typed, Lookups(topics={"housing"}))


def test_items_are_added_counted_otherwise_and_taken_away() -> None:
    found = conditions("rent NOT animal* AND place:Ohio")
    found = building.more(found, 0, says("all", "lease"))
    assert text_of(found) == "rent AND lease NOT animal* AND place:Ohio"
    found = (building.counted(found[0], "any"), *found[1:])
    assert text_of(found) == "(rent OR lease) NOT animal* AND place:Ohio"
    found = building.more(found, 1, says("none", "wildlife"))
    assert text_of(found) == "(rent OR lease) NOT (animal* OR wildlife) AND place:Ohio"
    found = (*found[:2], building.itself(building.counted(found[2], "-about"), exact=True))
    assert text_of(found).endswith(' NOT about:="Ohio"')
    found = building.less(building.less(found, 0, 0), 0, 0)
    assert text_of(found) == 'NOT (animal* OR wildlife) NOT about:="Ohio"'
    assert conditions(text_of(found)) == found


def test_two_things_near_each_other_are_one_condition() -> None:
    made = building.close("rent, lease", "price cap", "5", Lookups())
    assert text_of((made,)) == '(rent OR lease) NEAR/5 "price cap"'
    assert text_of((building.counted(made, "12"),)) == '(rent OR lease) NEAR/12 "price cap"'
    assert isinstance(made, Close)
    assert building.less((made,), 0, 0) == ()
    for far in ("0", "101", "x", ""):
        with pytest.raises(InvalidError, match="from 1 to 100"):
            building.close("a", "b", far, Lookups())


def look_up(typed: str, kind: PlaceKind) -> KnownPlace | SeveralPlaces | NoPlace:
    if typed == "Springfield":
        return SeveralPlaces(("Springfield, IL", "Springfield, MO"), 34)
    return KnownPlace("Chicago, IL", "id") if typed == "chicago" else NoPlace()


def test_a_place_is_looked_up_and_an_unclear_one_is_asked_back() -> None:
    places = Lookups(places=look_up)
    made = Where(PlaceKind.ABOUT, (building.place("chicago", PlaceKind.ABOUT, places),), out=False)
    assert text_of((made,)) == 'about:"Chicago, IL"'
    with pytest.raises(UnclearPlaceError, match="34 places are called") as raised:
        building.place("Springfield", PlaceKind.PLACE, places)
    assert raised.value.names == ("Springfield, IL", "Springfield, MO")
    with pytest.raises(UnclearPlaceError, match="No place is called"):
        building.place("Nowhere", PlaceKind.PLACE, places)


def test_fields_take_names_hosts_and_languages() -> None:
    made = [building.field("source", "Oakton Ledger"), building.field("site", "https://www.example.org/x"),
            building.field("lang", "EN")]  # fmt: skip
    assert text_of(tuple(made)) == 'source:"Oakton Ledger" AND site:example.org AND lang:en'
    assert isinstance(made[0], Field)
    assert text_of((*made[:1], building.counted(made[2], "-lang"))) == 'source:"Oakton Ledger" NOT lang:en'
    with pytest.raises(InvalidError, match="two or three letters"):
        building.field("lang", "English")
