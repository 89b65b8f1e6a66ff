"""Turns: things that one process at a time does now and then, whichever comes first."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlmodel import Session, col

from services.store.tables import Counter
from services.store.work import insert_into

_APART_S = 60  # hosts' clocks may differ by so much; a turn that lies further ahead was taken before one was set back


def is_due(session: Session, name: str, now: datetime, every: timedelta) -> bool:
    """Say whether nobody has taken the turn for a while. Costs one row; `take` decides."""
    last = session.scalar(select(col(Counter.value)).where(col(Counter.name) == _row(name)))
    return last is None or last <= now.timestamp() - every.total_seconds() or last > now.timestamp() + _APART_S


def take(session: Session, name: str, now: datetime, every: timedelta) -> bool:
    """Take the turn; of several that try at once one gets it, when its transaction is committed."""
    at = int(now.timestamp())
    first = insert_into(session, Counter).values(name=_row(name), value=0)
    session.execute(first.on_conflict_do_nothing(index_elements=["name"]))
    its = col(Counter.value)
    mine = col(Counter.name) == _row(name), (its <= at - every.total_seconds()) | (its > at + _APART_S)
    taken = session.scalars(update(Counter).where(*mine).values(value=at).returning(col(Counter.name))).all()
    return bool(taken)


def _row(name: str) -> str:
    return f"turn:{name}"
