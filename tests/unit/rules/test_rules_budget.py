"""What a rule may take of a processor, and who is named when an article passes its budget."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.articles.article import Article, Passage, Zone
from services.queries.parser import parse
from services.queries.places import NoPlaces
from services.rules import budget
from services.rules.budget import Budget, Fault, slow_rules
from services.rules.engine import Engine
from services.store.packs import shipped

TEXT = "The council named the city a sanctuary and the mayor signed it."
ARTICLE = Article(text=TEXT, passages=(Passage(Zone.BODY, 0, len(TEXT)),), language="en")


def engine_of(*queries: str) -> Engine:
    engine = Engine()
    for query in queries:
        engine.add(query, parse(query, shipped().lookups).tree)
    return engine


class FakeClock:
    """A processor that takes as long for each rule, in order, as the test says."""

    def __init__(self, *took_ms: float) -> None:
        self._times = iter([at for ms in took_ms for at in (0, int(ms * 1e6))])

    def __call__(self) -> int:
        return next(self._times)


def slow(*took_ms: float, **allowed: float) -> list[tuple[str, float]]:
    engine = engine_of("city NEAR/5 council", "mayor NEAR/5 signed", "zebra NEAR/5 stripes")
    found = slow_rules(engine, ARTICLE, NoPlaces(), {}, Budget(**allowed), FakeClock(*took_ms))
    assert {breach.fault for breach in found} <= {Fault.SLOW}
    return [(breach.rule, breach.took_ms) for breach in found]


def test_only_candidates_are_timed_and_the_slow_one_is_named() -> None:
    assert slow(1, 80, 75) == [("mayor NEAR/5 signed", 75)]


def test_a_rule_that_was_slow_only_the_first_time_is_not_to_blame() -> None:
    assert slow(80, 3, 1) == []


def test_the_slowest_stands_first() -> None:
    assert slow(60, 60, 90, 90) == [("mayor NEAR/5 signed", 90), ("city NEAR/5 council", 60)]


def test_a_longer_article_is_allowed_more_and_a_busier_one_too() -> None:
    one = Budget()
    assert one.of_rule(0) == 50
    assert one.of_rule(1 << 20) == pytest.approx(574, abs=1)
    assert one.of_article(2_400, 0) == pytest.approx(56, abs=1)
    assert one.of_article(2_400, 5_000) == pytest.approx(556, abs=1)


def test_what_is_said_names_what_was_allowed() -> None:
    [breach] = slow_rules(
        engine_of("city NEAR/5 council"), ARTICLE, NoPlaces(), {}, Budget(rule_ms=2), FakeClock(80, 80)
    )
    assert breach.said == "took 80 ms where 2 ms are allowed"


def test_a_rule_that_fails_is_not_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bool:
        raise RecursionError

    failing: Callable[..., bool] = fail
    monkeypatch.setattr(budget, "is_true", failing)
    engine = engine_of("city NEAR/5 council")
    assert slow_rules(engine, ARTICLE, NoPlaces(), {}, Budget(), lambda: 0) == []
