"""Windows: what gathers a channel's alerts until they leave together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlmodel import Session, col

from services.alerts.digest import Slot, slot
from services.crashpoints import crashpoint
from services.identity import window_id
from services.store import deliveries, people
from services.store.states import ChannelState, LinkState, SubscriptionState
from services.store.tables import Channel, DeliveryAlert, Person, Subscription, SubscriptionChannel, Window
from services.store.work import insert_into

CLOSED_AT_ONCE = 200
DIGESTS = ("hourly", "daily", "weekly")


def opened(session: Session, channel: str, slot: Slot, now: datetime) -> str:
    """Give the id of the channel's window for the slot; one that was closed meanwhile is followed by another.

    The row stays locked until the end of the transaction, so that nothing is put into a window while it closes.
    """
    opens = slot.opens
    while True:
        id_ = window_id(channel, slot.cadence, opens.isoformat())
        row = Window(id=id_, channel=channel, cadence=slot.cadence, opens_at=opens, closes_at=max(slot.closes, now))
        upsert = insert_into(session, Window).values(row.model_dump())
        upsert = upsert.on_conflict_do_update(
            index_elements=["channel", "cadence", "opens_at"], set_={"cadence": slot.cadence}
        )
        if session.execute(upsert.returning(col(Window.state))).scalar_one() == "open":
            return id_
        opens = now if opens < now else opens + timedelta(microseconds=1)


def close_due(session: Session, now: datetime) -> int:
    """Turn each window whose time has come into one message; give how many were put on their way."""
    due = select(col(Window.id)).where(col(Window.state) == "open", col(Window.closes_at) <= now)
    sent = 0
    for id_ in session.scalars(due.order_by(col(Window.closes_at), col(Window.id)).limit(CLOSED_AT_ONCE)).all():
        sent += close(session, id_, now)
    return sent


def close(session: Session, id_: str, now: datetime) -> bool:
    """Close one window; false if somebody else did, or if nothing is left in it to tell."""
    mine = update(Window).where(col(Window.id) == id_, col(Window.state) == "open").values(state="closed")
    window = session.scalars(mine.returning(Window)).first()
    if window is None:
        return False
    crashpoint("C11")
    links = (col(DeliveryAlert.window) == id_, col(DeliveryAlert.state) == LinkState.OPEN)
    empty = session.scalars(select(DeliveryAlert).where(*links).limit(1)).first() is None
    if empty and not _wants_empty(session, window):
        return False
    kind = "group" if window.cadence == "five_minutes" else "digest"
    delivery = deliveries.put(
        session, channel=window.channel, dedupe_key=f"{kind}:{id_}", kind=kind, story=None, now=now
    )
    crashpoint("C12")
    if not empty:
        session.execute(update(DeliveryAlert).where(*links).values(delivery=delivery))
    return delivery is not None


def _wants_empty(session: Session, window: Window) -> bool:
    """Say whether the reader wants to be told that there was nothing to tell."""
    if window.cadence not in DIGESTS:
        return False
    channel = session.get_one(Channel, window.channel)
    return bool(session.get_one(Person, channel.person).empty_digests)


def open_for_empty(session: Session, now: datetime) -> None:
    """Open the windows of those who also want a digest when there is nothing to tell."""
    query = (
        select(col(SubscriptionChannel.channel), col(Subscription.cadence), Person)
        .join(Subscription, col(Subscription.id) == col(SubscriptionChannel.subscription))
        .join(Person, col(Person.id) == col(Subscription.person))
        .join(Channel, col(Channel.id) == col(SubscriptionChannel.channel))
        .where(col(Person.empty_digests), col(Subscription.cadence).in_(DIGESTS))
        .where(col(Subscription.state) == SubscriptionState.ACTIVE, col(Subscription.muted).is_(False))
        .where(col(Channel.state).in_([ChannelState.ACTIVE, ChannelState.FAILING]))
        .distinct()
    )
    for channel, cadence, person in session.execute(query).all():
        its = slot(cadence, person.timezone, now, people.rhythm(person))
        known = col(Window.channel) == channel, col(Window.cadence) == cadence, col(Window.opens_at) == its.opens
        if session.scalars(select(col(Window.id)).where(*known)).first() is None:
            opened(session, channel, its, now)


def end_snooze(session: Session, channels: Sequence[str], began: datetime, now: datetime) -> None:
    """Let what a snooze holds leave now."""
    its = col(Window.channel).in_(channels), col(Window.cadence) == "snooze", col(Window.opens_at) == began
    session.execute(update(Window).where(*its, col(Window.state) == "open").values(closes_at=now))
