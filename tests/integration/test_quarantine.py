"""A rule that breaks its budget three times runs nowhere any more; nothing that it or others found is lost."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from services import clock, finding, pipeline, stopped
from services.acts import subscription_acts
from services.acts.subscription_acts import SubscriptionChange
from services.addressing import Options
from services.cli.app import run
from services.cli.queues import Counted, _needs
from services.errors import ConflictError, NotFoundError
from services.noticing import Desk
from services.queries.tree import Near, Node, Not
from services.rules import anyway, budget, engine
from services.rules.budget import Breach, Budget, Fault
from services.rules.engine import Engine
from services.stopped import tell_of_quarantine
from services.store import articles, quarantine, subscriptions
from services.store.packs import shipped
from services.store.rules import LiveRules
from services.store.states import ArticleState, ChannelState, Role, SubscriptionState
from services.store.tables import Alert, Article, Channel, Delivery, Rule, Subscription
from services.store.work import Store
from tests.builders import VAULT
from tests.integration.api import Api, problem, running
from tests.town import LEASE, Town

POISON = "sanctuary NEAR/9 council"
GOOD = '"sanctuary city"'
SLOW = Breach("", Fault.SLOW, "took 80 ms where 51 ms are allowed", 80.0)


@pytest.fixture
def town(store: Store) -> Town:
    town = Town(store)
    channel, other = town.channel(), town.channel(email="ben@example.org")
    town.subscribe(POISON, channel, name="Poison")
    town.subscribe("council NEAR/9 sanctuary", other, name="The same")
    town.subscribe(GOOD, channel, name="Good")
    return town


def key_of(query: str) -> str:
    return subscription_acts.rule_id(subscription_acts.check_query(query, shipped().lookups))


def breach(town: Town, query: str = POISON, times: int = 1, fault: Fault = Fault.SLOW) -> list[bool]:
    with town.store.write() as work:
        session = work.session
        what = Breach(key_of(query), fault, SLOW.said, 80.0)
        return [quarantine.record_breach(session, what, town.now) for _ in range(times)]


def states(town: Town) -> dict[str, str]:
    return {row.name: row.state for row in town.all(Subscription)}


def told_of(town: Town) -> list[str]:
    names = {row.id: row.name for row in town.all(Subscription)}
    return sorted(names[row.subscription] for row in town.all(Alert))


def worker(town: Town, snapshot: Path | None = None) -> LiveRules:
    return LiveRules(Engine(shipped().trees), shipped(), snapshot)


# ---- the state ----


def test_the_third_breach_stops_the_rule_for_everybody_who_asks_for_it(town: Town) -> None:
    assert key_of(POISON) == key_of("council NEAR/9 sanctuary")
    assert breach(town, times=2) == [False, False]
    assert states(town) == {"Poison": "active", "The same": "active", "Good": "active"}
    assert breach(town) == [True]
    assert states(town) == {"Poison": "quarantined", "The same": "quarantined", "Good": "active"}
    town.push()
    town.run()
    assert told_of(town) == ["Good"]


def test_no_worker_evaluates_it_whether_it_runs_already_or_starts_again(town: Town, tmp_path: Path) -> None:
    running, file = worker(town), tmp_path / "rules.snapshot"
    before = worker(town, file)
    for one in (running, before):
        one.refresh(town.store)
    before.keep(town.store)  # the snapshot still has it
    breach(town, times=3)
    for one in (running, worker(town), worker(town, file)):
        one.refresh(town.store)
        assert set(one.engine.state()[3]) == {key_of(GOOD)}


def test_breaches_of_one_article_count_once_and_old_ones_are_forgotten(town: Town) -> None:
    with town.store.write() as work:
        for article in ("a1", "a1", "a2"):
            quarantine.record_breach(
                work.session, Breach(key_of(POISON), Fault.SLOW, "slow"), town.now, article=article
            )
    assert [row.breaches for row in town.all(Rule)] == [2]
    town.later(days=8)
    breach(town)
    assert [row.breaches for row in town.all(Rule)] == [1]


def test_a_subscription_made_later_with_an_equal_query_is_in_quarantine_too(town: Town) -> None:
    breach(town, times=3)
    town.subscribe(POISON, town.channel(email="eve@example.org"), name="Later")
    assert states(town)["Later"] == "quarantined"
    reason = next(row.reason for row in town.all(Subscription) if row.name == "Later")
    assert reason == "This query took too long 3 times and no longer runs. Make it narrower, then save it again"


@pytest.mark.parametrize("wanted", [SubscriptionChange(state="active"), SubscriptionChange(query=POISON)])
def test_saving_the_same_query_does_not_let_it_run_and_another_does(town: Town, wanted: SubscriptionChange) -> None:
    breach(town, times=3)
    id_ = next(row.id for row in town.all(Subscription) if row.name == "Poison")

    def save(change: SubscriptionChange) -> None:
        with town.store.write() as work:
            row = subscriptions.get(work.session, id_)
            subscription_acts.change_subscription(work, shipped().lookups, "ana", row, change, town.now)

    with pytest.raises(ConflictError, match="took too long 3 times and no longer runs"):
        save(wanted)
    assert states(town)["Poison"] == "quarantined"
    save(SubscriptionChange(query="council"))
    assert states(town) == {"Poison": "active", "The same": "quarantined", "Good": "active"}


def test_a_released_rule_runs_again_for_everybody_with_no_breach_counted(town: Town) -> None:
    breach(town, times=3)
    with town.store.write() as work:
        subscriptions_of(work.session, "The same").state = SubscriptionState.PAUSED
    with town.store.write() as work:
        quarantine.release(work.session, key_of(POISON), town.now)
    assert states(town) == {"Poison": "active", "The same": "paused", "Good": "active"}
    assert breach(town, times=2) == [False, False]
    town.push()
    town.run()
    assert told_of(town) == ["Good", "Poison"]


def subscriptions_of(session: Session, name: str) -> Subscription:
    return session.exec(select(Subscription).where(Subscription.name == name)).one()


def test_only_what_is_in_quarantine_can_be_released(town: Town) -> None:
    breach(town)
    with town.store.write() as work:
        with pytest.raises(ConflictError, match="not in quarantine"):
            quarantine.release(work.session, key_of(POISON), town.now)
        with pytest.raises(NotFoundError):
            quarantine.release(work.session, "nothing", town.now)


def test_the_list_says_who_asks_and_counts_what_is_in_quarantine(town: Town) -> None:
    breach(town, times=3)
    breach(town, GOOD)
    with town.store.read() as session:
        [first, second] = sorted(quarantine.page(session), key=lambda one: one.rule.breaches)
        assert (first.query, first.subscriptions, first.people) == (GOOD, 1, 1)
        assert (second.subscriptions, second.people, second.rule.took_ms) == (2, 2, 80.0)
        assert [one.query for one in quarantine.page(session, quarantined=True)] == [second.query]
        assert quarantine.count(session) == 1


# ---- on the way of an article ----


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


# ---- who is told ----


def told(town: Town) -> dict[str, list[str]]:
    """The notices that are on their way, by channel's label: their subjects."""
    with town.store.write() as work:
        while tell_of_quarantine(work, Desk(lambda: VAULT, "Tocsin <t@x.example>", "https://t.example"), town.now):
            pass
    labels = {row.id: row.label for row in town.all(Channel)}
    found: dict[str, list[str]] = {}
    for row in sorted(town.all(Delivery), key=lambda row: row.id):
        if row.kind == "notice":
            found.setdefault(labels[row.channel], []).append(row.subject or "")
    return found


