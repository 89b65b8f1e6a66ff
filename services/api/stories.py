"""Stories: the articles that tell one event. `GET /api/v1/articles?story=ID` lists them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services import clock
from services.accounts import own
from services.acts import story_acts
from services.api import cursors
from services.api.cursors import Cursor, Limit
from services.api.once import OnceOnly
from services.api.parts import Here, Who
from services.api.routing import router
from services.api.shapes import Page, Sent, Shown, page
from services.store import stories
from services.store.tables import Story

routes = router("stories")


class StoryShown(Shown):
    """A story: its first headline, and how many articles tell it.

    `parted_from` is the story that an operator parted it from.
    """

    id: str
    title: str | None
    first_article: str
    articles: int
    updates: int
    corrections: int
    first_seen_at: datetime
    last_seen_at: datetime
    parted_from: str | None


class SplitSent(Sent):
    """The article that is to begin a story of its own."""

    article: Annotated[str, Field(max_length=64)]


def show(row: Story) -> StoryShown:
    """Show a story."""
    return StoryShown.model_validate(row, from_attributes=True)


@routes.get("")
def list_all(here: Here, who: Who, limit: Limit = 50, cursor: Cursor = None) -> Page[StoryShown]:
    """List stories, the newest first. Subscribers see those they were alerted of."""
    before = cursors.by_time("stories", cursor)
    with here.store.read() as session:
        rows = stories.page(session, before=before, limit=limit + 1, heard_by=own.person_of(who))
    return page(rows, limit, show, lambda row: cursors.time_cursor("stories", row.first_seen_at, row.id))


@routes.get("/{id}")
def one(id: str, here: Here, who: Who) -> StoryShown:  # noqa: A002  # the name in the path
    """Show one story, also by an id it had before a merge."""
    with here.store.read() as session:
        row = stories.get(session, id)
        heard = stories.was_heard(session, row, own.person_of(who))
    if not heard:
        own.check(who, "", "story", id)
    return show(row)


@routes.post("/{id}/split", status_code=201)
def split(id: str, sent: SplitSent, here: Here, who: Who, once: OnceOnly) -> StoryShown:  # noqa: A002  # as above
    """Part an article from a story that it does not belong to, and show the story that it begins.

    Its later revisions go with it, and later copies follow. It is matched anew: whoever was told nothing because the
    old story had been told hears of it now; whoever was told of this article does not. Alerts that were made stay as
    they are. To part the same article again changes nothing. The article that the story began with stays (409).
    """
    with here.store.write() as work:
        once.before(work.session)
        return once.keep(work.session, show(story_acts.split(work, who.name, id, sent.article, clock.now()).story))
