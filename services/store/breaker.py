"""What answers say about a channel: confirmed by the first, held back while it fails, disabled when it is gone.

After five failures in a row the channel is left alone for 30 seconds, doubling to 30 minutes (`rest_most_s`); then one
message is tried. Waiting deliveries keep their state and use up no tries.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlmodel import Session, col

from services.store import bounces, channels
from services.store.sends import Ending
from services.store.states import ChannelState, DeliveryState, LinkState, Outcome
from services.store.tables import Channel, Delivery, DeliveryAlert

OPENS_AFTER = 5
FIRST_WAIT, MOST_WAIT = timedelta(seconds=30), timedelta(minutes=30)
_OF_ANY_CHANNEL = ("confirm", "test")  # they leave for a channel that is disabled too
_ITS_OWN = ("http_400", "http_413", "http_422")  # refusals of one message, which say nothing about the channel


def note(
    session: Session, row: Delivery, ending: Ending, now: datetime, *, hold: datetime | None, hard_bounce: bool,
    most: timedelta = MOST_WAIT,
) -> None:  # fmt: skip
    """Write what one answer says about its channel, in the transaction that records the answer.

    Not needed where a channel without trouble has taken a message.
    """
    way = row.via or row.channel
    locked = session.get(Channel, way, with_for_update=True, populate_existing=True)
    assert locked is not None
    if ending.outcome is Outcome.ACCEPTED:
        _works(session, locked, row, now)
    elif locked.state == ChannelState.DISABLED and row.kind not in _OF_ANY_CHANNEL:  # while this message was on its way
        _end_waiting(session, [col(Delivery.id) == row.id, col(Delivery.via).is_(None)], locked, _code(locked), now)
    elif hard_bounce:
        bounced(session, locked, f"{ending.code} {ending.detail}".strip(), now)
    elif ending.reason_code == "gone":
        disable(session, locked, f"{ending.code} {ending.detail}".strip(), "gone", now)
    elif ending.code not in _ITS_OWN and ending.outcome in (Outcome.RETRY, Outcome.CONFIG, Outcome.UNCERTAIN):
        _fails(session, locked, ending, now, hold, most)


def _works(session: Session, channel: Channel, row: Delivery, now: datetime) -> None:
    tested = row.kind in ("confirm", "test") and (channel.kind != "email" or channel.confirmed_at is not None)
    if tested and channel.state in (ChannelState.UNCONFIRMED, ChannelState.DISABLED):
        channels.confirm(session, channel, now)
    elif channel.failures or channel.breaker_level or channel.state == ChannelState.FAILING:
        channel.failures, channel.breaker_level, channel.breaker_until, channel.failing_since = 0, 0, now, None
        if channel.state == ChannelState.FAILING:
            channel.state, channel.reason = ChannelState.ACTIVE, None
        session.add(channel)


def _fails(
    session: Session, channel: Channel, ending: Ending, now: datetime, hold: datetime | None, most: timedelta
) -> None:
    # A send that was under way when the rest began says nothing new: sixteen of them would make it half an hour.
    resting = channel.breaker_level > 0 and channel.breaker_until > now
    channel.failures += 1
    channel.failing_since = channel.failing_since or now
    channel.reason = f"{ending.code} {ending.detail}".strip()[:300]
    if hold is not None:
        channel.breaker_until = max(channel.breaker_until, hold)
    if not resting and (channel.failures >= OPENS_AFTER or channel.breaker_level):
        wait = min(FIRST_WAIT * 2**channel.breaker_level, most)
        channel.breaker_until = max(channel.breaker_until, now + wait)
        channel.breaker_level = min(channel.breaker_level + 1, 10)
        if channel.state == ChannelState.ACTIVE:
            channel.state = ChannelState.FAILING
    session.add(channel)


def bounced(session: Session, channel: Channel, answer: str, now: datetime) -> None:
    """Count a mail that came back; after the third its address gets no mail any more, on whatever channel."""
    for row in bounces.note(session, channel, answer, now):
        disable(session, row, f"the mailbox does not exist: {answer}", "smtp_5xx", now)


def disable(session: Session, channel: Channel, reason: str, code: str, now: datetime) -> None:
    """End a channel; what waits for it is dead with that reason and can be replayed."""
    channel.state, channel.reason = ChannelState.DISABLED, reason[:300]
    channel.failing_since, channel.told_at, channel.breaker_level = channel.failing_since or now, None, 0
    session.add(channel)
    waiting = [col(Delivery.channel) == channel.id, col(Delivery.via).is_(None)]
    _end_waiting(session, waiting, channel, code, now)


def end_forgotten(session: Session, now: datetime) -> int:
    """End what came to wait for a channel after it was disabled; give how many.

    A window that closed then, and a message that was on its way and comes back: nobody would ever take it.
    """
    failing = col(Channel.failing_since).is_not(None), col(Channel.state) == ChannelState.DISABLED
    # The order makes SQLite take the index of the failing ones rather than go through all channels.
    disabled = session.scalars(select(Channel).where(*failing).order_by(col(Channel.failing_since))).all()
    ids = [channel.id for channel in disabled]
    ended = 0
    for channel in disabled:
        way = col(Delivery.via).is_(None) | col(Delivery.via).in_(ids)
        forgotten = [col(Delivery.channel) == channel.id, way, col(Delivery.kind).not_in(_OF_ANY_CHANNEL)]
        ended += _end_waiting(session, forgotten, channel, _code(channel), now)
    return ended


def _code(channel: Channel) -> str:
    """Give the reason code of what waited for a channel when it was disabled."""
    if channel.bounces >= bounces.MOST:
        return "smtp_5xx"
    return "gone" if (channel.reason or "").startswith("gone") else "tries_exhausted"


def _end_waiting(
    session: Session, wanted: Sequence[ColumnElement[bool]], channel: Channel, code: str, now: datetime
) -> int:  # fmt: skip
    waiting = col(Delivery.state).in_([DeliveryState.PENDING, DeliveryState.UNCERTAIN])
    gone = {"state": DeliveryState.DEAD, "reason": channel.reason, "reason_code": code, "ended_at": now}
    ids = session.scalars(update(Delivery).where(*wanted, waiting).values(**gone).returning(col(Delivery.id))).all()
    session.execute(update(DeliveryAlert).where(col(DeliveryAlert.delivery).in_(ids)).values(state=LinkState.DEAD))
    return len(ids)
