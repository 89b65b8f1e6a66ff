"""Sources: where articles come from, when each is polled next, and how its last polls went."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlmodel import Session, col

from services.articles.url import canonical_url
from services.errors import ConflictError, InvalidError, NotFoundError
from services.identity import drawn
from services.store.states import SourceState
from services.store.tables import Poll, Source
from services.store.work import insert_into


def pushed(session: Session, name: str, now: datetime) -> Source:
    """Give the source of this name; an unknown one is made, without an address."""
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise InvalidError("Enter the name of a source, 1 to 120 characters", field="/source")
    row = find(session, name)
    if row is None:
        made = insert_into(session, Source).values(Source(id=drawn(), name=name, created_at=now).model_dump())
        session.execute(made.on_conflict_do_nothing())
        row = get(session, name)  # ours, or that of another process that was faster
    return row


def add(session: Session, *, name: str, url: str, language: str | None, now: datetime) -> Source:
    """Add a source that is polled, due at once."""
    norm = canonical_url(url)
    if norm is None:
        raise InvalidError("Enter an address that starts with https:// or http://", field="/url")
    taken = session.scalars(select(Source).where(or_(col(Source.url_norm) == norm, col(Source.name) == name))).first()
    if taken is not None:
        raise ConflictError(f'This source is watched already, as "{taken.name}"', field="/url")
    row = Source(id=drawn(), name=name, url=url, url_norm=norm, language=language, next_poll_at=now, created_at=now)
    session.add(row)
    session.flush()
    return row


def find(session: Session, name: str) -> Source | None:
    """Find a source by id or name."""
    return session.scalars(select(Source).where(col(Source.name) == name)).first() or session.get(Source, name)


def get(session: Session, name: str) -> Source:
    """Find a source by id or name, or say that there is none."""
    row = find(session, name)
    if row is None:
        raise NotFoundError(f'There is no source "{name}"', field="/source")
    return row


def names(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Give the names of sources by their ids."""
    query = select(col(Source.id), col(Source.name)).where(col(Source.id).in_(set(ids)))
    return {id_: name for id_, name in session.execute(query)}  # noqa: C416  # rows are not pairs to the checker


def page(session: Session, *, after: str = "", limit: int = 50) -> list[Source]:
    """Give sources in the order of their names."""
    return list(session.scalars(select(Source).where(col(Source.name) > after).order_by(col(Source.name)).limit(limit)))


def polls(session: Session, source: str, limit: int = 25) -> list[Poll]:
    """Give the last polls of a source, the newest first."""
    query = select(Poll).where(col(Poll.source) == source).order_by(col(Poll.at).desc(), col(Poll.id).desc())
    return list(session.scalars(query.limit(limit)))


def claim_due(session: Session, now: datetime, lease: timedelta, limit: int) -> Sequence[Source]:
    """Claim sources whose poll is due; each row carries its lease token."""
    ids = (
        select(col(Source.id))
        .where(
            col(Source.state).in_([SourceState.HEALTHY, SourceState.FAILING]),
            col(Source.next_poll_at) <= now,
            or_(col(Source.lease_until).is_(None), col(Source.lease_until) < now),
        )
        .order_by(col(Source.next_poll_at), col(Source.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(Source).where(col(Source.id).in_(ids)).values(lease_token=secrets.token_hex(8), lease_until=now + lease)
    )
    return session.scalars(taken.returning(Source)).all()


def poll_now(session: Session, row: Source, now: datetime) -> None:
    """Make a poll due at once."""
    if row.url is None:
        raise InvalidError(f'"{row.name}" is pushed to and has no address to poll', field="/source")
    row.next_poll_at = now
    session.add(row)
    session.flush()


def record_poll(session: Session, row: Source, poll: Poll, **values: object) -> bool:
    """Write a poll and what it changed in the source; false if the lease has passed to somebody else."""
    mine = update(Source).where(col(Source.id) == row.id, col(Source.lease_token) == row.lease_token)
    done = session.execute(mine.values(lease_token=None, lease_until=None, polled_at=poll.at, **values))
    if done.rowcount != 1:  # type: ignore[attr-defined]  # a cursor result
        return False
    session.add(poll)
    session.flush()
    return True
