"""Canary articles: taken in like any other, told to a channel that only says that it was reached."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from services.store.tables import Alert, Article, Delivery, DeliveryAlert, Source

SOURCE = "Tocsin canary"
KIND = "canary"
"""The kind of the channel, which nobody can add."""
PERSON = "canary@tocsin.invalid"
_LOOKED_BACK = timedelta(hours=1)


def waiting(session: Session, now: datetime) -> datetime | None:
    """Give when the oldest canary of the last hour was let go that has not arrived, if one is under way."""
    arrived = (
        select(col(Alert.article))
        .join(DeliveryAlert, col(DeliveryAlert.alert) == col(Alert.id))
        .join(Delivery, col(Delivery.id) == col(DeliveryAlert.delivery))
        .where(col(Delivery.sent_at).is_not(None))
    )
    under_way = _since(now), col(Article.id).not_in(arrived)
    return session.scalar(select(func.min(col(Article.seen_at))).where(*under_way))


def last_s(session: Session, now: datetime) -> float | None:
    """Give how many seconds the last canary that arrived within the hour took."""
    query = (
        select(col(Article.seen_at), col(Delivery.sent_at))
        .join(Alert, col(Alert.article) == col(Article.id))
        .join(DeliveryAlert, col(DeliveryAlert.alert) == col(Alert.id))
        .join(Delivery, col(Delivery.id) == col(DeliveryAlert.delivery))
        .where(_since(now), col(Delivery.sent_at).is_not(None))
        .order_by(col(Article.seen_at).desc())
        .limit(1)
    )
    row = session.execute(query).first()
    return None if row is None else max(0.0, (row[1] - row[0]).total_seconds())


def _since(now: datetime) -> ColumnElement[bool]:
    its = select(col(Source.id)).where(col(Source.name) == SOURCE).scalar_subquery()
    return (col(Article.source) == its) & (col(Article.seen_at) > now - _LOOKED_BACK)
