"""A rule that breaks its budget three times runs nowhere any more; who asks for it is told, once."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import Session, select

from services import stopped
from services.acts import subscription_acts
from services.acts.subscription_acts import SubscriptionChange
from services.errors import ConflictError, NotFoundError
from services.noticing import Desk
from services.rules.budget import Breach, Fault
from services.stopped import tell_of_quarantine
from services.store import quarantine, subscriptions
from services.store.packs import shipped
from services.store.states import ChannelState, SubscriptionState
from services.store.tables import Channel, Delivery, Rule, Subscription
from services.store.work import Store
from tests.builders import VAULT
from tests.integration.poison import GOOD, POISON, breach, key_of, poisoned, states, told_of, worker
from tests.town import Town


@pytest.fixture
def town(store: Store) -> Town:
    return poisoned(store)


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
