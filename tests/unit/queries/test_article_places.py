"""Which place clauses hold for an article: within, exactly, unsure mentions too; what it is about; its governments."""

from __future__ import annotations

import pytest

from services.articles.article import Zone
from services.articles.zones import read_text
from services.places.kept import Kept, Known
from services.places.understand import Mention
from services.queries.article_places import LEAST, ArticlePlaces
from services.queries.document import document
from services.queries.evaluate import evaluate
from services.queries.places import fact_of
from services.queries.tree import Place, PlaceKind, Term

US, CA, IL, MO = "us", "us/ca", "us/il", "us/mo"
STOCKTON, SPRINGFIELD_IL, SPRINGFIELD_MO = "us/ca/stockton", "us/il/springfield", "us/mo/springfield"
TEXT = "Stockton sued on Monday.\n\nCrews from Springfield came to help, and Stockton paid."
SHOWN = {
    STOCKTON: ("Stockton, California (city)", (CA, US)), CA: ("California", (US,)),
    SPRINGFIELD_IL: ("Springfield, Illinois (city)", (IL, US)),
    SPRINGFIELD_MO: ("Springfield, Missouri (city)", (MO, US)),
}  # fmt: skip


def _mention(word: str, division: str, zone: Zone = Zone.LEAD, **more: object) -> Mention:
    start = TEXT.index(word) if zone is Zone.LEAD else TEXT.rindex(word)
    given: dict[str, object] = {"confidence": 0.9, "ambiguous": False, "others": ()} | more
    return Mention(
        zone=zone, start=start, end=start + len(word), text=word, division=division, name=division, type="place",
        lat=0.0, lon=0.0, within=SHOWN[division][1], evidence="the state stands beside it", **given,
    )  # type: ignore[arg-type]  # fmt: skip


SURE = (_mention("Stockton", STOCKTON), _mention("Stockton", STOCKTON, Zone.BODY))
UNSURE = _mention("Springfield", SPRINGFIELD_IL, Zone.BODY, ambiguous=True, others=(SPRINGFIELD_MO,))
FAINT = _mention("Springfield", SPRINGFIELD_IL, Zone.BODY, confidence=LEAST - 0.01)


def _places(*mentions: Mention, about: tuple[str, ...] = (), gov: tuple[str, ...] = ()) -> ArticlePlaces:
    divisions = {id_: Known(id_, id_, shown, "place", 0.0, 0.0, within) for id_, (shown, within) in SHOWN.items()}
    return ArticlePlaces(Kept(mentions, (), (), about, gov, divisions=divisions))


def _asked(division: str, kind: PlaceKind = PlaceKind.PLACE, *, exact: bool = False, ambiguous: bool = False) -> Place:
    return Place(kind, SHOWN.get(division, (division,))[0], exact, ambiguous, division)


@pytest.mark.parametrize(
    ("place", "holds"),
    [
        (_asked(STOCKTON), True),
        (_asked(CA), True),
        (_asked(US), True),
        (_asked(STOCKTON, exact=True), True),
        (_asked(CA, exact=True), False),
        (_asked(SPRINGFIELD_IL), False),
        (_asked(IL), False),
        (_asked(SPRINGFIELD_IL, ambiguous=True), True),
        (_asked(SPRINGFIELD_MO, ambiguous=True), True),
        (_asked(MO, ambiguous=True), True),
        (_asked(MO, exact=True, ambiguous=True), False),
        (_asked(STOCKTON, ambiguous=True), True),
        (_asked(STOCKTON, PlaceKind.ABOUT), True),
        (_asked(CA, PlaceKind.ABOUT), True),
        (_asked(CA, PlaceKind.ABOUT, exact=True), False),
        (_asked(STOCKTON, PlaceKind.GOVERNMENT), False),
        (_asked(SPRINGFIELD_MO, PlaceKind.ABOUT, ambiguous=True), False),
    ],
)
def test_a_clause_holds_by_what_is_named(place: Place, holds: bool) -> None:
    places = _places(*SURE, UNSURE, about=(STOCKTON,))
    assert places.holds(place) is holds
    assert (fact_of(place) in places.facts()) is holds
    assert bool(places.hits(place)) is holds


def test_a_mention_of_little_confidence_does_not_count_but_is_shown() -> None:
    places = _places(FAINT)
    assert not places.holds(_asked(SPRINGFIELD_IL))
    (hit,) = places.left_out(_asked(IL))
    assert hit.how == "“Springfield”: perhaps Springfield, Illinois (city), too unsure to count"


def test_an_unsure_mention_is_said_to_be_left_out_with_what_it_may_be() -> None:
    (hit,) = _places(*SURE, UNSURE).left_out(_asked(MO))
    said = "“Springfield”: ambiguous, it may be Springfield, Illinois (city) or Springfield, Missouri (city)"
    assert (hit.how, TEXT[hit.start : hit.end]) == (said, "Springfield")
    assert _places(*SURE, UNSURE).left_out(_asked(STOCKTON)) == ()


def test_a_place_is_told_with_where_it_is_named_and_what_decided_it() -> None:
    first = _places(*SURE).hits(_asked(STOCKTON))[0]
    assert (
        first.how == "Stockton, California (city): twice in the text, understood so because the state stands beside it"
    )
    within = _places(*SURE).hits(_asked(CA))[0].how
    assert within.startswith("Stockton, California (city): twice in the text, within California, ")


def test_a_clause_that_was_read_without_look_ups_never_holds() -> None:
    assert not _places(*SURE).holds(Place(PlaceKind.PLACE, "Stockton"))


def test_what_was_left_out_stands_among_what_does_not_count() -> None:
    verdict = evaluate(_asked(IL), document(read_text(TEXT)), {}, _places(*SURE, UNSURE))
    assert not verdict.matched
    (one,) = verdict.ignored
    assert (one.zone, one.words, one.clause) == (Zone.BODY, ("Springfield",), 'place:"us/il"')


def test_places_are_looked_for_when_first_asked() -> None:
    def never() -> Kept:
        raise AssertionError("nobody asked")

    evaluate(Term("stockton"), document(read_text(TEXT)), {}, ArticlePlaces(never))
