"""How long a failing channel is left alone."""

from datetime import timedelta

from services.store import breaker, deliveries
from services.store.sends import Ending
from services.store.states import DeliveryState, Outcome
from services.store.tables import Channel, Delivery
from services.store.work import Store
from tests.builders import NOW, a_channel

CUT = Ending(Outcome.UNCERTAIN, DeliveryState.UNCERTAIN, code="no_answer")


def waiting(store: Store) -> Delivery:
    with store.write() as work:
        channel = a_channel(work.session)
        id_ = deliveries.put(work.session, channel=channel.id, dedupe_key="k", kind="new", story=None, now=NOW)
    with store.read() as session:
        return session.get_one(Delivery, id_)


def fails(store: Store, row: Delivery, times: int, now=NOW, **given: timedelta) -> timedelta:
    """Let messages fail at one moment; give how long the channel then rests."""
    for _ in range(times):
        with store.write() as work:
            breaker.note(work.session, row, CUT, now, hold=None, hard_bounce=False, **given)
    with store.read() as session:
        return session.get_one(Channel, row.channel).breaker_until - now


def test_sends_under_way_when_a_channel_begins_to_rest_do_not_make_the_rest_longer(store: Store) -> None:
    assert fails(store, waiting(store), 16) == breaker.FIRST_WAIT


def test_each_message_that_is_tried_and_fails_doubles_the_rest_up_to_the_most(store: Store) -> None:
    row, now, rests = waiting(store), NOW, []
    for times in (5, 1, 1, 1):
        rests.append(fails(store, row, times, now, most=timedelta(seconds=100)).total_seconds())
        now += timedelta(seconds=rests[-1])
    assert rests == [30, 60, 100, 100]
