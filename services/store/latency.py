"""How fast news travels: from seen to sent by kind of channel, from published to seen by source, over a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from services.store.states import DeliveryState
from services.store.tables import Alert, Article, Channel, Delivery, DeliveryAlert, Source

OVER = timedelta(hours=24)
_MOST = 5_000  # the newest rows are looked at, so that a busy day costs no more than a quiet one


@dataclass(frozen=True, slots=True)
class Latency:
    """Half of `count` took at most `p50_s` seconds, 95 in 100 at most `p95_s`. `id` is set for sources."""

    name: str
    p50_s: float
    p95_s: float
    count: int
    id: str = ""


def by_channel(session: Session, now: datetime) -> list[Latency]:
    """Give, for each kind of channel, the seconds from the article seen to the first alert of it sent at once."""
    query = (
        select(col(Channel.kind), col(Article.seen_at), col(Delivery.sent_at))
        .join(Channel, col(Channel.id) == col(Delivery.channel))
        .join(DeliveryAlert, col(DeliveryAlert.delivery) == col(Delivery.id))
        .join(Alert, col(Alert.id) == col(DeliveryAlert.alert))
        .join(Article, col(Article.id) == col(Alert.article))
        .where(col(Delivery.state) == DeliveryState.SENT, col(Delivery.sent_at) > now - OVER)
        .where(col(Delivery.kind) == "new")
        .order_by(col(Delivery.sent_at).desc())
        .limit(_MOST)
    )
    found: dict[str, list[float]] = {}
    for kind, seen, sent in session.execute(query):
        found.setdefault(kind, []).append((sent - seen).total_seconds())
    return [latency(kind, took) for kind, took in sorted(found.items())]


def by_source(session: Session, now: datetime, most: int = 5) -> list[Latency]:
    """Give the slowest sources by the median of the seconds from published to seen; old articles do not count."""
    query = (
        select(col(Source.id), col(Source.name), col(Article.published_at), col(Article.seen_at))
        .join(Source, col(Source.id) == col(Article.source))
        .where(col(Article.seen_at) > now - OVER, ~col(Article.old), col(Article.published_at).is_not(None))
        .order_by(col(Article.seen_at).desc())
        .limit(_MOST)
    )
    found: dict[tuple[str, str], list[float]] = {}
    for id_, name, published, seen in session.execute(query):
        found.setdefault((id_, name), []).append((seen - published).total_seconds())
    slowest = sorted((latency(name, took, id_) for (id_, name), took in found.items()), key=lambda one: -one.p50_s)
    return slowest[:most]


def latency(name: str, took: Iterable[float], id_: str = "") -> Latency:
    """Rank the times; one that is less than nothing, by clocks that differ, counts as nothing."""
    ranked = sorted(max(0.0, one) for one in took)
    last = len(ranked) - 1
    return Latency(name, ranked[round(last * 0.5)], ranked[round(last * 0.95)], len(ranked), id_)
