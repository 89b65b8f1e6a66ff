"""A clock that is set back holds nothing up for as long as it was ahead."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services.clock import Steps
from services.store import ahead, claims, deliveries, lanes, turns
from services.store.source_tables import Host
from services.store.states import DeliveryState
from services.store.tables import Channel, Delivery, Lane
from services.store.work import Store
from tests.builders import NOW, a_channel

LONGEST = ahead.Longest(lease=timedelta(minutes=1), rest=timedelta(minutes=30), poll=timedelta(hours=1))
BEFORE = NOW + timedelta(days=1)  # what the clock showed before it was set back to NOW
LEASE = timedelta(minutes=1)


def set_up(store: Store, **of_channel: object) -> str:
    """Let a channel have a message written a day ahead; `of_channel`: its columns. Give the channel's id."""
    with store.write() as work:
        channel = a_channel(work.session)
        for name, value in ({"breaker_until": BEFORE, "lane": "mail"} | of_channel).items():
            setattr(channel, name, value)
        lanes.put(work.session, "mail", 10)
        row = work.session.get_one(Lane, "mail")
        row.free_at = BEFORE
        work.session.add_all([channel, row, Host(name="paper.example", free_at=BEFORE)])
        work.session.flush()
        deliveries.put(work.session, channel=channel.id, dedupe_key="k", kind="new", story=None, now=BEFORE)
        return channel.id


def claimed(store: Store) -> int:
    with store.write() as work:
        return len(claims.claim(work.session, "w", NOW, LEASE))


def test_messages_leave_at_once_after_the_clock_was_set_back(store: Store) -> None:
    set_up(store)
    assert claimed(store) == 0
    assert ahead.bring_back(store, NOW, LONGEST) == 4
    assert claimed(store) == 1
    with store.read() as session:
        assert session.get_one(Host, "paper.example").free_at == NOW


def test_bringing_back_twice_is_the_same_as_once(store: Store) -> None:
    set_up(store)
    ahead.bring_back(store, NOW, LONGEST)
    assert ahead.bring_back(store, NOW, LONGEST) == 0


def test_a_rest_that_the_receiver_may_have_named_is_kept(store: Store) -> None:
    channel = set_up(store, failures=1, breaker_until=NOW + timedelta(hours=23))
    ahead.bring_back(store, NOW, LONGEST)
    with store.read() as session:
        assert session.get_one(Channel, channel).breaker_until == NOW + timedelta(hours=23)


@pytest.mark.parametrize(("tries", "due"), [(0, NOW), (3, BEFORE)])
def test_a_message_that_failed_keeps_the_time_of_its_next_try(store: Store, tries: int, due: object) -> None:
    set_up(store)
    with store.write() as work:
        row = work.session.scalars(select(Delivery)).one()
        row.tries = tries
        work.session.add(row)
    ahead.bring_back(store, NOW, LONGEST)
    with store.read() as session:
        assert session.scalars(select(Delivery)).one().due_at == due


def test_a_lease_that_was_taken_a_day_ahead_is_over(store: Store) -> None:
    set_up(store, breaker_until=NOW, lane=None)
    with store.write() as work:
        assert claims.claim(work.session, "w", BEFORE, LEASE)
    ahead.bring_back(store, NOW, LONGEST)
    with store.read() as session:
        row = session.scalars(select(Delivery)).one()
        assert (row.state, row.lease_until) == (DeliveryState.LEASED, NOW)


def test_a_turn_that_was_taken_a_day_ahead_is_taken_again(store: Store) -> None:
    every = timedelta(minutes=1)
    with store.write() as work:
        assert turns.take(work.session, "house", BEFORE, every)
    with store.write() as work:
        assert turns.is_due(work.session, "house", NOW, every)
        assert turns.take(work.session, "house", NOW, every)
        assert not turns.take(work.session, "house", NOW + timedelta(seconds=30), every)


def test_a_step_back_is_noticed_and_a_clock_that_is_kept_right_is_not() -> None:
    steps = Steps()
    assert steps.went_back(NOW)  # nobody knows what came before
    assert not steps.went_back(NOW - timedelta(seconds=1))
    assert not steps.went_back(NOW + timedelta(days=1))
    assert steps.went_back(NOW)
    assert not steps.went_back(NOW)


def test_a_clock_that_was_set_is_not_called_steady(monkeypatch: pytest.MonkeyPatch) -> None:
    passed = 100.0
    monkeypatch.setattr("services.clock.time.monotonic", lambda: passed)
    steps = Steps()
    steps.went_back(NOW)
    passed = 700.0
    steps.went_back(NOW + timedelta(seconds=600))
    assert steps.steady_s() == 600
    steps.went_back(NOW + timedelta(hours=2))
    assert steps.steady_s() == 0
