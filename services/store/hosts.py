"""Whose turn it is at a host: one connection at a time, by whichever worker, and a pause before the next.

A turn is taken by an update that only a free host allows, and ends by itself when its lease is over.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, select, update
from sqlmodel import Session, col

from services.store.source_tables import Host
from services.store.work import insert_into, locked

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Turns:
    """The hosts taken at once, under one token."""

    token: str
    names: Sequence[str]


def know(session: Session, name: str) -> None:
    """Write a host down, free at once, unless it is known."""
    made = insert_into(session, Host).values(name=name, free_at=_LONG_AGO, token=None)
    session.execute(made.on_conflict_do_nothing())


def take(session: Session, wanted: Select[tuple[str]], now: datetime, lease: timedelta, limit: int) -> Turns:
    """Take the turn at free hosts among those wanted."""
    token = secrets.token_hex(8)
    free = locked(select(col(Host.name)).where(col(Host.free_at) <= now, col(Host.name).in_(wanted)).limit(limit))
    taken = update(Host).where(col(Host.name).in_(free)).values(free_at=now + lease, token=token)
    return Turns(token, list(session.scalars(taken.returning(col(Host.name)))))


def release(session: Session, name: str, token: str, free_at: datetime) -> None:
    """End a turn; the host is free again at the given time. Nothing happens if the turn has passed to another."""
    mine = update(Host).where(col(Host.name) == name, col(Host.token) == token)
    session.execute(mine.values(free_at=free_at, token=None))
