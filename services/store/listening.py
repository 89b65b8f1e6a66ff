"""What was listened to in a time, and what was not heard: the proof of silence.

A message says it of the time since the one before it. Counting articles is kept cheap by keeping the count of each
full hour, which never changes once it is over.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from services.alerts.message import Listened, Unheard
from services.store.states import SourceState
from services.store.tables import Alert, Article, Source, Subscription

HOUR = timedelta(hours=1)
KEPT_S = 20.0
CONCERNS = timedelta(days=90)  # a source concerns a subscription that it gave an alert in so long
MOST_HOURS = 24 * 62


class Listening:
    """Counts for the messages of one process; safe to share between threads."""

    def __init__(self) -> None:
        self._hours: dict[datetime, int] = {}
        self._sources: tuple[datetime, int, list[Source]] | None = None
        self._turn = threading.Lock()

    def since(self, session: Session, since: datetime, now: datetime, person: str | None = None) -> Listened:
        """Say what was listened to from `since` to `now`; with a `person`, whom of theirs a silent source concerns."""
        with self._turn:
            articles = self._count(session, since, now)
            active, troubled = self._look(session, now)
        unheard = [(row, at) for row in troubled if (at := _silent_since(row)) is not None and at <= now]
        concerns = _concerned(session, [row.id for row, _ in unheard], person, now) if person and unheard else {}
        rows = tuple(
            Unheard(
                row.name, at, failing=row.state == SourceState.FAILING, concerns=tuple(concerns.get(row.id, ())),
                usual_gap=None if row.gap_s is None else timedelta(seconds=row.gap_s),
            )
            for row, at in sorted(unheard, key=lambda one: (one[0].id not in concerns, one[1], one[0].name))
        )  # fmt: skip
        gaps = [(now - max(one.since, since), one.source) for one in rows]
        longest = max(gaps, default=None)
        return Listened(
            since, articles, active, rows,
            longest_gap=longest[0] if longest else None, longest_gap_source=longest[1] if longest else "",
        )  # fmt: skip

    def _count(self, session: Session, since: datetime, now: datetime) -> int:
        first = _hour_of(since) + HOUR
        if first >= now:
            return _articles(session, since, now)
        total, at = _articles(session, since, first), max(first, _hour_of(now) - HOUR * MOST_HOURS)
        total += 0 if at == first else _articles(session, first, at)
        while at + HOUR <= now:
            # An article is stored moments after it was seen: an hour is final only when it is over for a while.
            over = at + HOUR < now - timedelta(minutes=10)
            found = self._hours[at] if at in self._hours else _articles(session, at, at + HOUR)
            if over:
                self._hours[at] = found
            total += found
            at += HOUR
        return total + _articles(session, at, now)

    def _look(self, session: Session, now: datetime) -> tuple[int, list[Source]]:
        kept = self._sources
        if kept is None or not timedelta(0) <= now - kept[0] < timedelta(seconds=KEPT_S):
            heard = col(Source.state).in_([SourceState.HEALTHY, SourceState.FAILING])
            active = int(session.scalar(select(func.count()).select_from(Source).where(heard)) or 0)
            silent = heard & ((col(Source.state) == SourceState.FAILING) | col(Source.quiet_since).is_not(None))
            rows = list(session.scalars(select(Source).where(silent).order_by(col(Source.name)).limit(200)))
            for row in rows:
                session.expunge(row)
            kept = self._sources = (now, active, rows)
        return kept[1], kept[2]


def _silent_since(row: Source) -> datetime | None:
    """Say since when nothing was heard of a source that fails or is quieter than it usually is."""
    return row.failing_since if row.state == SourceState.FAILING else row.last_article_at or row.quiet_since


def _hour_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _articles(session: Session, since: datetime, until: datetime) -> int:
    seen = col(Article.seen_at) >= since, col(Article.seen_at) < until
    return int(session.scalar(select(func.count()).select_from(Article).where(*seen)) or 0)


def _concerned(session: Session, sources: list[str], person: str, now: datetime) -> dict[str, list[str]]:
    """Give the names of the person's subscriptions that had an alert from each of the sources."""
    query = (
        select(col(Article.source), col(Subscription.name))
        .join(Alert, col(Alert.article) == col(Article.id))
        .join(Subscription, col(Subscription.id) == col(Alert.subscription))
        .where(col(Article.source).in_(sources), col(Subscription.person) == person)
        .where(col(Alert.created_at) > now - CONCERNS)
        .distinct()
        .order_by(col(Article.source), col(Subscription.name))
    )
    found: dict[str, list[str]] = {}
    for source, name in session.execute(query):
        found.setdefault(source, []).append(name)
    return found
