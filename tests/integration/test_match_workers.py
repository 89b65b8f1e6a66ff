"""Several match processes at once: a subscription made before a push is matched, whichever process takes the article."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier, Event

from services import pipeline
from services.addressing import Options
from services.rules.engine import Engine
from services.store import articles
from services.store.packs import shipped
from services.store.rules import LiveRules
from services.store.tables import Alert, Article
from services.store.work import Store, open_store
from tests.builders import NOW
from tests.parts import until
from tests.town import LEASE, Town

WORKERS = 3
ARTICLES = 9


def work(url: str, stop: Event, each: Barrier, took: Queue[tuple[int, int]], number: int) -> None:
    """Match what waits until told to stop, one article a turn and the first when each process has one; say what it took."""
    claim, find, first = articles.claim_to_match, pipeline.find_some, iter([True])

    def find_together(rules, rows, names, *, apart):
        if next(first, False):
            each.wait(60)
        return find(rules, rows, names, apart=apart)

    articles.claim_to_match = lambda session, now, lease, **named: claim(session, now, lease, 1, **named)
    pipeline.find_some = find_together
    store = open_store(url)
    rules = LiveRules(Engine(shipped().trees), shipped())
    rules.refresh(store)
    took.put((number, 0))
    while not stop.is_set():
        done = pipeline.match(store, rules, lambda: NOW, LEASE, Options(timedelta(minutes=5)))
        if done:
            took.put((number, done))
        else:
            stop.wait(0.01)
    store.close()


@contextmanager
def working(url: str) -> Iterator[Queue[tuple[int, int]]]:
    """Run the processes, each with its rules read before any subscription was made."""
    context = get_context("spawn")
    stop, each, took = context.Event(), context.Barrier(WORKERS), context.Queue()
    processes = [context.Process(target=work, args=(url, stop, each, took, n), daemon=True) for n in range(WORKERS)]
    for process in processes:
        process.start()
    try:
        assert {took.get(timeout=60)[0] for _ in processes} == set(range(WORKERS))
        yield took
    finally:
        stop.set()
        for process in processes:
            process.join(30)


def test_a_subscription_made_before_a_push_is_matched_whichever_worker_takes_it(
    store: Store, database_url: str
) -> None:
    town = Town(store)
    channel = town.channel()
    wanted = {}
    with working(database_url) as took:
        for number in range(ARTICLES):
            subscription = town.subscribe(f"levee{number}", channel, name=f"s{number}")
            words = " ".join(f"word{number}x{at}" for at in range(40))
            wanted[subscription] = town.push(f"a{number}", f"The levee{number} gave way. {words}", title=f"No {number}")
            pipeline.ingest(store, town.clock, LEASE)
        until(lambda: all(row.state == "matched" for row in town.all(Article)), "all are matched", 60)
    assert {alert.subscription: alert.article for alert in town.all(Alert)} == wanted
    found = [took.get(timeout=5) for _ in range(took.qsize())]
    assert sum(count for _, count in found) == ARTICLES
    assert {number for number, _ in found} == set(range(WORKERS))
