"""Incidents for operators: what lasts, what is over, and how they hear of it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services import cursors
from services.store import incidents
from services.web.lists import Cursor, address
from services.web.site import Ours, frame, page

routes = APIRouter(include_in_schema=False)

SHOWN = 100
_NAME = "incidents"


@routes.get("/incidents")
def show(request: Request, site: Ours, cursor: Cursor = None) -> Response:
    """List incidents, those that last first."""
    before = cursors.by_name(_NAME, cursor)
    with site.store.read() as session:
        around = frame(site, session, request)
        lasting = [] if before else incidents.open_ones(session)
        rows = incidents.page(session, before=before or None, limit=SHOWN + 1)
        channels = incidents.operators(session)
    older = address("/incidents", cursor=cursors.name_cursor(_NAME, rows[SHOWN - 1].id)) if len(rows) > SHOWN else None
    over = [row for row in rows[:SHOWN] if row.ended_at is not None]
    return page("incidents.html", frame=around, lasting=lasting, over=over, channels=channels, older=older)
