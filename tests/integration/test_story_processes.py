"""Two copies at once, two match processes: each has taken one before either decides, and they make one story."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

from services import clock, pipeline
from services.broker import Stage
from services.settings import Settings
from services.store import articles
from services.store.tables import Alert, Article, Story, StoryMember
from services.store.work import Store
from tests.integration.test_stories import CUT, FERRY
from tests.town import LEASE, Town
from workers.process import Process


def work(url: str, data: Path, ready: Barrier, took: Queue[tuple[int, str]], number: int) -> None:
    """Match one article as `tocsin worker match` does, after both processes have one in hand."""
    process = Process(Settings(data=data, database_url=url, broker_url=""), Stage.MATCH, "")
    claim, find = articles.claim_to_match, pipeline.find_some

    def both_have_one(rules, rows, names, *, apart):
        took.put((number, rows[0].external_id))
        ready.wait(60)
        return find(rules, rows, names, apart=apart)

    articles.claim_to_match = lambda session, now, lease, **named: claim(session, now, lease, 1, **named)
    pipeline.find_some = both_have_one
    ready.wait(60)
    while not process.work():
        process.stopping.wait(0.01)
    process.leave()


@contextmanager
def two_at_work(url: str, data: Path) -> Iterator[Queue[tuple[int, str]]]:
    """Run two processes until each has matched one article."""
    context = get_context("spawn")
    ready, took = context.Barrier(2), context.Queue()
    processes = [context.Process(target=work, args=(url, data, ready, took, n), daemon=True) for n in range(2)]
    for process in processes:
        process.start()
    try:
        yield took
        for process in processes:
            process.join(60)
            assert process.exitcode == 0
    finally:
        for process in processes:
            process.kill()


def test_two_copies_at_once_in_two_processes_make_one_story_and_one_alert(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    town = Town(store)
    town.now = clock.now()
    town.subscribe("ferry OR Aurelia", town.channel())
    pushed = {"whole": FERRY, "cut": CUT}
    for name, text in pushed.items():
        town.push(name, text, source=name, title=f"From {name}")
    pipeline.ingest(store, town.clock, LEASE)
    with two_at_work(database_url, tmp_path / "data") as took:
        found = dict(took.get(timeout=60) for _ in pushed)
    assert sorted(found.values()) == sorted(pushed)
    assert set(found) == {0, 1}
    assert [row.articles for row in town.all(Story)] == [2]
    assert sorted(row.relation for row in town.all(StoryMember)) == ["copy", "new"]
    assert len(town.all(Alert)) == 1
    assert {row.state for row in town.all(Article)} == {"matched"}
