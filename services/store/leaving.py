"""Unsubscribing by the link in a mail: its reader hears no more of what that mail told of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from services.errors import NotFoundError
from services.identity import sha256
from services.store import subscriptions
from services.store.states import DeliveryState, LinkState, SubscriptionState
from services.store.tables import Alert, Channel, Delivery, DeliveryAlert, Subscription, SubscriptionChannel


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a link ends: these subscriptions on this channel. None left: it was used before."""

    channel: Channel
    subscriptions: tuple[Subscription, ...]


def of_token(session: Session, token: str) -> Leaving:
    """Say what the link of a mail ends."""
    row = session.scalars(select(Delivery).where(col(Delivery.leave_sha256) == sha256(token))).first()
    if row is None:
        raise NotFoundError("There is no such page, or it is not yours")
    asked = (
        select(Subscription)
        .join(SubscriptionChannel, col(SubscriptionChannel.subscription) == col(Subscription.id))
        .join(Alert, col(Alert.subscription) == col(Subscription.id))
        .join(DeliveryAlert, col(DeliveryAlert.alert) == col(Alert.id))
        .where(col(DeliveryAlert.delivery) == row.id, col(SubscriptionChannel.channel) == row.channel)
        .distinct()
        .order_by(col(Subscription.name))
    )
    return Leaving(session.get_one(Channel, row.channel), tuple(session.scalars(asked)))


def leave(session: Session, leaving: Leaving, now: datetime) -> None:
    """Take the channel from the subscriptions; one that goes nowhere any more is paused. What waits is not sent."""
    for subscription in leaving.subscriptions:
        mine = col(SubscriptionChannel.subscription) == subscription.id
        session.execute(delete(SubscriptionChannel).where(mine, col(SubscriptionChannel.channel) == leaving.channel.id))
        if session.scalars(select(SubscriptionChannel).where(mine)).first() is None:
            paused = SubscriptionState.PAUSED
            subscriptions.change(session, subscription, state=paused, reason="its reader unsubscribed", now=now)
    _suppress(session, leaving, now)


def _suppress(session: Session, leaving: Leaving, now: datetime) -> None:
    """End the links of alerts that wait, and the deliveries that tell of nothing else."""
    gone = select(col(Alert.id)).where(col(Alert.subscription).in_([s.id for s in leaving.subscriptions]))
    links = (col(DeliveryAlert.channel) == leaving.channel.id, col(DeliveryAlert.state) == LinkState.OPEN)
    session.execute(
        update(DeliveryAlert).where(*links, col(DeliveryAlert.alert).in_(gone)).values(state=LinkState.SUPPRESSED)
    )
    told = select(col(DeliveryAlert.delivery)).where(*links, col(DeliveryAlert.delivery).is_not(None))
    waiting = (
        col(Delivery.channel) == leaving.channel.id,
        col(Delivery.state).in_([DeliveryState.PENDING, DeliveryState.UNCERTAIN]),
        col(Delivery.kind) != "confirm",
        col(Delivery.id).not_in(told),
    )
    ended = {"state": DeliveryState.SUPPRESSED, "reason": "its reader unsubscribed", "ended_at": now}
    session.execute(update(Delivery).where(*waiting).values(**ended))
