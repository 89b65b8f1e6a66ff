"""Stories, the newest first: the rows behind the first page's number, each with the articles that tell it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services import clock, cursors
from services.accounts import own
from services.acts import story_acts
from services.errors import InvalidError
from services.store import articles, sources, stories, story_split
from services.web.briefs import headline
from services.web.forms import Filled, onward
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


@routes.get("/stories/{id}/split")
def ask(id: str, request: Request, site: Ours, article: str = "") -> Response:  # noqa: A002  # the name in the path
    """Say what parting an article from the story does, before it is done."""
    with site.store.read() as session:
        around = frame(site, session, request)
        row = stories.get(session, id)
        going = story_split.along(session, row.id, _named(article))
        names = sources.names(session, [one.source for one in going])
        first = articles.by_ids(session, [row.first_article]).get(row.first_article)
    return page(
        "split.html", frame=around, story=row, article=going[0], later=going[1:], title=headline(going[0]),
        source=names[going[0].source], first=headline(first) if first else row.title,
    )  # fmt: skip


@routes.post("/stories/{id}/split")
def split(id: str, site: Ours, reader: Reader, form: Filled) -> Response:  # noqa: A002  # the name in the path
    """Part an article from the story; it begins one of its own."""
    with site.store.write() as work:
        parted = story_acts.split(work, reader.name, id, _named(form.text("article")), clock.now())
    return onward("/articles", "parted", story=parted.story.id)


def _named(article: str) -> str:
    if not article:
        raise InvalidError("Say which article is to be parted from the story", field="/article")
    return article