def test_everybody_who_asks_for_the_rule_is_told_once_by_their_own_channel(town: Town) -> None:
    mail = {"kind": "email", "target": "eve@example.org", "email": "eve@example.org"}
    town.subscribe(POISON, town.channel(**mail), name="Eve's")
    breach(town, times=3)
    first = told(town)
    assert first == {"http://127.0.0.1:9/hook": ["", ""], "eve@example.org": ["In quarantine: Eve's"]}
    assert told(town) == first
    body = next(row.body for row in town.all(Delivery) if row.subject == "In quarantine: Eve's").decode()
    assert "took too long 3 times and no longer runs" in body
    assert "The last time: it took 80 ms where 51 ms are allowed." in body
    assert "https://t.example/subscriptions/" in body


def test_a_release_is_told_too_and_another_quarantine_again(town: Town) -> None:
    mail = {"kind": "email", "target": "eve@example.org", "email": "eve@example.org"}
    town.subscribe(POISON, town.channel(**mail), name="Eve's")
    breach(town, times=3)
    told(town)
    town.later(minutes=5)
    with town.store.write() as work:
        quarantine.release(work.session, key_of(POISON), town.now)
    assert sorted(told(town)["eve@example.org"]) == ["In quarantine: Eve's", "Runs again: Eve's"]
    town.later(minutes=5)
    breach(town, times=3)
    assert len(told(town)["eve@example.org"]) == 3


