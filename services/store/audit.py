"""Who changed what. Holds no secrets: callers pass masked values."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from services.store.tables import Audit


def record(
    session: Session,
    now: datetime,
    actor: str,
    action: str,
    object_: str,
    *,
    before: str | None = None,
    after: str | None = None,
) -> None:
    """Write one line of the audit log in the transaction of the change itself."""
    session.add(Audit(at=now, actor=actor, action=action, object=object_, before=before, after=after))


def page(session: Session, *, before: int | None = None, limit: int = 50) -> list[Audit]:
    """Give lines of the audit log, the newest first, before the given number."""
    query = select(Audit).order_by(col(Audit.seq).desc()).limit(limit)
    return list(session.scalars(query if before is None else query.where(col(Audit.seq) < before)))
