"""Claims, fences and endings of deliveries, the same on SQLite and PostgreSQL."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services.store import alerts, claims, deliveries, lanes, sends
from services.store.front import Front
from services.store.reclaim import reclaim
from services.store.sends import Ending, Fence
from services.store.states import DeliveryState, Outcome
from services.store.tables import Attempt, Channel, Delivery, DeliveryAlert, Lane, Story, Worker
from services.store.work import Store, Work
from tests.builders import NOW, a_channel, a_subscription, an_article

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
        return claims.claim(work.session, worker, now, LEASE)


def fence(store: Store, row: Delivery, now=NOW) -> bool:
    with store.write() as work:
        return sends.fence_all(work.session, [Fence(row, "s", b"b")], now)[0]


def finish(store: Store, row: Delivery, ending: Ending) -> bool:
    with store.write() as work:
        return sends.finish(work.session, row, ending, NOW) is not None


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
    assert [row.channel for row in rows].count(long.id) == claims.PER_CHANNEL
    assert short.id in [row.channel for row in rows]


def test_a_message_to_very_many_leaves_room_for_others_and_is_not_forgotten(store: Store) -> None:
    with store.write() as work:
        ids = [a_channel(work.session, target=f"http://127.0.0.1:9/{n}").id for n in range(41)]
        deliveries.put_all(work.session, ids[:30], dedupe_key="hot", kind="new", story=None, now=NOW, many=True)
        late = NOW + timedelta(seconds=1)
        for channel in ids[30:]:
            deliveries.put(work.session, channel=channel, dedupe_key="k", kind="new", story=None, now=late)
    with store.write() as work:
        first = claims.claim(work.session, "w1", NOW + timedelta(seconds=2), LEASE, 12)
    assert [row.rank for row in first].count(1) == 3
    with store.write() as work:
        second = claims.claim(work.session, "w1", NOW + timedelta(seconds=2), LEASE, 12)
    assert [row.rank for row in second].count(0) == 2
    assert len(second) == 12


def test_a_stopping_worker_gives_back_what_it_has_not_begun(store: Store, delivery: str) -> None:
    claim(store)
    with store.write() as work:
        assert sends.release(work.session, "w1", NOW) == 1
    assert [row.id for row in claim(store, "w2")] == [delivery]


def test_a_dead_delivery_is_replayed_under_the_same_id(store: Store, delivery: str) -> None:
    (row,) = claim(store)
    fence(store, row)
    finish(store, row, Ending(Outcome.PERMANENT, DeliveryState.DEAD, reason_code="smtp_5xx"))
    with store.write() as work:
        deliveries.replay(work.session, deliveries.get(work.session, delivery), NOW)
    (again,) = claim(store)
    assert (again.id, again.attempt_no, again.body) == (delivery, 2, b"b")


def test_messages_to_a_closed_channel_are_passed_over(store: Store) -> None:
    with store.write() as work:
        dead, live = a_channel(work.session), a_channel(work.session, target="http://127.0.0.1:9/other")
        dead.breaker_until = NOW + timedelta(hours=1)
        work.session.add(dead)
        for n in range(300):
            deliveries.put(work.session, channel=dead.id, dedupe_key=f"k{n}", kind="new", story=None, now=NOW)
        late = NOW + timedelta(seconds=1)
        deliveries.put(work.session, channel=live.id, dedupe_key="k", kind="new", story=None, now=late)
    assert [row.channel for row in claim(store, now=NOW + timedelta(seconds=2))] == [live.id]


def test_what_waits_for_a_closed_channel_is_not_gone_through_and_hides_nobody(store: Store) -> None:
    with store.write() as work:
        dead, live = a_channel(work.session), a_channel(work.session, target="http://127.0.0.1:9/other")
        dead.breaker_until = NOW + timedelta(minutes=10)
        work.session.add(dead)
        for n in range(50):
            deliveries.put(work.session, channel=dead.id, dedupe_key=f"k{n}", kind="new", story=None, now=NOW)
    front = Front()
    then = NOW + timedelta(minutes=1)
    assert front.since(store, then)[0] == then - timedelta(seconds=15)
    with store.write() as work:
        at = then - timedelta(seconds=10)  # committed late
        deliveries.put(work.session, channel=live.id, dedupe_key="k", kind="new", story=None, now=at)
    with store.write() as work:
        rows = claims.claim(work.session, "w1", then, LEASE, since=front.since(store, then))
    assert [row.channel for row in rows] == [live.id]
    back = NOW + timedelta(seconds=1)  # the clock was set back
    assert front.since(store, back)[0] <= back - timedelta(seconds=15)
    over = NOW + timedelta(minutes=10)
    assert front.since(store, over) == {}
    with store.write() as work:
        assert claims.claim(work.session, "w1", over, LEASE, since=front.since(store, over))


def test_many_channels_with_long_queues_leave_room_for_the_last(store: Store) -> None:
    with store.write() as work:
        for place in range(8):
            channel = a_channel(work.session, target=f"http://127.0.0.1:9/{place}")
            for n in range(40):
                deliveries.put(work.session, channel=channel.id, dedupe_key=f"k{n}", kind="new", story=None, now=NOW)
    with store.write() as work:
        rows = claims.claim(work.session, "w1", NOW, LEASE, 60, per_channel=8)
    assert len(rows) == 60
    assert len({row.channel for row in rows}) == 8


def test_a_way_out_is_used_only_so_often(store: Store) -> None:
    with store.write() as work:
        channel = a_channel(work.session)
        channel.lane = "chat:one"
        work.session.add(channel)
        work.session.flush()
        lanes.put(work.session, "chat:one", 2.0)
        for n in range(10):
            deliveries.put(work.session, channel=channel.id, dedupe_key=f"k{n}", kind="new", story=None, now=NOW)
    assert len(claim(store)) == 2
    assert claim(store, now=NOW + timedelta(seconds=0.9)) == []
    assert len(claim(store, now=NOW + timedelta(seconds=1.1))) == 2


def test_a_channel_on_trial_is_tried_with_one_message(store: Store) -> None:
    with store.write() as work:
        channel = a_channel(work.session)
        channel.breaker_level = 1
        work.session.add(channel)
        for n in range(10):
            deliveries.put(work.session, channel=channel.id, dedupe_key=f"k{n}", kind="new", story=None, now=NOW)
    assert len(claim(store)) == 1


def test_a_message_whose_reader_left_after_it_was_claimed_passes_no_fence(store: Store, delivery: str) -> None:
    with store.write() as work:
        channel = work.session.get_one(Delivery, delivery).channel
        subscription = a_subscription(work.session, work.session.get_one(Channel, channel))
        article = an_article(work.session)
        work.session.add(Story(id="s1", first_article=article.id, first_seen_at=NOW, last_seen_at=NOW))
        work.session.flush()
        alert = alerts.new(
            subscription.id, "s1", "new", article=article.id, decision="tell", because="", reason={}, now=NOW
        )
        alerts.put(work.session, [alert])
        alerts.link(work.session, [alerts.NewLink(alert=alert.id, channel=channel, delivery=delivery)])
    (row,) = claim(store)
    with store.write() as work:
        work.session.execute(update(DeliveryAlert).values(state="suppressed"))
    assert not fence(store, row)
    with store.write() as work:
        work.session.execute(update(DeliveryAlert).values(state="open"))
    assert fence(store, row)


def test_changes_of_many_threads_are_written_together_and_one_that_fails_fails_alone(store: Store) -> None:
    got: list[object] = []
    began = threading.Barrier(8)

    def one(number: int) -> None:
        def change(work: Work) -> int:
            if number == 3:
                raise ValueError("three")
            lanes.put(work.session, f"lane {number}", 1.0)
            return number

        began.wait()
        try:
            got.append(store.write_together(change))
        except ValueError as error:
            got.append(str(error))

    threads = [threading.Thread(target=one, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, got)) == ["0", "1", "2", "4", "5", "6", "7", "three"]
    with store.read() as session:
        assert len(session.scalars(select(Lane)).all()) == 7
