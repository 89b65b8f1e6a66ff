"""Rules that are slow, fail or end their process, on the way of an article: nothing that others found is lost."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from services import finding, pipeline
from services.addressing import Options
from services.queries.tree import Near, Node
from services.rules import budget, engine
from services.rules.budget import Budget
from services.store import articles, quarantine
from services.store.states import ArticleState
from services.store.tables import Alert, Article, Rule
from services.store.work import Store
from tests.integration.poison import GOOD, key_of, poisoned, states, told_of, worker
from tests.town import LEASE, Town


@pytest.fixture
def town(store: Store) -> Town:
    return poisoned(store)


def stalling(monkeypatch: pytest.MonkeyPatch, stall: Callable[[], None]) -> None:
    """Let the evaluation of NEAR, which only POISON has, stall, fail or kill."""
    whole = finding.is_true

    def is_true(node: Node, *given: object) -> bool:
        if isinstance(node, Near):
            stall()
        return bool(whole(node, *given))  # type: ignore[arg-type]

    for module in (finding, budget, engine):
        monkeypatch.setattr(module, "is_true", is_true)


def burn(ms: float) -> None:
    until = time.thread_time() + ms / 1000
    while time.thread_time() < until:
        pass


def test_a_slow_rule_is_named_counted_and_put_away_and_its_alerts_are_told(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    stalling(monkeypatch, lambda: burn(12))
    town.rules.budget = Budget(rule_ms=8)
    for number in range(4):
        town.push(f"a{number}", f"Number {number}: the council named the city a sanctuary city on day {number}.")
        town.run()
        town.later(minutes=10)
    assert [row.state for row in town.all(Article)] == [ArticleState.MATCHED] * 4
    assert told_of(town).count("Poison") == 3  # the third breach is told, the fourth article not tried
    assert told_of(town).count("Good") == 4
    [rule] = town.all(Rule)
    assert (rule.breaches, rule.fault) == (3, "slow")
    assert rule.said.endswith("ms where 8 ms are allowed")
    assert states(town)["Good"] == "active"


def fail() -> None:
    raise RecursionError("deep")


@pytest.mark.parametrize("apart", [False, True])
def test_a_rule_that_fails_stops_no_other(town: Town, monkeypatch: pytest.MonkeyPatch, apart: bool) -> None:
    stalling(monkeypatch, fail)
    town.push()
    _match(town, apart=apart)
    assert told_of(town) == ["Good"]
    [rule] = town.all(Rule)
    assert (rule.fault, rule.said) == ("failed", "RecursionError: deep")


def test_a_rule_that_ends_its_process_is_put_away_at_once_and_the_others_are_told(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    stalling(monkeypatch, lambda: os._exit(9))
    town.push()
    _match(town, apart=True)
    assert told_of(town) == ["Good"]
    [rule] = town.all(Rule)
    assert (rule.fault, rule.quarantined_at is not None) == ("ended", True)
    assert states(town) == {"Poison": "quarantined", "The same": "quarantined", "Good": "active"}


def test_an_alert_is_owed_also_where_its_reason_cannot_be_given(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("no reason")

    monkeypatch.setattr(finding, "evaluate", fail)
    town.push()
    town.run()
    assert told_of(town) == ["Good", "Poison", "The same"]
    assert {row.reason["clause"] for row in town.all(Alert)} >= {GOOD}


def _match(town: Town, *, apart: bool) -> None:
    """Let the match stage run; apart: as after a worker that ended with the article in hand."""
    pipeline.ingest(town.store, town.clock, LEASE)
    if apart:
        with town.store.write() as work:
            articles.claim_to_match(work.session, town.now, LEASE)
        town.later(minutes=5)
    pipeline.match(town.store, town.rules, town.clock, LEASE, Options(timedelta(minutes=5)))


def test_rules_tried_on_every_article_are_noted_while_somebody_asks_for_them(town: Town) -> None:
    key = key_of(GOOD)
    for one in (town.rules, worker(town)):
        one.refresh(town.store)
        one.engine._any[key] = "nothing must be present"  # no query that is accepted is such a rule today
        one.refresh(town.store)
    with town.store.read() as session:
        assert quarantine.count_anyway(session) == 1
        assert [one.rule.anyway for one in quarantine.page(session)] == ["nothing must be present"]
    worker(town).refresh(town.store)  # one whose engine finds it otherwise takes the note away
    with town.store.read() as session:
        assert quarantine.count_anyway(session) == 0
