"""The percolator on text that is hard to cut: it finds what evaluating every rule finds, from raw text or analysed."""

from __future__ import annotations

import random

import pytest

from services.articles.article import Article, Passage, Zone
from services.queries.document import document
from services.queries.places import PlaceFact, PlaceHit, fact_of
from services.queries.reader import Reader
from services.queries.tree import (
    AtLeast,
    Author,
    Lang,
    Length,
    Near,
    Node,
    Operand,
    Phrase,
    Place,
    PlaceKind,
    Same,
    Scope,
    Site,
    Source,
    Term,
    Topic,
    Wildcard,
    ZoneField,
    both,
    either,
    without,
)  # fmt: skip
from services.queries.truth import is_true
from services.rules.engine import Engine
from services.text import cut

WORDS = (
    "city", "cities", "City", "ICE", "ice", "police", "policía", "policies", "Chicago's", "chicago", "council",
    "councils", "drive-by", "drive", "AT&T", "the", "The", "of", "and", "sanctuary", "Sanctuary", "raid", "raids",
    "O'Brien", "l'immigration", "immigration", "287(g)", "café", "CAFÉ", "cafe’s", "ley", "leyes", "“vote”", "voted'",
    "&", "—", "?”", "word—word", "vote's's", "京都", "rock'n'roll", "rent_control", "\u00adhidden", "fi\u200bn", "\x01",
    "U.S.", "''", "raided",
)  # fmt: skip
QUERY_WORDS = sorted({word[2] for typed in WORDS for word in cut(typed)})
EXACT_WORDS = sorted({word[3] for typed in WORDS for word in cut(typed)})
PATTERNS = ("polic*", "cit*", "r?id", "chicago*", "?ce", "vot*", "sanct??ry")
NAMES = ("Daily Herald", "The Herald", "Ana María Ruiz", "", "Gazette")
TOPICS: dict[str, Node] = {
    "force": either([Term("police"), both([Term("raid"), Term("city")])]),
    "near": Near(Term("sanctuary"), Term("city"), 3),
    "never": without(Term("the")),
}
CITIES = ("d:chicago", "d:illinois", "d:kyoto")


class KnownPlaces:
    """Places of one article, told by the test."""

    def __init__(self, facts: list[PlaceFact]) -> None:
        self._facts = facts

    def holds(self, place: Place) -> bool:
        return fact_of(place) in self._facts

    def facts(self) -> list[PlaceFact]:
        return self._facts

    def hits(self, place: Place) -> list[PlaceHit]:
        return []

    def left_out(self, place: Place) -> list[PlaceHit]:
        return []


def _text(r: random.Random, most: int) -> str:
    return "".join(
        r.choice(WORDS) + r.choice((" ", " ", " ", ", ", ". ", "\n\n", "-", "\u00a0"))
        for _ in range(r.randint(0, most))
    )


def _article(r: random.Random) -> Article:
    text, passages = "", []
    for zone in r.sample(list(Zone), r.randint(1, 5)):
        if zone is Zone.TITLE:
            continue
        for _ in range(r.randint(1, 2)):
            start, text = len(text), text + _text(r, 14)
            passages.append(Passage(zone, start, len(text)))
            text += "\n\n"
    return Article(
        text, passages, title=r.choice((None, _text(r, 5))), language=r.choice(("en", "en", "en", "es", "fr", "en-US")),
        url=r.choice((None, "https://www.news.paper.example/a", "https://paper.example/b")), source=r.choice(NAMES),
        authors=r.sample(NAMES, r.randint(0, 2)),
    )  # fmt: skip


def _term(r: random.Random) -> Term:
    return Term(r.choice(EXACT_WORDS), exact=True) if r.random() < 0.15 else Term(r.choice(QUERY_WORDS))


