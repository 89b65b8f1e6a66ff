"""Laws of the percolator over the whole language: it finds what the naive evaluator finds, among its candidates."""

from __future__ import annotations

import random

import pytest

from services.queries.document import document
from services.queries.tree import Node, Place, PlaceKind
from services.rules.engine import FEW, Engine
from tests import generate
from tests.reference import matches

FEWS = (FEW, 0, 60)
"""All rules wait under words only, or those with a phrase under its pair, or the later half of them."""


class KnownPlaces:
    """Places of one article, told by the test."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def holds(self, place: Place) -> bool:
        return place.name in self.names and place.kind is not PlaceKind.GOVERNMENT

    def facts(self) -> tuple[()]:
        return ()

    def hits(self, place: Place) -> tuple[()]:
        return ()

    def left_out(self, place: Place) -> tuple[()]:
        return ()


def _rules(rng: random.Random, count: int) -> dict[str, Node]:
    return {f"r{number}": generate.query(rng) for number in range(count)}


@pytest.mark.parametrize("seed", range(12))
def test_the_engine_finds_what_the_naive_evaluator_finds(seed: int) -> None:
    rng = random.Random(seed)
    topics, rules = generate.topics(rng), _rules(rng, 120)
    engine = Engine(topics, few=FEWS[seed % len(FEWS)])
    for rule, tree in rules.items():
        engine.add(rule, tree)
    for rule in rng.sample(sorted(rules), 20):
        engine.remove(rule)
        del rules[rule]
    for _ in range(20):
        article = generate.article(rng)
        whole = document(article)
        places = KnownPlaces({name for name in generate.PLACES if rng.random() < 0.3})
        expected = {rule for rule, tree in rules.items() if matches(tree, whole, topics, places.holds)}
        for given in (article, whole):
            found = engine.match(given, places)
            assert set(found.rules) == expected
            assert len(found.rules) == len(expected)
            assert found.failed == []
            assert expected <= engine.candidates(given, places)


def test_rules_added_and_removed_between_articles_count_from_the_next_article_on() -> None:
    rng = random.Random(3)
    engine, rules, pool = Engine(few=20), {}, _rules(rng, 200)
    for _ in range(150):
        rule = rng.choice(sorted(pool))
        if rule in rules and rng.random() < 0.7:
            engine.remove(rule)
            del rules[rule]
        else:
            rules[rule] = generate.query(rng)
            engine.add(rule, rules[rule])
        article = generate.article(rng)
        whole = document(article)
        assert set(engine.match(article).rules) == {rule for rule, tree in rules.items() if matches(tree, whole)}


def test_an_engine_that_lost_all_its_rules_tries_none() -> None:
    rng = random.Random(77)
    engine, rules = Engine(), _rules(rng, 400)
    for rule, tree in rules.items():
        engine.add(rule, tree)
    for rule in rules:
        engine.remove(rule)
    assert len(engine) == 0
    assert not engine.any_rules
    assert all(not engine.candidates(generate.article(rng)) for _ in range(50))
