"""What waits at each stage, for how long, and how much passes: counted from the rows, which are the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from services.store import workers
from services.store.live import LIVE, in_state
from services.store.states import ArticleState, ChannelState, DeliveryState, SourceState
from services.store.tables import Article, Channel, Delivery, Poll, Remainder, Source

BARS = 12  # of five minutes each
RATE_OVER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class StageCount:
    """One line of `tocsin queues`. `last_hour`: what passed in each of twelve times of five minutes, oldest first."""

    stage: str
    waiting: int
    oldest_s: float | None
    per_minute: float
    last_hour: Sequence[int]
    failed_today: int
    workers: int


def count(session: Session, now: datetime) -> list[StageCount]:
    """Count every stage, in the order in which an article passes them."""
    alive = workers.alive(session, now - timedelta(seconds=30))
    new = col(Article.state) == ArticleState.NEW
    ended = col(Article.matched_at)
    poison = (col(Article.state) == ArticleState.SET_ASIDE) & col(Article.reason).like("poison%")
    due_poll = col(Source.state).in_([SourceState.HEALTHY, SourceState.FAILING]) & (col(Source.next_poll_at) <= now)
    live = in_state(*LIVE)
    unread, read = col(Article.read_at).is_(None), col(Article.read_at).is_not(None)
    rows = (
        ("fetch", "ingest", due_poll, col(Source.next_poll_at), col(Poll.at), ~col(Poll.ok), col(Poll.at)),
        ("ingest", "ingest", new & unread, col(Article.seen_at), col(Article.read_at), poison & unread, ended),
        ("match", "match", new & read, col(Article.due_at), ended, poison & read, ended),
        ("deliver", "deliver", live, col(Delivery.created_at), col(Delivery.sent_at),
         col(Delivery.state) == DeliveryState.DEAD, col(Delivery.ended_at)),
    )  # fmt: skip
    found = [
        _stage(session, now, stage, alive.get(role, 0), waiting, since, passed, failed, failed_at)
        for stage, role, waiting, since, passed, failed, failed_at in rows
    ]
    left = _count(session, select(func.count()).select_from(Remainder))  # matched, and not yet told to all who asked
    return [replace(one, waiting=one.waiting + left) if one.stage == "match" else one for one in found]


def blocked(session: Session, now: datetime) -> list[tuple[str, str, int]]:
    """Give the channels that hold up deliveries: label, reason, how many wait."""
    query = (
        select(col(Channel.label), col(Channel.reason), func.count(col(Delivery.id)))
        .join(Delivery, col(Delivery.channel) == col(Channel.id))
        .where(col(Delivery.state).in_([DeliveryState.PENDING, DeliveryState.UNCERTAIN]))
        .where((col(Channel.breaker_until) > now) | (col(Channel.state) == ChannelState.DISABLED))
        .group_by(col(Channel.id), col(Channel.label), col(Channel.reason))
        .order_by(func.count(col(Delivery.id)).desc())
    )
    return [(label, reason or "", waiting) for label, reason, waiting in session.execute(query)]


def dead_letters(session: Session) -> int:
    """Count all dead deliveries."""
    return _count(session, select(func.count()).select_from(Delivery).where(col(Delivery.state) == DeliveryState.DEAD))


def deliveries_by_state(session: Session) -> dict[str, int]:
    """Count all deliveries by state; a state that none is in has 0."""
    counts = {state.value: 0 for state in DeliveryState}
    for state, number in session.execute(select(col(Delivery.state), func.count()).group_by(col(Delivery.state))):
        counts[state] = number
    return counts


def _stage(  # Any: columns of times, some of which may be null
    session: Session, now: datetime, stage: str, at_work: int, waiting: ColumnElement[bool],
    since: Mapped[Any], passed: Mapped[Any], failed: ColumnElement[bool], failed_at: Mapped[Any],
) -> StageCount:  # fmt: skip
    number, oldest = session.execute(select(func.count(), func.min(since)).where(waiting)).one()
    times = session.scalars(select(passed).where(passed > now - timedelta(hours=1))).all()
    bars = [0] * BARS
    for at in times:
        if at is not None:
            bars[BARS - 1 - min(BARS - 1, max(0, int((now - at).total_seconds() // 300)))] += 1
    recent = sum(1 for at in times if at is not None and at > now - RATE_OVER)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    failures = _count(session, select(func.count()).where(failed, failed_at >= midnight))
    return StageCount(
        stage=stage, waiting=number, oldest_s=None if oldest is None else max(0.0, (now - oldest).total_seconds()),
        per_minute=round(recent / (RATE_OVER.total_seconds() / 60), 1), last_hour=bars, failed_today=failures,
        workers=at_work,
    )  # fmt: skip


def _count(session: Session, query: object) -> int:
    return int(session.scalar(query) or 0)  # type: ignore[call-overload]  # a select
