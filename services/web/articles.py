"""Articles as they came in, for operators: the rows behind the first page's numbers."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services import cursors
from services.store import articles, sources
from services.store.states import ArticleState
from services.web.briefs import headline
from services.web.lists import Cursor, address
from services.web.site import Ours, frame, page

routes = APIRouter(include_in_schema=False)

SHOWN = 50
_LIST = "articles"
_TABS = (("Waiting", ArticleState.NEW), ("Matched", ArticleState.MATCHED), ("Set aside", ArticleState.SET_ASIDE))


@routes.get("/articles")
def list_all(
    request: Request, site: Ours, state: ArticleState | None = None, source: str = "", cursor: Cursor = None
) -> Response:
    """List articles by state and source, the newest first."""
    before = cursors.by_time(_LIST, cursor)
    with site.store.read() as session:
        around = frame(site, session, request)
        rows = articles.page(session, state=state, source=source or None, before=before, limit=SHOWN + 1)
        names = sources.names(session, [row.source for row in rows])
        titles = {row.id: headline(row) for row in rows}
        chosen = sources.names(session, [source]).get(source, "") if source else ""
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    older = last and address(
        "/articles", state=state, source=source, cursor=cursors.time_cursor(_LIST, last.seen_at, last.id)
    )
    tabs = [(name, one.value, address("/articles", state=one, source=source)) for name, one in _TABS]
    return page(
        "articles.html", frame=around, rows=rows[:SHOWN], names=names, titles=titles, tabs=tabs, state=state,
        source=source, chosen=chosen, older=older,
    )  # fmt: skip
