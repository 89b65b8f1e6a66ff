"""Whose turn it is: any number of workers poll each source once, and each host in peace."""

from __future__ import annotations

import threading
from datetime import timedelta

from services.sources.poll import Kit, Poller
from services.sources.rhythm import Rhythm
from services.store import polls
from services.store.source_tables import Host
from services.store.tables import Article
from services.store.tables import Poll as PollRow
from tests.builders import NOW
from tests.feed_site import Said, rss
from tests.newsroom import Newsroom, fresh


def test_one_connection_at_a_time_to_a_host_with_a_pause_between(room: Newsroom) -> None:
    room.site.latency_s = 0.02
    for n in range(6):
        room.watch(room.site.at(f"/{n}", rss(("a", None))), f"S{n}")
    pollers = [Poller(room.kit()) for _ in range(3)]
    threads = [threading.Thread(target=poller.once) for poller in pollers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    Poller(room.kit()).once()
    spans = sorted((seen.began, seen.ended) for seen in room.site.seen)
    assert len(spans) == 6
    assert all(earlier[1] <= later[0] for earlier, later in zip(spans, spans[1:], strict=False))


def test_a_host_is_left_alone_for_the_gap(room: Newsroom) -> None:
    for n in range(2):
        room.watch(room.site.at(f"/{n}", rss(("a", None))), f"S{n}")
    kit = room.kit()
    slow = Kit(kit.store, kit.gate, kit.vault, kit.clock, Rhythm(gap=timedelta(seconds=5)))
    assert Poller(slow).once() == 1
    room.now += timedelta(seconds=4)
    assert Poller(slow).once() == 0
    room.now += timedelta(seconds=1)
    assert Poller(slow).once() == 1


def test_workers_beside_each_other_poll_each_source_once(room: Newsroom) -> None:
    room.site.latency_s = 0.02
    for n in range(30):
        room.watch(room.site.at(f"/{n}", rss((f"a{n}", NOW))).replace("127.0.0.1", f"h{n}.example"), f"S{n}")
    threads = [threading.Thread(target=Poller(room.kit(), at_once=4).once) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(room.site.seen) == 30
    assert len(room.all(PollRow)) == len(room.all(Article)) == 30


def test_a_worker_that_died_loses_its_turn_with_its_lease(room: Newsroom) -> None:
    room.watch(room.site.at("/feed", rss(*fresh(2))))
    with room.store.write() as work:
        assert len(polls.claim_due(work.session, room.now, timedelta(seconds=60), 10)) == 1
    assert room.poll() == 0
    room.now += timedelta(seconds=61)
    assert room.poll() == 1
    assert len(room.all(Article)) == 2


def test_an_answer_that_came_after_the_lease_changes_nothing(room: Newsroom) -> None:
    room.watch(room.site.at("/feed", rss(*fresh(2))))
    with room.store.write() as work:
        claim = polls.claim_due(work.session, room.now, timedelta(seconds=60), 10)[0]
    room.now += timedelta(seconds=61)
    room.poll()
    with room.store.write() as work:
        late = PollRow(source=claim.row.id, at=room.now, ok=True)
        assert not polls.record(work.session, claim.row, late)
    assert len(room.all(PollRow)) == 1


def test_what_a_stopping_worker_holds_is_due_again_at_once(room: Newsroom) -> None:
    held = threading.Event()
    room.watch(room.site.at("/feed", lambda _seen: held.wait(20) and Said(rss(*fresh(1)))))
    stopping = threading.Event()
    poller = Poller(room.kit())
    thread = threading.Thread(target=poller.run, args=(stopping,))
    thread.start()
    while not room.site.seen:
        stopping.wait(0.01)
    stopping.set()
    thread.join(20)
    row = room.row()
    assert (row.lease_token, row.next_poll_at) == (None, NOW)
    with room.store.read() as session:
        assert session.get_one(Host, "127.0.0.1").free_at <= room.now
    held.set()
