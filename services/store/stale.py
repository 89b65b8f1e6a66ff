"""Subscriptions that may have been forgotten: nobody changed, kept or answered them for long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlmodel import Session, col

from services.store.reader_tables import Feedback
from services.store.states import SubscriptionState
from services.store.tables import Subscription


def untouched(session: Session, since: datetime, most: int) -> Sequence[Subscription]:
    """Give active subscriptions that nobody has touched since and whose people were not asked, the oldest first."""
    touched = func.coalesce(col(Subscription.wanted_at), col(Subscription.changed_at))
    answered = exists().where(col(Feedback.subscription) == col(Subscription.id), col(Feedback.at) >= since)
    forgotten = (
        col(Subscription.state) == SubscriptionState.ACTIVE, col(Subscription.asked_at).is_(None),
        col(Subscription.changed_at) < since, touched < since, ~answered,
    )  # fmt: skip
    return session.scalars(
        select(Subscription).where(*forgotten).order_by(col(Subscription.changed_at), col(Subscription.id)).limit(most)
    ).all()


def unanswered(session: Session, since: datetime, most: int) -> Sequence[Subscription]:
    """Give active subscriptions whose people were asked before, and nobody answered."""
    waits = col(Subscription.state) == SubscriptionState.ACTIVE, col(Subscription.asked_at) < since
    return session.scalars(select(Subscription).where(*waits).order_by(col(Subscription.id)).limit(most)).all()
