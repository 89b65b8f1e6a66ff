"""What matches what: one table for each rule of the language."""

from __future__ import annotations

import pytest

from services.articles.article import Article, Passage, Zone
from services.queries.document import Document, document
from services.queries.evaluate import PlaceHit, evaluate, holds
from services.queries.parser import parse
from services.queries.tree import Node, Place, PlaceKind


def seen(
    *paragraphs: str | tuple[Zone, str],
    title: str | None = None,
    language: str = "en",
    url: str | None = None,
    source: str = "",
    authors: tuple[str, ...] = (),
) -> Document:
    """A document of paragraphs: the first is the lead, the others the body, unless they name a zone."""
    text, passages = "", []
    for number, paragraph in enumerate(paragraphs):
        zone, words = paragraph if isinstance(paragraph, tuple) else (Zone.BODY if number else Zone.LEAD, paragraph)
        text += "\n\n" if text else ""
        passages.append(Passage(zone, len(text), len(text) + len(words)))
        text += words
    return document(Article(text, passages, title, language=language, url=url, source=source, authors=authors))


def matched(query: str, one: Document, topics: dict[str, Node] | None = None) -> bool:
    """Whether a query matches, by both ways of asking."""
    tree = parse(query).tree
    verdict = evaluate(tree, one, topics)
    assert verdict.matched is holds(tree, one, topics)
    return verdict.matched


def check(query: str, wanted: bool, one: Document) -> None:
    """Check one row of a table."""
    assert matched(query, one) is wanted


COUNCIL = seen(
    "The council made Fairview a Sanctuary-City on Tuesday.",
    "Deputies of ICE served two warrants. The mayor’s office, at AT&T plaza, refused.",
    "A warranted search found nothing; café owners and women cheered.",
    (Zone.TEASER, "READ MORE: Dodgers win"),
    (Zone.CAPTION, "Photo: Ana Ruiz"),
    (Zone.DATELINE, "FAIRVIEW"),
    title="Council votes on detainers",
)

WORDS = [
    ("council", True), ("councils", True), ("COUNCIL", True), ("dog", False),
    ('"sanctuary city"', True), ('"sanctuary cities"', True), ("sanctuary-city", True), ('"city sanctuary"', False),
    ("warrant", True), ("warranting", True), ("mayor", True), ("mayors", True), ("AT&T", True), ("cafe", True),
    ("café", True), ("cafés", True), ("CAFE\u0301", True),
    ("=ICE", True), ("=ice", False), ("=Ice", False), ("ice", True), ("ICE", True),
    ('="Sanctuary City"', True), ('="sanctuary city"', False), ('="Sanctuary-City"', True), ("=council", True),
    ("=councils", False), ("ALLCAPS(ice)", True),
    ("warrant*", True), ("warra*", True), ("warrantz*", False), ("detainer*", True), ("wom?n", True), ("wom?", False),
    ("coun?il", True), ('"sanctuary cit*"', True), ('"sanc* city"', True), ("councils*", False), ("votes*", True),
    ("vote*", True), ("voting*", False),
]  # fmt: skip


@pytest.mark.parametrize(("query", "wanted"), WORDS)
def test_words_are_folded_and_stemmed_unless_exact_or_wild(query: str, wanted: bool) -> None:
    check(query, wanted, COUNCIL)


ZONES = [
    ("dodgers", False), ("teaser:dodgers", True), ("ana", False), ("caption:ana", True), ("dateline:fairview", True),
    ("title:fairview", False), ("lead:fairview", True), ("body:fairview", False), ("title:council", True),
    ("lead:council", True), ("body:council", False), ("hlead:detainers", True), ("hlead:fairview", True),
    ("hlead:warrants", False), ("title:(council detainers)", True), ("title:(council fairview)", False),
    ("title:(council -fairview)", True), ("title:(dog OR vote)", True), ("title:(council NEAR/1 votes)", True),
    ('"detainers the"', False), ('"tuesday deputies"', False), ("detainers NEAR/1 the", False),
    ("tuesday NEAR/2 deputies", False), ('"refused a"', True), ("teaser:(win dodgers)", True),
]  # fmt: skip