def test_who_cannot_be_reached_by_the_subscription_is_told_by_another_channel(town: Town) -> None:
    broken = town.channel(email="eve@example.org")
    town.channel(kind="email", target="eve@example.org", email="eve@example.org")
    town.subscribe(POISON, broken, name="Eve's")
    with town.store.write() as work:
        work.session.get_one(Channel, broken).state = ChannelState.DISABLED
    breach(town, times=3)
    assert told(town)["eve@example.org"] == ["In quarantine: Eve's"]


def test_a_rule_of_very_many_is_told_page_by_page(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopped, "AT_ONCE", 2)
    for number in range(4):
        town.subscribe(POISON, town.channel(kind="email", target=f"{number}@example.org"), name=f"No. {number}")
    breach(town, times=3)
    assert len([label for label in told(town) if label.endswith("@example.org")]) == 4


# ---- rules tried on every article ----


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


# ---- operators ----


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("api")) as one:
        one.subscription(Role.SUBSCRIBER, name="Poison", query=POISON)
        yield one


@pytest.fixture
def held(api: Api) -> str:
    key = key_of(POISON)
    with api.store.write() as work:
        quarantine.record_breach(work.session, Breach(key, Fault.ENDED, "ended the process that tried it"), clock.now())
    return key


def test_an_operator_sees_the_rule_and_releases_it_with_an_audit_row(api: Api, held: str) -> None:
    [rule] = api.v1("GET", "rules?quarantined=true", role=Role.OPERATOR).json()["items"]
    assert (rule["id"], rule["query"], rule["people"], rule["fault"]) == (held, POISON, 1, "ended")
    counted = api.v1("GET", "queues", role=Role.OPERATOR).json()
    assert (counted["rules_quarantined"], counted["rules_on_every_article"]) == (1, 0)
    assert 'tocsin_rules{state="quarantined"} 1.0' in api.call("GET", "/metrics").text
    problem(api.v1("POST", f"rules/{held}/release", role=Role.SUBSCRIBER), 403)
    released = api.v1("POST", f"rules/{held}/release", role=Role.OPERATOR).json()
    assert (released["quarantined_at"], released["breaches"]) == (None, 0)
    assert api.v1("GET", "audit", role=Role.OPERATOR).json()["items"][0]["action"] == "rule released"
    problem(api.v1("POST", f"rules/{held}/release", role=Role.OPERATOR), 409)
    problem(api.v1("POST", "rules/nothing/release", role=Role.OPERATOR), 404)


def test_the_page_lists_it_and_its_button_releases_it(api: Api, held: str) -> None:
    shown = api.call("GET", "/rules").text
    assert "1 rule is in quarantine" in shown
    assert "Release for 1 person" in shown
    assert api.call("POST", f"/rules/{held}/release").headers["location"] == "/rules?said=released"
    assert "No rule is in quarantine" in api.call("GET", "/rules").text


def test_the_commands_list_and_release_it(api: Api, held: str, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--data", str(api.settings.data)]
    assert run(["rules", *where]) == 1
    out = capsys.readouterr().out
    assert "in quarantine" in out
    assert held in out
    assert "ended the process that tried it" in out
    run(["doctor", *where])
    assert "1 is in quarantine" in capsys.readouterr().out
    assert "1 rule is in quarantine: tocsin rules" in _needs(Counted([], [], 0, quarantined=1))
    assert run(["rules", "release", held, *where]) == 0
    assert "runs again for 1 subscription; they are told" in capsys.readouterr().out
    assert run(["rules", "list", "--json", "--quarantined", *where]) == 0
    assert capsys.readouterr().out == ""


def test_a_check_warns_of_a_query_that_would_be_tried_on_every_article(monkeypatch: pytest.MonkeyPatch) -> None:
    found = subscription_acts.check_query(POISON, shipped().lookups).tree
    assert anyway.warning(found) is None
    said = anyway.warning(Not(found))
    assert said is not None
    assert said.startswith("This query is tried on every article, because no word")
