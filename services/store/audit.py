"""Who changed what. Holds no secrets: callers pass masked values."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

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
