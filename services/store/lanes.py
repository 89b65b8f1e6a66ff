"""Ways out that are used only so often: the mail server, each host of webhooks, each chat.

A channel knows the name of its way; its deliveries carry it. Without a name there is no limit, as for hosts that the
operator opened (`allow_private`), which are the operator's own.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel import Session

from services.store.tables import Lane
from services.store.work import insert_into

MAIL = "mail"
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def put(session: Session, name: str, per_s: float) -> None:
    """Say how often a way out may be used in a second; 0: as often as there is something."""
    row = {"name": name, "per_s": per_s, "burst": max(1, int(per_s)), "free_at": _LONG_AGO}
    same = {"per_s": per_s, "burst": row["burst"]}
    insert = insert_into(session, Lane).values(**row)
    session.execute(insert.on_conflict_do_update(index_elements=["name"], set_=same))
