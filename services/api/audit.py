"""The audit log: who changed what."""

from __future__ import annotations

from datetime import datetime

from services.api import cursors
from services.api.cursors import Cursor, Limit
from services.api.parts import Here
from services.api.routing import router
from services.api.shapes import Page, Shown, page
from services.errors import MalformedError
from services.store import audit
from services.store.tables import Audit

routes = router("audit")


class AuditShown(Shown):
    """One line of the log. `before` and `after` hold no secrets."""

    seq: int
    at: datetime
    actor: str
    action: str
    object: str
    before: str | None
    after: str | None


@routes.get("")
def list_all(here: Here, limit: Limit = 50, cursor: Cursor = None) -> Page[AuditShown]:
    """List the audit log, the newest first."""
    last = cursors.by_name("audit", cursor)
    if last and not last.isdecimal():
        raise MalformedError("The cursor was not given out by this list")
    with here.store.read() as session:
        rows = audit.page(session, before=int(last) if last else None, limit=limit + 1)
    return page(rows, limit, _show, lambda row: cursors.name_cursor("audit", str(row.seq)))


def _show(row: Audit) -> AuditShown:
    return AuditShown.model_validate(row, from_attributes=True)
