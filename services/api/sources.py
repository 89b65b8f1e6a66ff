"""Sources: where articles come from. One without a URL is pushed to."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field

from services import acts, clock
from services.api import cursors
from services.api.cursors import Cursor, Limit
from services.api.parts import Here, Who
from services.api.routing import router
from services.api.shapes import Name, Page, Sent, Shown, page
from services.store import sources
from services.store.tables import Source

routes = router("sources")


class NewSource(Sent):
    """A source to watch. Without a name it is called by its host."""

    url: Annotated[str, Field(max_length=2048)]
    name: Name | None = None
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}$")] | None = None


class SourceShown(Shown):
    """A source and how its polls go. `reason` says why it is failing."""

    id: str
    name: str
    url: str | None
    language: str | None
    state: str
    reason: str | None
    polled_at: datetime | None
    next_poll_at: datetime | None
    failing_since: datetime | None
    created_at: datetime


def show(row: Source) -> SourceShown:
    """Show a source; a password in its address is left out."""
    return SourceShown(
        id=row.id, name=row.name, url=row.url and _without_password(row.url), language=row.language, state=row.state,
        reason=row.reason, polled_at=row.polled_at, next_poll_at=row.next_poll_at, failing_since=row.failing_since,
        created_at=row.created_at,
    )  # fmt: skip


def _without_password(url: str) -> str:
    before, at, host = urlsplit(url).netloc.rpartition("@")
    return url.replace(f"{before}{at}", "…@", 1) if at else url.replace(f"@{host}", host, 0)


@routes.post("", status_code=201)
def add(new: NewSource, here: Here, who: Who) -> SourceShown:
    """Watch a source. Its first poll is due at once."""
    name = new.name or _host(new.url)
    language = new.language.lower() if new.language else None
    url = acts.checked_source(here.gate, new.url)
    with here.store.write() as work:
        row = acts.add_source(work, here.vault, who.name, url=url, name=name, language=language, now=clock.now())
    return show(row)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or url[:120]
    except ValueError:
        return url[:120]


@routes.get("")
def list_all(here: Here, limit: Limit = 50, cursor: Cursor = None) -> Page[SourceShown]:
    """List sources in the order of their names."""
    after = cursors.by_name("sources", cursor)
    with here.store.read() as session:
        rows = sources.page(session, after=after, limit=limit + 1)
    return page(rows, limit, show, lambda row: cursors.name_cursor("sources", row.name))


@routes.get("/{id}")
def one(id: str, here: Here) -> SourceShown:  # noqa: A002  # the name in the path
    """Show one source, by its id or name."""
    with here.store.read() as session:
        return show(sources.get(session, id))


@routes.post("/{id}/poll", status_code=202)
def poll(id: str, here: Here, who: Who) -> SourceShown:  # noqa: A002  # the name in the path
    """Make the next poll of a source due at once."""
    with here.store.write() as work:
        row = acts.poll_source(work, who.name, id, clock.now())
    return show(row)