@pytest.mark.parametrize(("query", "wanted"), ZONES)
def test_a_term_looks_in_title_lead_and_body_and_no_hit_crosses_zones(query: str, wanted: bool) -> None:
    check(query, wanted, COUNCIL)


RUN = seen("w0 w1 w2 w3 w4 w5. W6 w7 w8 w9.", "Lead and body part here.", "x0 x1 x2. X3 x4.", "x5 x6 x1.")

DISTANCES = [
    ("w0 NEAR/1 w1", True), ("w1 NEAR/1 w0", True), ("w0 NEAR/1 w2", False), ("w0 NEAR/2 w2", True),
    ("w0 ONEAR/1 w1", True), ("w1 ONEAR/5 w0", False), ("w0 NEAR/9 w9", True), ("w0 NEAR/8 w9", False),
    ('"w0 w1 w2" NEAR/1 w3', True), ('"w0 w1 w2" NEAR/1 "w3 w4"', True), ('w3 NEAR/1 "w0 w1 w2"', True),
    ('w3 ONEAR/1 "w0 w1 w2"', False), ('"w0 w1" NEAR/1 "w1 w2"', False), ("w0 NEAR/5 w0", False),
    ("(w8 OR w2) NEAR/1 (w9 OR w5)", True), ("(w0 OR w2) NEAR/1 (w9 OR w5)", False), ("x1 NEAR/10 x1", True),
    ("x1 ONEAR/6 x1", True), ("x1 ONEAR/5 x1", False), ('"w0 w3"~3', True),
    ("w0 SENT w5", True), ("w5 SENT w0", True), ("w5 SENT w6", False), ("w0 PARA w9", True), ("x0 SENT x2", True),
    ("x2 SENT x3", False), ("x0 PARA x4", True), ("x4 PARA x5", False), ("x0 SENT x0", False),
    ('"w4 w5" SENT "w0 w1"', True), ('"w5 w6" SENT w7', False), ("(x0 OR x5) SENT (x1 OR w0)", True),
    ("here PARA x0", False), ("w9 PARA lead", False),
]  # fmt: skip


@pytest.mark.parametrize(("query", "wanted"), DISTANCES)
def test_distance_is_counted_between_operands_that_do_not_overlap(query: str, wanted: bool) -> None:
    check(query, wanted, RUN)


COUNTS = [
    ("ATLEAST/1(warrant*)", True), ("ATLEAST/2(warrant*)", True), ("ATLEAST/3(warrant*)", False),
    ("ATLEAST/2(council)", True), ("ATLEAST/3(council)", False), ("ATLEAST/4(council OR warrant*)", True),
    ("ATLEAST/5(council OR warrant*)", False), ("ATLEAST/3(warrant OR warrants OR warrant*)", False),
    ('ATLEAST/2("sanctuary city" OR city)', True), ("ATLEAST/1(dodgers)", False), ("title:(ATLEAST/1(council))", True),
    ("title:(ATLEAST/2(council))", False),
]  # fmt: skip


@pytest.mark.parametrize(("query", "wanted"), COUNTS)
def test_hits_are_counted_together_over_title_lead_and_body(query: str, wanted: bool) -> None:
    check(query, wanted, COUNCIL)


BOOLEANS = [
    ("council warrants", True), ("council dog", False), ("council OR dog", True), ("cat OR dog", False),
    ("council -dog", True), ("council -warrants", False), ("council -(dog OR cat)", True), ("council -(dog warrants)", True),
    ("(dog OR council) (cat OR warrants)", True), ("council NOT title:warrants", True), ("council -teaser:dodgers", False),
]  # fmt: skip


