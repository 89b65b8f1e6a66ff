"""Many subscriptions of one story, and many subscriptions of one rule, on both databases."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select
from sqlmodel import col

from services import deciding, pipeline
from services.addressing import Options
from services.rules.engine import Engine
from services.store import queues
from services.store.packs import shipped
from services.store.rules import LiveRules
from services.store.tables import Alert, Delivery, DeliveryAlert, Remainder, Subscription
from services.store.work import Store
from tests.builders import NOW, TEXT, a_channel
from tests.town import LEASE, Town

OPTIONS = Options(timedelta(0))


@pytest.fixture
def town(store: Store, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(deciding, "PAGE", 7)
    return Town(store)


def _many(town: Town, count: int, *, also: int = 0) -> None:
    """Let so many people ask for the same; each has one channel, and `also` further subscriptions."""
    for number in range(count):
        channel = town.channel(email=f"p{number}@example.org", target=f"http://127.0.0.1:9/{number}")
        for turn in range(1 + also):
            town.subscribe('"sanctuary city"', channel, name=f"Sanctuary {turn}")


def _turn(town: Town, store: Store | None = None) -> int:
    return pipeline.match(store or town.store, town.rules, town.clock, LEASE, OPTIONS)


def test_everybody_hears_once_of_a_story_that_takes_many_pages(town: Town) -> None:
    _many(town, 10, also=2)
    town.push()
    town.run()
    assert len(town.all(Alert)) == 30
    assert town.all(Remainder) == []
    assert Counter(row.channel for row in town.all(Delivery)).most_common()[0][1] == 1
    assert len(town.all(Delivery)) == 10
    links = town.all(DeliveryAlert)
    assert len(links) == 30
    assert all(row.delivery is not None for row in links)  # one message names all three of a person's subscriptions


def test_other_articles_are_matched_between_the_pages(town: Town) -> None:
    _many(town, 30)
    town.push()
    pipeline.ingest(town.store, town.clock, LEASE)
    _turn(town)
    assert len(town.all(Alert)) == 7
    other = town.push("a2", "Rents fell in Ojai, where nobody had expected it before the summer.")
    pipeline.ingest(town.store, town.clock, LEASE)
    _turn(town)
    states = {row.id: row.state for row in town.all(pipeline.ArticleRow)}
    assert states[other] == "matched"
    assert len(town.all(Alert)) == 14
    with town.store.read() as session:
        waiting = {one.stage: one.waiting for one in queues.count(session, town.now)}
    assert waiting["match"] == 1  # what is left of the first


def test_a_page_that_fails_is_tried_again_and_the_pages_before_stay(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    _many(town, 20)
    town.push()
    pipeline.ingest(town.store, town.clock, LEASE)
    _turn(town)

    def broken(*_: object) -> None:
        raise ValueError("a page that breaks")

    with monkeypatch.context() as patched:
        patched.setattr(deciding, "_plan", broken)
        assert _turn(town) == 0
        assert _turn(town) == 0  # put off
    assert len(town.all(Alert)) == 7
    town.later(minutes=1)
    town.run()
    assert len(town.all(Alert)) == 20
    assert len(town.all(Delivery)) == 20


def test_a_correction_reaches_all_who_were_told_page_by_page(town: Town) -> None:
    _many(town, 16)
    town.push(url="https://paper.example/1")
    town.run()
    town.later(hours=1)
    text = TEXT.replace("ninety-one", "ninety").replace("sanctuary city", "refuge") + "\n\nCorrection: it was ninety."
    town.push(text=text, url="https://paper.example/1")
    town.run()
    kinds = Counter(row.kind for row in town.all(Alert))
    assert kinds == {"new": 16, "correction:1": 16}
    assert town.all(Remainder) == []


def test_a_hundred_thousand_subscriptions_of_a_thousand_rules_cost_a_thousand_rules(store: Store) -> None:
    with store.write() as work:
        owner = a_channel(work.session).person
        rows = [
            {"id": f"s{n:06}", "person": owner, "name": f"s{n}", "query": f"word{n % 1000} rent",
             "rule_key": f"key{n % 1000}", "created_at": NOW, "changed_at": NOW, "version": 1, "state": "active",
             "cadence": "instant", "urgent": False, "muted": False}
            for n in range(100_000)
        ]  # fmt: skip
        for start in range(0, len(rows), 10_000):
            work.session.execute(insert(Subscription), rows[start : start + 10_000])
    rules = LiveRules(Engine(shipped().trees), shipped())
    rules.refresh(store)
    assert len(rules.engine) == 1000


def test_a_subscription_made_before_an_article_is_pushed_is_matched_by_whichever_worker_has_it(store: Store) -> None:
    """Four workers with rules of their own; each article asks for a word that the newest subscription asks for."""
    town, count = Town(store), 40
    channel = town.channel()
    stop = threading.Event()
    claimed: Counter[int] = Counter()

    def work(number: int) -> None:
        rules = LiveRules(Engine(shipped().trees), shipped())
        while not stop.is_set():
            claimed[number] += pipeline.match(store, rules, town.clock, LEASE, OPTIONS)
            stop.wait(0.001)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    try:
        for number in range(count):
            town.subscribe(f"zebra{number}", channel, name=f"s{number}")
            town.push(f"a{number}", f"Nobody in Ojai had seen a zebra{number} before this one came. Number {number}.")
            pipeline.ingest(store, town.clock, LEASE)
        with store.read() as session:
            pending = (
                select(func.count()).select_from(pipeline.ArticleRow).where(col(pipeline.ArticleRow.state) == "new")
            )
        deadline = threading.Event()
        for _ in range(600):
            with store.read() as session:
                if not session.scalar(pending):
                    break
            deadline.wait(0.05)
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    assert len(town.all(Alert)) == count
    assert sum(claimed.values()) >= count
