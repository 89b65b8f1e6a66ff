"""Laws of bundles over the whole language: what is found in one is what the naive evaluator finds, article by article."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import pytest

from services.articles.zones import read_text
from services.lookback import texts
from services.lookback.bundle import SIZE, Bundle, Kept, bundled, facts_of
from services.lookback.masks import Asked, Opened
from services.lookback.sieve import sift
from services.lookback.vocabulary import Vocabulary
from services.queries.document import Document, document
from services.queries.parser import parse
from services.queries.places import fact_of
from services.queries.tree import And, Length, Node, Not, Or, Place, PlaceKind, both
from tests import generate
from tests.builders import NOW
from tests.reference import matches

FACTS = [(kind, exact, unsure, f"division:{name}") for kind in PlaceKind for exact in (False, True)
         for unsure in (False, True) for name in generate.PLACES]  # fmt: skip


def placed(node: Node) -> Node:
    """Give the same query with the division of each place."""
    if isinstance(node, And | Or):
        return replace(node, children=tuple(placed(child) for child in node.children))
    if isinstance(node, Not):
        return Not(placed(node.child))
    return replace(node, division=f"division:{node.name}") if isinstance(node, Place) else node


def asked(packed: Bundle, topics: dict[str, Node], names: dict[str, str]) -> Asked:
    packs = packed.stems, packed.folded, packed.exact, packed.placed
    parts = [cache(lambda part=part: Vocabulary(part)) for part in packs]
    return Asked(facts_of(packed.facts), Opened(*parts), names, topics)


def found(one: Asked, packed: Bundle, queries: list[Node], window: int | None = None) -> list[int]:
    words = [cache(lambda part=part: texts.unpack(part)) for part in (packed.texts, packed.typed)]
    return sift(one, queries, *words, one.all if window is None else window)


@pytest.mark.parametrize("seed", range(12))
def test_a_bundle_gives_what_the_naive_evaluator_finds(seed: int) -> None:
    rng = random.Random(seed)
    topics, queries = generate.topics(rng), [placed(generate.query(rng)) for _ in range(60)]
    documents = [document(generate.article(rng)) for _ in range(rng.choice((1, 40, 90)))]
    facts = [[fact for fact in FACTS if rng.random() < 0.3] for _ in documents]
    names = {one.source: one.source for one in documents}
    kept = [Kept(f"a{at}", NOW, one.source, one, facts[at]) for at, one in enumerate(documents)]
    packed = bundled(kept)
    one = asked(packed, topics, names)
    given = found(one, packed, queries)
    for query, articles in zip(queries, given, strict=True):
        wanted = [
            matches(query, seen, topics, lambda place, at=at: fact_of(place) in facts[at])
            for at, seen in enumerate(documents)
        ]
        assert [bool(articles >> at & 1) for at in range(len(documents))] == wanted
        mask = one.mask(query)
        for at, truth in enumerate(wanted):
            assert (mask.sure >> at & 1) <= truth <= (mask.maybe >> at & 1)


def test_queries_that_share_parts_are_judged_as_if_alone() -> None:
    rng = random.Random(5)
    documents = [document(generate.article(rng)) for _ in range(60)]
    packed = bundled([Kept(f"a{at}", NOW, "s", one) for at, one in enumerate(documents)])
    for _ in range(40):
        parts = [generate.query(rng) for _ in range(3)]
        queries = [both(parts), both(parts[:2]), both(parts[1:]), *parts]
        together = found(asked(packed, {}, {}), packed, queries)
        alone = [found(asked(packed, {}, {}), packed, [query])[0] for query in queries]
        assert together == alone


def test_only_the_window_is_looked_at() -> None:
    packed = bundled([Kept(f"a{at}", NOW, "s", Document("", "", {}, "en", at)) for at in range(9)])
    one = asked(packed, {}, {})
    assert found(one, packed, [Length(3)], window=0b001111000) == [0b001110000]
    assert SIZE == 256


def test_a_word_too_long_for_a_vocabulary_is_found_all_the_same() -> None:
    long = "x" * 1000
    documents = [document(read_text(f"A {long} stands here and =Police came.")), document(read_text("Police came."))]
    packed = bundled([Kept(f"a{at}", NOW, "s", one) for at, one in enumerate(documents)])
    for query, wanted in ((long, 0b01), ("police", 0b11), ("=Police", 0b11), ("xxx*", 0b01), ('"police came"', 0b11)):
        assert found(asked(packed, {}, {}), packed, [parse(query).tree]) == [wanted], query
