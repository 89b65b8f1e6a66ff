"""The percolator on text that is hard to cut: it finds what evaluating every rule finds, from raw text or analysed."""

from __future__ import annotations

import random

import pytest

from services.articles.article import Article, Passage, Zone
from services.queries import tree as nodes
from services.queries.document import document
from services.queries.places import PlaceFact, PlaceHit, fact_of
from services.queries.reader import Reader
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
TOPICS: dict[str, nodes.Node] = {
    "force": nodes.either([nodes.Term("police"), nodes.both([nodes.Term("raid"), nodes.Term("city")])]),
    "near": nodes.Near(nodes.Term("sanctuary"), nodes.Term("city"), 3),
    "never": nodes.without(nodes.Term("the")),
}
CITIES = ("d:chicago", "d:illinois", "d:kyoto")


class KnownPlaces:
    """Places of one article, told by the test."""

    def __init__(self, facts: list[PlaceFact]) -> None:
        self._facts = facts

    def holds(self, place: nodes.Place) -> bool:
        return fact_of(place) in self._facts

    def facts(self) -> list[PlaceFact]:
        return self._facts

    def hits(self, place: nodes.Place) -> list[PlaceHit]:
        return []

    def left_out(self, place: nodes.Place) -> list[PlaceHit]:
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


def _term(r: random.Random) -> nodes.Term:
    return nodes.Term(r.choice(EXACT_WORDS), exact=True) if r.random() < 0.15 else nodes.Term(r.choice(QUERY_WORDS))


def _leaf(r: random.Random) -> nodes.Text:
    chance = r.random()
    if chance < 0.5:
        return _term(r)
    if chance < 0.6:
        return nodes.Wildcard(r.choice(PATTERNS))
    if chance < 0.7:
        return nodes.Phrase(tuple(nodes.Term(r.choice(EXACT_WORDS), exact=True) for _ in range(2)))
    words = [
        nodes.Wildcard(r.choice(PATTERNS)) if r.random() < 0.1 else nodes.Term(r.choice(QUERY_WORDS))
        for _ in range(r.choice((2, 2, 3, 4)))
    ]
    return nodes.Phrase(tuple(words))


def _operand(r: random.Random) -> nodes.Operand:
    if r.random() < 0.7:
        return _leaf(r)
    return nodes.either([_leaf(r) for _ in range(2)])  # type: ignore[return-value]


def _within(r: random.Random, depth: int) -> nodes.Node:
    """A tree without fields, as it may stand in a zone field."""
    chance = r.random()
    if depth == 0 or chance < 0.35:
        return _leaf(r)
    if chance < 0.55:
        return nodes.both([_within(r, depth - 1) for _ in range(r.randint(2, 3))])
    if chance < 0.75:
        return nodes.either([_within(r, depth - 1) for _ in range(r.randint(2, 4))])
    if chance < 0.87:
        return nodes.without(_within(r, depth - 1))
    return r.choice((
        nodes.Near(_operand(r), _operand(r), r.randint(1, 6), ordered=r.random() < 0.5),
        nodes.Same(_operand(r), _operand(r), r.choice(list(nodes.Scope))),
        nodes.AtLeast(r.randint(1, 3), _operand(r)),
    ))  # fmt: skip


def _place(r: random.Random) -> nodes.Place:
    kind, city = r.choice(list(nodes.PlaceKind)), r.choice(CITIES)
    return nodes.Place(kind, "Somewhere", exact=r.random() < 0.2, ambiguous=r.random() < 0.2, division=city)


def _fact(r: random.Random) -> nodes.Node:
    place = _place(r)
    return r.choice((
        nodes.Source(("herald",)), nodes.Source(("the", "herald")), nodes.Author(("maria",)), nodes.Site("paper.example"), nodes.Lang("en"),
        nodes.Site("news.paper.example"), nodes.Lang("es"), nodes.Length(8), nodes.Length(12, below=True), place, nodes.Topic("force"),
        nodes.Topic("near"), nodes.Topic("never"), nodes.Topic("unknown"), nodes.ZoneField(r.choice(list(Zone)), _within(r, 2)),
    ))  # fmt: skip


def _tree(r: random.Random, depth: int = 3) -> nodes.Node:
    chance = r.random()
    if depth and chance < 0.25:
        return nodes.both([_tree(r, depth - 1) for _ in range(r.randint(2, 3))])
    if depth and chance < 0.45:
        return nodes.either([_tree(r, depth - 1) for _ in range(r.randint(2, 4))])
    if depth and chance < 0.55:
        return nodes.without(_tree(r, depth - 1))
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
