"""Stories, the newest first: the rows behind the first page's number, each with the articles that tell it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services import cursors
from services.accounts import own
from services.store import stories
from services.web.lists import Cursor, address
from services.web.site import Ours, Reader, frame, page

routes = APIRouter(include_in_schema=False)

SHOWN = 50
_LIST = "stories"


@routes.get("/stories")
def list_all(request: Request, site: Ours, reader: Reader, cursor: Cursor = None) -> Response:
    """List stories; subscribers see those they were alerted of."""
    before = cursors.by_time(_LIST, cursor)
    with site.store.read() as session:
        around = frame(site, session, request)
        rows = stories.page(session, before=before, limit=SHOWN + 1, heard_by=own.person_of(reader))
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    older = last and address("/stories", cursor=cursors.time_cursor(_LIST, last.first_seen_at, last.id))
    return page("stories.html", frame=around, rows=rows[:SHOWN], older=older)
