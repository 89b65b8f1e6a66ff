"""Ways out that are used only so often: the mail server, each host of webhooks, each chat.

A channel knows the name of its way (`mail`, `web:HOST`, `chat:HASH`); its deliveries carry it. Without a name there is
no limit, as for hosts that the operator opened (`allow_private`), which are the operator's own.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from services.store.tables import Lane
from services.store.work import insert_into

MAIL, WEB, CHAT = "mail", "web:", "chat:"
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def put(session: Session, name: str, per_s: float) -> None:
    """Say how often a way out, or all that begin with `web:` or `chat:`, may be used in a second; 0: no limit."""
    row = {"name": name, "per_s": per_s, "burst": max(1, int(per_s)), "free_at": _LONG_AGO}
    same = {"per_s": per_s, "burst": row["burst"]}
    insert = insert_into(session, Lane).values(**row)
    session.execute(insert.on_conflict_do_update(index_elements=["name"], set_=same))
    if name.endswith(":"):
        session.execute(update(Lane).where(col(Lane.name).startswith(name, autoescape=True)).values(**same))


def of(session: Session, names: Collection[str]) -> dict[str, Lane]:
    """Give the ways out, locked; one that is used for the first time is as often open as its kind."""
    if not names:
        return {}
    found = _locked(session, names)
    if missing := set(names) - found.keys():
        kinds = {name: name.partition(":")[0] + ":" for name in missing}
        known = {row.name: row.per_s for row in session.scalars(select(Lane).where(col(Lane.name).in_(kinds.values())))}
        for name, kind in kinds.items():
            put(session, name, known.get(kind, 0.0))
        found |= _locked(session, missing)
    return found


def _locked(session: Session, names: Collection[str]) -> dict[str, Lane]:
    query = select(Lane).where(col(Lane.name).in_(names)).order_by(col(Lane.name)).with_for_update()
    return {row.name: row for row in session.scalars(query.execution_options(populate_existing=True))}
