"""The engine against the naive evaluator of `tests.reference`: queries as people write them, articles of many shapes.

A case is some queries, written out, and some articles. The queries that can be read become the rules of an engine, which
must find the same rules for each article as the naive evaluator does, whether it is given the article raw or analysed, and
no match that was no candidate. Queries are changed as text, articles by their text, which is then cut into zones as an
ingest worker does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from services.articles.article import Article, Item
from services.articles.read import understand
from services.errors import InvalidError
from services.places.kept import Kept
from services.queries.article_places import ArticlePlaces
from services.queries.document import document
from services.queries.lookups import KnownPlace, Lookups, NoPlace
from services.queries.parser import parse
from services.queries.tree import Node, Place, PlaceKind
from services.rules.engine import FEW, Engine
from services.rules.snapshot import dump, load
from tests import generate
from tests.fuzz import making
from tests.placed import WITHIN, holds, kept_of, placed
from tests.reference import matches

QUERIES, ARTICLES = 40, 6
_LONGEST = 3_000  # signs of an article: the naive evaluator tries every pair of words
_FEWS = (FEW, 0, QUERIES // 2)


@dataclass(frozen=True, slots=True)
class Case:
    """Queries and articles that meet, and how the engine is made: how few candidates are not sifted, out of a snapshot."""

    queries: tuple[str, ...]
    articles: tuple[tuple[Article, Kept], ...]
    few: int
    from_snapshot: bool

    def __len__(self) -> int:
        return sum(map(len, self.queries))


@cache
def topics() -> Mapping[str, Node]:
    """Give the topics that the queries name."""
    return {name: generate.worded(Random(number), 2) for number, name in enumerate(generate.TOPICS)}


def _place(typed: str, _kind: PlaceKind) -> KnownPlace | NoPlace:
    return KnownPlace(typed, f"d:{typed}") if typed in WITHIN else NoPlace()


def made(rng: Random) -> Case:
    """Make a case; every third query and every second article is changed at random."""
    queries = [generate.spelled(placed(generate.query(rng), rng), rng) for _ in range(QUERIES)]
    return Case(
        tuple(making.changed_text(rng, one) if rng.random() < 0.33 else one for one in queries),
        tuple((_article(rng), kept_of(rng)) for _ in range(ARTICLES)), rng.choice(_FEWS), rng.random() < 0.3,
    )  # fmt: skip


def changed(rng: Random, given: Case) -> Case:
    """Change some queries and articles of a case; others move on to other queries and articles."""
    other = made(rng)
    queries = [
        making.changed_text(rng, one) if rng.random() < 0.4 else rng.choice((one, new))
        for one, new in zip(given.queries, other.queries, strict=True)
    ]
    articles = [rng.choice(pair) for pair in zip(given.articles, other.articles, strict=True)]
    return replace(other, queries=tuple(queries), articles=tuple(articles))


def _article(rng: Random) -> Article:
    whole = generate.article(rng)
    if rng.random() < 0.5:
        return whole
    text = making.changed_text(rng, whole.text)[:_LONGEST]
    title = making.changed_text(rng, whole.title)[:200] if whole.title else None
    try:
        return understand(
            Item("case", url=whole.url, title=title, text=text, authors=whole.authors, language=whole.language)
        )
    except InvalidError:
        return whole


def compare(case: Case) -> dict[str, int]:
    """Let both judge every query on every article; give how many pairs were compared and how many held."""
    rules = _read(case.queries)
    if not rules:
        raise InvalidError("no query of the case can be read")
    engine = _engine(case, rules)
    held = 0
    for article, kept in case.articles:
        whole, places = document(article), ArticlePlaces(kept)

        def true_of(place: Place, kept: Kept = kept) -> bool:
            return holds(kept, place)

        expected = {rule for rule, tree in rules.items() if matches(tree, whole, topics(), true_of)}
        for found in (engine.match(article, places), engine.match(whole, places)):
            assert set(found.rules) == expected, _told(rules, expected ^ set(found.rules), article)
        missed = expected - engine.candidates(article, places)
        assert not missed, "no candidate: " + _told(rules, missed, article)
        held += len(expected)
    return {"pairs": len(rules) * len(case.articles), "held": held}


def _read(queries: tuple[str, ...]) -> dict[str, Node]:
    """Read the queries that can be read; what they are printed as must be read as the same."""
    lookups, rules = Lookups(topics=topics(), places=_place), {}
    for number, text in enumerate(queries):
        try:
            found = parse(text, lookups)
        except InvalidError:
            continue
        assert parse(found.text, lookups).tree == found.tree, f"{text!r} is printed as another query: {found.text!r}"
        rules[f"r{number}"] = found.tree
    return rules


def _engine(case: Case, rules: Mapping[str, Node]) -> Engine:
    """Make an engine of which every fourth rule was taken out and put back."""
    engine = Engine(topics(), few=case.few)
    for rule, tree in rules.items():
        engine.add(rule, tree)
    for rule in list(rules)[::4]:
        engine.remove(rule)
        engine.add(rule, rules[rule])
    return load(dump(engine), topics()) if case.from_snapshot else engine


def _told(rules: Mapping[str, Node], wrong: set[str], article: Article) -> str:
    return f"{rules[min(wrong)]} on {article.text!r}, title {article.title!r}"