@pytest.mark.parametrize(("query", "wanted"), BOOLEANS)
def test_and_or_not(query: str, wanted: bool) -> None:
    check(query, wanted, COUNCIL)


KNOWN = seen(
    "One two three.",
    url="https://News.Example.org/story",
    source="Sierra Wire Service",
    authors=("Ana Ruiz", "Lee O’Brien"),
)

FACTS = [
    ("source:Sierra", True), ('source:"sierra wire"', True), ('source:"Wire Service"', True), ("source:Courier", False),
    ('source:"Sierra Service"', False), ("source:(Courier OR Wire)", True), ("source:Wir", False),
    ("author:ruiz", True), ('author:"Lee O\'Brien"', True), ('author:"Ruiz Lee"', False), ("author:ána", True),
    ("site:example.org", True), ("site:news.example.org", True), ("site:www.news.example.org", True),
    ("site:ample.org", False), ("site:example.com", False), ("site:org", True),
    ("one lang:en", True), ("one lang:es", False), ("one (lang:es OR lang:en)", True),
    ("one words:>2", True), ("one words:>3", False), ("one words:<4", True), ("one words:<3", False),
    ("place:California", False), ("one -place:California", True), ("topic:unknown", False), ("one -topic:unknown", True),
]  # fmt: skip


@pytest.mark.parametrize(("query", "wanted"), FACTS)
def test_fields_ask_what_is_known_about_the_article(query: str, wanted: bool) -> None:
    check(query, wanted, KNOWN)


LANGUAGES = [
    ("es", "leyes", "Las ley nueva", True),
    ("en", "ciudades", "una ciudades", True),
    ("es", "inmigrante", "Los inmigrantes llegaron", True),
    ("de", "Haus", "Die Häuser", False),
    ("de", "Haus", "Das Haus", True),
    ("de", "cities", "Die city", False),
    ("en-US", "one", "one", True),
]


@pytest.mark.parametrize(("language", "query", "text", "wanted"), LANGUAGES)
def test_words_are_stemmed_in_the_articles_language(language: str, query: str, text: str, wanted: bool) -> None:
    assert matched(query, seen(text, language=language)) is wanted


def test_a_site_is_compared_without_www() -> None:
    assert matched("site:example.org", seen("a", url="https://www.example.org/x"))
    assert not matched("site:example.org", seen("a"))


def test_a_topic_asks_for_the_trees_of_its_pack() -> None:
    topics = {"sanctuary": parse('"sanctuary city" -animal').tree}
    assert matched("topic:sanctuary title:council", COUNCIL, topics)
    assert not matched("topic:sanctuary", seen("An animal in a sanctuary city"), topics)


class FakePlaces:
    """The places of an article that names Stockton in its lead."""

    def holds(self, place: Place) -> bool:
        """Whether it is asked for California."""
        return place.name == "California" and place.kind is PlaceKind.PLACE

    def hits(self, place: Place) -> list[PlaceHit]:
        """Give the mention."""
        return [PlaceHit(Zone.LEAD, 5, 13, "within California")]

    def left_out(self, place: Place) -> list[PlaceHit]:
        """Give an unsure mention of Springfield."""
        return [PlaceHit(Zone.LEAD, 5, 13, "it may be another")] if place.name == "Springfield" else []


def test_place_clauses_ask_the_places_of_the_article() -> None:
    one = seen("Near Stockton, a levee broke.")
    verdict = evaluate(parse("place:California levee").tree, one, places=FakePlaces())
    assert verdict.matched
    first = verdict.evidence[0]
    assert (first.clause, first.words, first.how) == ("place:California", ("Stockton",), "within California")
    assert first.sentence[first.marks[0][0] : first.marks[0][1]] == "Stockton"
    assert not holds(parse("about:California").tree, one, places=FakePlaces())


def test_an_empty_document_matches_nothing_that_must_be_there() -> None:
    assert not matched("a OR abc*", document(Article("", ())))
