"""What the percolator's face promises: immediate rules, one failure alone, honest counts."""

from __future__ import annotations

import pytest

from services.articles.article import Article, Passage, Zone
from services.queries.parser import parse
from services.queries.places import PlaceFact, PlaceHit
from services.queries.tree import Node, Place, PlaceKind
from services.rules.engine import Engine
from services.rules.frequent import SHARES, learned

CITY = "d:us/ca/ojai"


def _article(text: str, **more: object) -> Article:
    return Article(text, [Passage(Zone.BODY, 0, len(text))], **more)  # type: ignore[arg-type]


def _engine(queries: dict[str, str], **topics: Node) -> Engine:
    engine = Engine(topics)
    for rule, query in queries.items():
        engine.add(rule, parse(query).tree)
    return engine


class Here:
    """Places of an article that is about Ojai."""

    def holds(self, place: Place) -> bool:
        return place.division == CITY

    def facts(self) -> set[PlaceFact]:
        return {(kind, exact, False, CITY) for kind in PlaceKind for exact in (True, False)}

    def hits(self, place: Place) -> list[PlaceHit]:
        raise AssertionError(place)

    def left_out(self, place: Place) -> list[PlaceHit]:
        raise AssertionError(place)


class Broken:
    """Places that cannot be asked."""

    def holds(self, place: Place) -> bool:
        raise ValueError(f"no such place: {place.name}")

    def facts(self) -> tuple[()]:
        return ()

    def hits(self, place: Place) -> list[PlaceHit]:
        raise AssertionError(place)

    def left_out(self, place: Place) -> list[PlaceHit]:
        raise AssertionError(place)


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("sanctuary", True),
        ('"sanctuary cities"', True),
        ('"city council voted"', True),
        ('"city council votes to"', True),
        ('"council city"', False),
        ('"the city council late"', False),
        ("council NOT budget", True),
        ('council NOT "city council"', False),
        ("=City", False),
        ("council NEAR/2 voted", True),
        ("vot* OR budget", True),
        ("(budget OR sanctuary) AND (mayor OR council)", True),
        ('NOT (budget AND "city hall") AND council', True),
        ("title:council", False),
        ("source:Herald council", True),
        ("site:paper.example", True),
        ("words:<3 council", False),
    ],
)
def test_a_rule_holds_or_not(query: str, holds: bool) -> None:
    article = _article(
        "The city council voted to become a sanctuary city.", source="Daily Herald", url="https://www.paper.example/1"
    )
    assert _engine({"r": query}).match(article).rules == ["r"] * holds


def test_a_rule_counts_from_the_next_article_until_it_is_removed() -> None:
    engine, article = Engine(), _article("Rents rise again.")
    assert engine.match(article).rules == []
    engine.add("r", parse("rent").tree)
    assert engine.match(article).rules == ["r"]
    engine.add("r", parse("wages").tree)
    assert engine.match(article).rules == []
    engine.remove("r")
    engine.remove("r")
    assert len(engine) == 0
    assert "r" not in engine


def test_of_many_rules_only_those_with_their_first_two_features_are_tried() -> None:
    engine = _engine({f"r{n}": f'"word{n} said" beta{n}' for n in range(1000)})
    found = engine.match(_article("Here word7 said it, and beta7 and beta9 and word8 do."))
    assert found.rules == ["r7"]
    assert found.candidates == 1


def test_a_rule_whose_evaluation_fails_is_reported_and_stops_no_other() -> None:
    engine = _engine({"good": "council"})
    engine.add("bad", Place(PlaceKind.PLACE, "Ojai"))
    found = engine.match(_article("The council met."), Broken())
    assert found.rules == ["good"]
    assert found.failed == [("bad", "ValueError: no such place: Ojai")]


def test_a_place_is_found_where_the_article_has_it() -> None:
    engine = Engine()
    engine.add("ojai", Place(PlaceKind.PLACE, "Ojai", division=CITY))
    engine.add("unsure", Place(PlaceKind.PLACE, "Ojai", ambiguous=True, division=CITY))
    engine.add("ventura", Place(PlaceKind.PLACE, "Ventura", division="d:us/ca/ventura"))
    engine.add("elsewhere", parse("council NOT zebra").tree)
    assert sorted(engine.match(_article("The council met."), Here()).rules) == ["elsewhere", "ojai"]
    assert engine.match(_article("The mayor left.")).rules == []
    assert not engine.any_rules


def test_places_that_an_article_cannot_have_are_not_tried() -> None:
    engine = Engine()
    engine.add("ventura", Place(PlaceKind.PLACE, "Ventura", division="d:us/ca/ventura"))
    assert engine.candidates(_article("The council met."), Here()) == set()


def test_a_topic_is_evaluated_once_and_follows_the_packs() -> None:
    engine = _engine(
        {"r": "topic:housing council", "s": "topic:housing NOT council"}, housing=parse("rent OR eviction").tree
    )
    article = _article("The council talked of rents.")
    assert engine.match(article).rules == ["r"]
    engine.set_topics({"housing": parse("eviction").tree})
    assert engine.match(article).rules == []


def test_a_rule_without_a_required_feature_is_tried_on_every_article_and_says_why() -> None:
    engine = Engine()
    engine.add("any", parse("topic:unknown OR (words:>2 AND title:council)").tree)
    engine.add("bare", Place(PlaceKind.ABOUT, "Somewhere"))
    assert set(engine.any_rules) == {"bare"}
    assert "must be present" in engine.any_rules["bare"]
    assert engine.candidates(_article("Nothing.")) == {"bare"}


def test_an_article_in_another_language_is_matched_by_its_own_stems() -> None:
    engine = _engine({"leyes": "leyes", "pair": '"leyes nuevas"', "without": "leyes NOT nueva"})
    assert set(engine.match(_article("Una ley nueva.", language="es")).rules) == {"leyes", "pair"}
    assert engine.match(_article("Una ley nueva.", language="fr")).rules == []


def test_a_word_asked_for_again_is_found_in_every_language_and_zone() -> None:
    engine = _engine({"first": "laws"})
    assert engine.match(_article("Les laws.", language="fr")).rules == ["first"]
    engine.add("again", parse("laws AND les").tree)
    engine.add("zone", parse("caption:laws").tree)
    assert set(engine.match(_article("Les laws.", language="fr")).rules) == {"first", "again"}
    caption = Article("A law.", [Passage(Zone.CAPTION, 0, 6)])
    assert engine.match(caption).rules == ["zone"]


def test_words_that_turn_out_frequent_keep_no_rule_from_being_removed() -> None:
    queries = {f"r{n}": f'(ojai zebra{n}) OR ("ojai rents" council)' for n in range(30)}
    engine = _engine(queries)
    engine.know({"ojai": 0.9, "zebra3": 0.8, "council": 0.7})
    engine.add("later", parse('"ojai rents"').tree)
    article = _article("Ojai rents: the council of zebra3 met.")
    assert len(engine.match(article).rules) == 31
    for rule in queries:
        engine.remove(rule)
    assert engine.match(article).rules == ["later"]


def test_a_word_that_most_articles_have_is_learned_to_be_frequent() -> None:
    articles = [_article(f"Ojai council number{n}.") for n in range(40)] + [_article("Rien", language="fr")] * 40
    shares = learned(articles)
    assert shares["ojai"] == shares["council"] == 1.0
    assert shares["said"] == SHARES["said"]
    assert "number7" not in shares
    assert "rien" not in shares
    assert learned(articles[:5]) == SHARES
