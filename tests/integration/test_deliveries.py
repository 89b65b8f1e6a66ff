"""Claims, fences and endings of deliveries, the same on SQLite and PostgreSQL."""

from datetime import timedelta

import pytest

from services.store import deliveries
from services.store.deliveries import Ending
from services.store.reclaim import reclaim
from services.store.states import DeliveryState, Outcome
from services.store.tables import Attempt, Delivery, Worker
from services.store.work import Store
from tests.builders import NOW, a_channel

LEASE = timedelta(seconds=60)
SENT = Ending(Outcome.ACCEPTED, DeliveryState.SENT)


@pytest.fixture
def delivery(store: Store) -> str:
    with store.write() as work:
        channel = a_channel(work.session)
        id_ = deliveries.put(
            work.session, channel=channel.id, dedupe_key="story:s1:new", kind="new", story=None, now=NOW
        )
    assert id_ is not None
    return id_


def claim(store: Store, worker: str = "w1", now=NOW) -> list[Delivery]:
    with store.write() as work:
        return deliveries.claim(work.session, worker, now, LEASE)


def fence(store: Store, row: Delivery, now=NOW) -> bool:
    with store.write() as work:
        return deliveries.fence(work.session, row, now, subject="s", body=b"b")


def finish(store: Store, row: Delivery, ending: Ending) -> bool:
    with store.write() as work:
        return deliveries.finish(work.session, row, ending, NOW)


def state(store: Store, id_: str) -> Delivery:
    with store.read() as session:
        return session.get_one(Delivery, id_)


def test_the_same_message_is_put_on_its_way_once(store: Store, delivery: str) -> None:
    with store.write() as work:
        channel = state(store, delivery).channel
        again = deliveries.put(
            work.session, channel=channel, dedupe_key="story:s1:new", kind="new", story=None, now=NOW
        )
    assert again is None


def test_a_claimed_delivery_is_not_claimed_again(store: Store, delivery: str) -> None:
    assert [row.id for row in claim(store)] == [delivery]
    assert claim(store, "w2") == []


def test_a_claim_begins_an_attempt_before_any_call(store: Store, delivery: str) -> None:
    claim(store)
    with store.read() as session:
        attempt = session.get_one(Attempt, (delivery, 1))
    assert (attempt.worker, attempt.outcome, attempt.inflight_at) == ("w1", None, None)


def test_a_sent_delivery_stays_sent(store: Store, delivery: str) -> None:
    (row,) = claim(store)
    assert fence(store, row)
    assert finish(store, row, SENT)
    assert not finish(store, row, SENT)
    assert claim(store, now=NOW + timedelta(days=1)) == []
    assert state(store, delivery).state == DeliveryState.SENT


def test_a_lease_that_is_over_passes_no_fence(store: Store, delivery: str) -> None:
    (row,) = claim(store)
    assert not fence(store, row, NOW + LEASE)


def test_a_paused_worker_passes_no_fence_after_its_row_was_taken_over(store: Store, delivery: str) -> None:
    (paused,) = claim(store, "w1")
    later = NOW + LEASE + timedelta(seconds=1)
    with store.write() as work:
        assert reclaim(work.session, later, is_dead=lambda _: False, hard_limit=timedelta(minutes=15)) == 1
    (other,) = claim(store, "w2", later)
    assert not fence(store, paused, later)
    assert fence(store, other, later)


def test_a_lease_that_ran_out_before_the_send_is_not_uncertain(store: Store, delivery: str) -> None:
    claim(store)
    later = NOW + LEASE + timedelta(seconds=1)
    with store.write() as work:
        reclaim(work.session, later, is_dead=lambda _: False, hard_limit=timedelta(minutes=15))
    with store.read() as session:
        assert session.get_one(Attempt, (delivery, 1)).outcome == Outcome.RELEASED
    assert state(store, delivery).tries == 0


@pytest.mark.parametrize(("dead", "expected"), [(True, DeliveryState.UNCERTAIN), (False, DeliveryState.INFLIGHT)])
def test_a_send_in_flight_returns_only_from_a_dead_worker(
    store: Store, delivery: str, dead: bool, expected: str
) -> None:
    with store.write() as work:
        work.session.add(
            Worker(id="w1", role="deliver", host="h", boot_id="b", pid=1, version="1", started_at=NOW, seen_at=NOW)
        )
    (row,) = claim(store)
    fence(store, row)
    with store.write() as work:
        later = NOW + LEASE + timedelta(seconds=5)
        reclaim(work.session, later, is_dead=lambda _: dead, hard_limit=timedelta(minutes=15))
    assert state(store, delivery).state == expected


def test_a_send_in_flight_is_given_up_at_the_hard_limit(store: Store, delivery: str) -> None:
    with store.write() as work:
        work.session.add(
            Worker(id="w1", role="deliver", host="h", boot_id="b", pid=1, version="1", started_at=NOW, seen_at=NOW)
        )
    (row,) = claim(store)
    fence(store, row)
    with store.write() as work:
        reclaim(work.session, NOW + timedelta(minutes=16), is_dead=lambda _: False, hard_limit=timedelta(minutes=15))
    assert state(store, delivery).state == DeliveryState.UNCERTAIN


def test_a_late_yes_turns_a_coming_second_copy_into_none(store: Store, delivery: str) -> None:
    (row,) = claim(store, "gone")
    fence(store, row)
    with store.write() as work:
        reclaim(work.session, NOW + LEASE, is_dead=lambda _: True, hard_limit=timedelta(minutes=15))
    assert finish(store, row, SENT)
    assert claim(store, now=NOW + timedelta(days=1)) == []


def test_a_channel_with_a_long_queue_leaves_room_for_others(store: Store) -> None:
    with store.write() as work:
        long, short = a_channel(work.session), a_channel(work.session, target="http://127.0.0.1:9/other")
        for n in range(50):
            deliveries.put(work.session, channel=long.id, dedupe_key=f"k{n}", kind="new", story=None, now=NOW)
        deliveries.put(
            work.session, channel=short.id, dedupe_key="k", kind="new", story=None, now=NOW + timedelta(seconds=1)
        )
    rows = claim(store, now=NOW + timedelta(seconds=2))
    assert [row.channel for row in rows].count(long.id) == deliveries.PER_CHANNEL
    assert short.id in [row.channel for row in rows]


def test_a_stopping_worker_gives_back_what_it_has_not_begun(store: Store, delivery: str) -> None:
    claim(store)
    with store.write() as work:
        assert deliveries.release(work.session, "w1", NOW) == 1
    assert [row.id for row in claim(store, "w2")] == [delivery]


def test_a_dead_delivery_is_replayed_under_the_same_id(store: Store, delivery: str) -> None:
    (row,) = claim(store)
    fence(store, row)
    finish(store, row, Ending(Outcome.PERMANENT, DeliveryState.DEAD, reason_code="smtp_5xx"))
    with store.write() as work:
        deliveries.replay(work.session, deliveries.get(work.session, delivery), NOW)
    (again,) = claim(store)
    assert (again.id, again.attempt_no, again.body) == (delivery, 2, b"b")
