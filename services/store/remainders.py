"""Remainders: articles whose alerts are decided for some subscriptions already, and for the others page by page.

A story that 200,000 subscriptions ask for would hold every other article up for minutes if it were one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, col

from services.store.tables import Remainder

_AGAIN = timedelta(seconds=20)
_LONGEST = timedelta(minutes=10)


def put(
    session: Session, *, article: str, kind: str | None, hits: Sequence[tuple[str, dict[str, Any]]], after: str,
    now: datetime,
) -> None:  # fmt: skip
    """Note that the people after `after` are still to be decided for."""
    found = [[key, reason] for key, reason in hits]
    session.add(Remainder(article=article, kind=kind, hits=found, after=after, due_at=now, created_at=now))
    session.flush()


def is_due(session: Session, now: datetime) -> bool:
    """Say whether any remainder is due, without waiting for anybody."""
    return session.scalar(select(col(Remainder.article)).where(col(Remainder.due_at) <= now).limit(1)) is not None


def next_due(session: Session, now: datetime) -> Remainder | None:
    """Give the oldest remainder that is due; other transactions pass it over until this one ends."""
    query = select(Remainder).where(col(Remainder.due_at) <= now).order_by(col(Remainder.created_at)).limit(1)
    return session.scalars(query.with_for_update(skip_locked=True)).first()


def go_on(session: Session, row: Remainder, after: str | None) -> None:
    """Note how far it came; `None`: nobody is left."""
    if after is None:
        session.delete(row)
    else:
        row.after, row.tries = after, 0
        session.add(row)
    session.flush()


def put_off(session: Session, article: str, now: datetime) -> None:
    """Try again later, the later the more often it failed. It is never given up."""
    row = session.get(Remainder, article)
    if row is not None:
        pause = min(_LONGEST, _AGAIN * 2 ** min(row.tries, 6))
        mine = col(Remainder.article) == article
        session.execute(update(Remainder).where(mine).values(tries=row.tries + 1, due_at=now + pause))
