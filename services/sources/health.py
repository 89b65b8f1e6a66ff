"""How sources do, and who hears of it: operators are told of each change once.

A failure that says nothing certain (a timeout, a busy server) is told when it comes a second time; it is shown at once.
A silence is news when it is three times the longest that is usual for the source.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlmodel import Session, col

from services.sources.rhythm import usual
from services.store import audit, polls
from services.store.sources import health
from services.store.states import Health, SourceState
from services.store.tables import Source
from services.store.work import Work

LOOK_EVERY = timedelta(minutes=10)
MOST_LOOKED = 50
_SILENT = frozenset({Health.PAUSED})  # an operator did that


@dataclass(frozen=True, slots=True)
class Change:
    """One source that does otherwise than operators were told last."""

    source: str
    name: str
    before: Health
    now: Health
    reason: str

    @property
    def line(self) -> str:
        """Say it in one line."""
        said = {
            Health.FAILING: "fails",
            Health.QUIET: "has gone quiet",
            Health.MOVED: "has moved",
            Health.GONE: "is gone",
            Health.PAUSED: "is paused",
            Health.HEALTHY: "publishes again" if self.before is Health.QUIET else "works again",
        }[self.now]
        return f"{self.name} {said}" + (f": {self.reason}" if self.reason else "")


Tell = Callable[[Work, Sequence[Change], datetime], None]
"""Puts a message to operators on its way, in the transaction of the change."""


def told(session: Session, row: Source, now: datetime, *, certain: bool = True) -> Change | None:
    """Give the change that operators are to be told, once, and write it into the audit log."""
    before, after = Health(row.told), health(row, now)
    if after is before or (after is Health.FAILING and not certain and row.fail_count < 2):
        return None
    row.told = after
    session.add(row)
    if after in _SILENT or (before in (Health.MOVED, Health.PAUSED) and after is Health.HEALTHY):
        return None
    audit.record(
        session, now, "tocsin", f"source {after.value}", row.id, before=before.value, after=row.reason or after.value
    )
    return Change(row.id, row.name, before, after, row.reason or "")


def note_rhythm(session: Session, row: Source, now: datetime) -> None:
    """Learn a source's rhythm from its articles, and see whether its silence has ended."""
    times = polls.recent_times(session, row.id)
    row.looked_at = now
    session.add(row)
    if not times:
        return
    if row.quiet_since is not None and (row.last_article_at is None or times[0] > row.last_article_at):
        row.quiet_since, row.reason = None, None
    row.last_article_at = times[0]
    if (rhythm := usual(times)) is not None:
        row.gap_s, row.longest_gap_s, row.quiet_at = rhythm.gap_s, rhythm.longest_s, rhythm.quiet_at


def look_around(session: Session, now: datetime) -> list[Change]:
    """Look at sources that nobody polls, and at all for their silence; give what operators are to be told."""
    pushed = col(Source.url).is_(None) & col(Source.deleted_at).is_(None)
    stale = or_(col(Source.looked_at).is_(None), col(Source.looked_at) < now - LOOK_EVERY)
    for row in session.scalars(
        select(Source).where(pushed, stale).limit(MOST_LOOKED).with_for_update(skip_locked=True)
    ):
        note_rhythm(session, row, now)
    silent = (
        (col(Source.state) == SourceState.HEALTHY)
        & (col(Source.quiet_at) < now)
        & col(Source.quiet_since).is_(None)
        & col(Source.deleted_at).is_(None)
    )
    for row in session.scalars(select(Source).where(silent).limit(MOST_LOOKED).with_for_update(skip_locked=True)):
        _go_quiet(session, row, now)
    session.flush()
    differs = col(Source.deleted_at).is_(None) & (
        (col(Source.quiet_since).is_not(None) & (col(Source.told) != Health.QUIET))
        | (col(Source.quiet_since).is_(None) & (col(Source.told) == Health.QUIET))
    )
    rows = session.scalars(select(Source).where(differs).limit(MOST_LOOKED).with_for_update(skip_locked=True)).all()
    return [change for row in rows if (change := told(session, row, now)) is not None]


def _go_quiet(session: Session, row: Source, now: datetime) -> None:
    row.quiet_since = now
    last = f"{row.last_article_at:%Y-%m-%d %H:%M} UTC" if row.last_article_at else "it was added"
    row.reason = (
        f"No article since {last}; it was never silent for longer than {_length(row.longest_gap_s or 0)} before"
    )
    session.add(row)


def _length(seconds: float) -> str:
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size or unit == "minutes":
            return f"{seconds / size:.0f} {unit}"
    return ""
