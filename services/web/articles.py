"""Articles as they came in, for operators: the rows behind the first page's numbers."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services import cursors
from services.store import articles, sources, stories
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
    request: Request, site: Ours, state: ArticleState | None = None, source: str = "", story: str = "",
    article: str = "", cursor: Cursor = None,
) -> Response:  # fmt: skip
    """List articles by state, source and story, the newest first, or show one."""
    before = cursors.by_time(_LIST, cursor)
    with site.store.read() as session:
        around = frame(site, session, request)
        if article:
            rows = list(articles.by_ids(session, [article]).values())
        else:
            rows = articles.page(
                session, state=state, source=source or None, story=story or None, before=before, limit=SHOWN + 1
            )
        told = stories.by_ids(session, [story])
        names = sources.names(session, [row.source for row in rows])
        titles = {row.id: headline(row) for row in rows}
        chosen = sources.names(session, [source]).get(source, "") if source else ""
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    older = last and address(
        "/articles", state=state, source=source, story=story, cursor=cursors.time_cursor(_LIST, last.seen_at, last.id)
    )
    tabs = [(name, one.value, address("/articles", state=one, source=source, story=story)) for name, one in _TABS]
    return page(
        "articles.html", frame=around, rows=rows[:SHOWN], names=names, titles=titles, tabs=tabs, state=state,
        every=address("/articles", source=source, story=story), article=article, story=told.get(story), chosen=chosen,
        older=older,
    )  # fmt: skip