def _leaf(r: random.Random) -> Term | Wildcard | Phrase:
    chance = r.random()
    if chance < 0.5:
        return _term(r)
    if chance < 0.6:
        return Wildcard(r.choice(PATTERNS))
    if chance < 0.7:
        return Phrase(tuple(Term(r.choice(EXACT_WORDS), exact=True) for _ in range(2)))
    words = [
        Wildcard(r.choice(PATTERNS)) if r.random() < 0.1 else Term(r.choice(QUERY_WORDS))
        for _ in range(r.choice((2, 2, 3, 4)))
    ]
    return Phrase(tuple(words))


def _operand(r: random.Random) -> Operand:
    if r.random() < 0.7:
        return _leaf(r)
    return either([_leaf(r) for _ in range(2)])  # type: ignore[return-value]


def _within(r: random.Random, depth: int) -> Node:
    """A tree without fields, as it may stand in a zone field."""
    chance = r.random()
    if depth == 0 or chance < 0.35:
        return _leaf(r)
    if chance < 0.55:
        return both([_within(r, depth - 1) for _ in range(r.randint(2, 3))])
    if chance < 0.75:
        return either([_within(r, depth - 1) for _ in range(r.randint(2, 4))])
    if chance < 0.87:
        return without(_within(r, depth - 1))
    return r.choice((
        Near(_operand(r), _operand(r), r.randint(1, 6), ordered=r.random() < 0.5),
        Same(_operand(r), _operand(r), r.choice(list(Scope))),
        AtLeast(r.randint(1, 3), _operand(r)),
    ))  # fmt: skip


def _place(r: random.Random) -> Place:
    kind, city = r.choice(list(PlaceKind)), r.choice(CITIES)
    return Place(kind, "Somewhere", exact=r.random() < 0.2, ambiguous=r.random() < 0.2, division=city)


def _fact(r: random.Random) -> Node:
    place = _place(r)
    return r.choice((
        Source(("herald",)), Source(("the", "herald")), Author(("maria",)), Site("paper.example"), Lang("en"),
        Site("news.paper.example"), Lang("es"), Length(8), Length(12, below=True), place, Topic("force"),
        Topic("near"), Topic("never"), Topic("unknown"), ZoneField(r.choice(list(Zone)), _within(r, 2)),
    ))  # fmt: skip


def _tree(r: random.Random, depth: int = 3) -> Node:
    chance = r.random()
    if depth and chance < 0.25:
        return both([_tree(r, depth - 1) for _ in range(r.randint(2, 3))])
    if depth and chance < 0.45:
        return either([_tree(r, depth - 1) for _ in range(r.randint(2, 4))])
    if depth and chance < 0.55:
        return without(_tree(r, depth - 1))
    return _fact(r) if chance > 0.88 else _within(r, depth)


@pytest.mark.parametrize("seed", range(8))
def test_unusual_text_is_read_as_the_evaluation_reads_it(seed: int) -> None:
    r = random.Random(seed)
    trees = {f"r{n}": _tree(r) for n in range(120)}
    engine = Engine(TOPICS)
    for rule, tree in trees.items():
        engine.add(rule, tree)
        if r.random() < 0.2:
            engine.match(_article(r))
    for gone in r.sample(sorted(trees), 20):
        engine.remove(gone)
        del trees[gone]
    for _ in range(25):
        article = _article(r)
        places = KnownPlaces([fact_of(_place(r)) for _ in range(r.randint(0, 3))])
        analysed = document(article)
        expected = {rule for rule, tree in trees.items() if is_true(tree, Reader(analysed), TOPICS, places)}
        for given in (article, analysed):
            found = engine.match(given, places)
            assert set(found.rules) == expected, (article, expected ^ set(found.rules))
            assert found.failed == []
            assert expected <= engine.candidates(given, places)


def test_words_added_later_are_found_in_tokens_seen_before() -> None:
    r = random.Random(5)
    articles = [_article(r) for _ in range(40)]
    engine = Engine()
    for article in articles:
        engine.match(article)
    trees = {f"r{n}": _within(r, 2) for n in range(150)}
    for rule, tree in trees.items():
        engine.add(rule, tree)
    for article in articles:
        reader = Reader(document(article))
        assert set(engine.match(article).rules) == {rule for rule, tree in trees.items() if is_true(tree, reader, {})}
