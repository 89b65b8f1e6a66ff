"""Polls: which sources are due, who polls them, and how it went."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update
from sqlmodel import Session, col

from services.store import hosts
from services.store.source_tables import Host, Poll, Source, WebSub
from services.store.states import SourceState, WebSubState
from services.store.tables import Article

KEPT = timedelta(hours=25)
RECENT = 101  # articles that tell a source's rhythm


@dataclass(frozen=True, slots=True)
class Claim:
    """A source to poll, and the turn at its host. `pushed`: a hub pushes it now."""

    row: Source
    turn: str
    pushed: bool = False


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(
        col(Source.state).in_([SourceState.HEALTHY, SourceState.FAILING]),
        col(Source.next_poll_at) <= now,
        or_(col(Source.lease_until).is_(None), col(Source.lease_until) < now),
    )


def any_due(session: Session, now: datetime) -> bool:
    """Say whether a source is due whose host is free; it costs no lock."""
    free = (
        select(col(Source.id)).join(Host, col(Host.name) == col(Source.host)).where(_due(now), col(Host.free_at) <= now)
    )
    return session.scalars(free.limit(1)).first() is not None


def claim_due(session: Session, now: datetime, lease: timedelta, limit: int) -> list[Claim]:
    """Claim the sources that are due longest, one a host, and the turn at each host."""
    waiting = (
        select(col(Source.host))
        .join(Host, col(Host.name) == col(Source.host))
        .where(_due(now), col(Host.free_at) <= now)
        .group_by(col(Source.host))
        .order_by(func.min(col(Source.next_poll_at)))
        .limit(limit)
    )
    turns = hosts.take(session, waiting, now, lease, limit)  # type: ignore[arg-type]  # a host that is due is not null
    if not turns.names:
        return []
    place = func.row_number().over(partition_by=col(Source.host), order_by=[col(Source.next_poll_at), col(Source.id)])
    ranked = select(col(Source.id), place.label("place")).where(_due(now), col(Source.host).in_(turns.names)).subquery()
    first = select(ranked.c.id).where(ranked.c.place == 1)
    taken = (
        update(Source)
        .where(col(Source.id).in_(first))
        .values(lease_token=secrets.token_hex(8), lease_until=now + lease)
    )
    rows = session.scalars(taken.returning(Source)).all()
    for name in set(turns.names) - {row.host for row in rows}:
        hosts.release(session, name, turns.token, now)
    pushed = _pushed(session, [row.id for row in rows], now)
    return [Claim(row, turns.token, row.id in pushed) for row in rows]


def _pushed(session: Session, ids: Sequence[str], now: datetime) -> set[str]:
    active = (col(WebSub.state) == WebSubState.ACTIVE) & (col(WebSub.expires_at) > now)
    return set(session.scalars(select(col(WebSub.source)).where(active, col(WebSub.source).in_(ids))))


def claim_one(session: Session, source: str, now: datetime, lease: timedelta) -> Claim | None:
    """Claim one source, if its host is free."""
    free = or_(col(Source.lease_until).is_(None), col(Source.lease_until) < now)
    host = select(col(Source.host)).where(col(Source.id) == source, free, col(Source.url).is_not(None))
    turns = hosts.take(session, host, now, lease, 1)  # type: ignore[arg-type]  # one with an address has a host
    if not turns.names:
        return None
    held = {"lease_token": secrets.token_hex(8), "lease_until": now + lease}
    row = session.scalars(update(Source).where(col(Source.id) == source).values(held).returning(Source)).one()
    return Claim(row, turns.token)


def give_back(session: Session, claim: Claim, now: datetime) -> None:
    """Leave a claim undone: the source is due as before."""
    mine = update(Source).where(col(Source.id) == claim.row.id, col(Source.lease_token) == claim.row.lease_token)
    session.execute(mine.values(lease_token=None, lease_until=None))
    if claim.row.host is not None:
        hosts.release(session, claim.row.host, claim.turn, now)


def record(session: Session, row: Source, poll: Poll, **values: object) -> bool:
    """Write a poll and what it changed in the source; false if the lease has passed to somebody else."""
    mine = update(Source).where(col(Source.id) == row.id, col(Source.lease_token) == row.lease_token)
    done = session.execute(mine.values(lease_token=None, lease_until=None, polled_at=poll.at, **values))
    if done.rowcount != 1:  # type: ignore[attr-defined]  # a cursor result
        return False
    session.add(poll)
    session.flush()
    return True


def record_same(session: Session, claim: Claim, status: int | None, due: datetime, now: datetime) -> bool:
    """Write a poll of a healthy source that brought nothing new; false if that is no longer what it is."""
    mine = (
        (col(Source.id) == claim.row.id)
        & (col(Source.lease_token) == claim.row.lease_token)
        & (col(Source.state) == SourceState.HEALTHY)
        & (col(Source.quiet_since).is_(None))
    )
    same = update(Source).where(mine).values(lease_token=None, lease_until=None, polled_at=now, next_poll_at=due)
    if session.execute(same).rowcount != 1:  # type: ignore[attr-defined]  # a cursor result
        return False
    session.execute(
        insert(Poll), [{"source": claim.row.id, "at": now, "ok": True, "status": status, "detail": "", "articles": 0}]
    )
    return True


def last(session: Session, source: str, limit: int = 10) -> list[Poll]:
    """Give the last polls of a source, the newest first."""
    its = select(Poll).where(col(Poll.source) == source).order_by(col(Poll.at).desc(), col(Poll.id).desc())
    return list(session.scalars(its.limit(limit)))


def forget_old(session: Session, now: datetime) -> None:
    """Delete polls that are older than a day and an hour."""
    session.execute(delete(Poll).where(col(Poll.at) < now - KEPT))


def recent_times(session: Session, source: str) -> list[datetime]:
    """Give when the last articles of a source were published, the newest first."""
    its = select(col(Article.published_at), col(Article.seen_at)).where(col(Article.source) == source)
    rows: Sequence[tuple[datetime | None, datetime]] = [
        (published, seen)
        for published, seen in session.execute(its.order_by(col(Article.seen_at).desc()).limit(RECENT))
    ]
    return sorted((min(published or seen, seen) for published, seen in rows), reverse=True)
