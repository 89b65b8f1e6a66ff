"""Incidents: what needs an operator, and what did."""

from __future__ import annotations

from datetime import datetime

from services.api import cursors
from services.api.cursors import Cursor, Limit
from services.api.parts import Here
from services.api.routing import router
from services.api.shapes import Page, Shown, page
from services.store import incidents
from services.store.tables import Incident

routes = router("incidents")


class IncidentShown(Shown):
    """Something that began at `began_at` and is over at `ended_at`, if it is.

    `kind` is for programs, such as `source.failing` or `stage.late`; `page` leads to it on the dashboard. `told_at`:
    when operators were told by their channels.
    """

    id: str
    kind: str
    text: str
    page: str | None
    began_at: datetime
    ended_at: datetime | None
    told_at: datetime | None


@routes.get("")
def list_all(here: Here, limit: Limit = 50, cursor: Cursor = None) -> Page[IncidentShown]:
    """List incidents, the newest first."""
    last = cursors.by_name("incidents", cursor)
    with here.store.read() as session:
        rows = incidents.page(session, before=last or None, limit=limit + 1)
    return page(rows, limit, _show, lambda row: cursors.name_cursor("incidents", row.id))


def _show(row: Incident) -> IncidentShown:
    return IncidentShown.model_validate(row, from_attributes=True)
