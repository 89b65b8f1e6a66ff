"""Sources: where articles come from. One without a URL is pushed to."""

from __future__ import annotations

from sqlmodel import Session
from starlette.responses import Response

from services import clock, watching
from services.acts import source_acts
from services.api import cursors
from services.api.cursors import Cursor, Limit
from services.api.etags import When
from services.api.once import OnceOnly
from services.api.parts import Here, Who
from services.api.routing import router
from services.api.shapes import Page, page
from services.api.source_shapes import (
    FeedFound,
    NewSource,
    SiteSent,
    SourceChanged,
    SourceInFull,
    SourceShown,
    name_from,
    show,
    show_in_full,
)
from services.sources.discover import discover
from services.store import polls, sources, websubs

routes = router("sources")


@routes.post("", status_code=201)
def add(new: NewSource, here: Here, who: Who, once: OnceOnly) -> SourceShown:
    """Watch a source at exactly this address. Its first poll is due at once."""
    language = new.language.lower() if new.language else None
    url = source_acts.checked_source(here.gate, new.url)
    name, now = new.name or name_from(new.url), clock.now()
    with here.store.write() as work:
        once.before(work.session)
        row = source_acts.add_source(
            work, here.vault, who.name, url=url, name=name, language=language, pages=new.pages, home=new.home, now=now
        )
        return once.keep(work.session, show(row, now))


@routes.get("")
def list_all(here: Here, limit: Limit = 50, cursor: Cursor = None) -> Page[SourceShown]:
    """List sources in the order of their names."""
    after, now = cursors.by_name("sources", cursor), clock.now()
    with here.store.read() as session:
        rows = sources.page(session, after=after, limit=limit + 1)
    return page(rows, limit, lambda row: show(row, now), lambda row: cursors.name_cursor("sources", row.name))


@routes.post("/find")
def find(site: SiteSent, here: Here) -> FeedFound:
    """Find the feed of a site by its home page. It is fetched now; nothing is watched yet."""
    found = discover(here.gate, source_acts.checked_source(here.gate, site.url))
    return FeedFound(url=found.url, title=found.title, items=found.items, language=found.language)


@routes.get("/{id}")
def one(id: str, here: Here) -> SourceInFull:  # noqa: A002  # the name in the path
    """Show one source, by its id or name, with its last polls."""
    with here.store.read() as session:
        return _in_full(session, id)


def _in_full(session: Session, name: str) -> SourceInFull:
    row = sources.listed(session, name)
    return show_in_full(row, polls.last(session, row.id), websubs.of_source(session, row.id, 3), clock.now())


@routes.patch("/{id}")
def change(id: str, wanted: SourceChanged, here: Here, who: Who, when: When) -> SourceInFull:  # noqa: A002
    """Change what a source is called, its language or home area, or whether pages are fetched."""
    given = watching.SourceChange(wanted.name, wanted.language, wanted.home, wanted.pages)
    with here.store.write() as work:
        when.hold(work.session)
        when.check(_in_full(work.session, id))
        row = watching.change(work, who.name, id, given, clock.now())
        return _in_full(work.session, row.id)


@routes.delete("/{id}", status_code=204)
def delete(id: str, here: Here, who: Who, when: When) -> Response:  # noqa: A002
    """Forget a source; its articles stay. Added again, it comes back with them."""
    with here.store.write() as work:
        when.hold(work.session)
        when.check(_in_full(work.session, id))
        watching.delete(work, who.name, id, clock.now())
    return Response(status_code=204)


@routes.post("/{id}/poll", status_code=202)
def poll(id: str, here: Here, who: Who) -> SourceShown:  # noqa: A002
    """Make the next poll of a source due at once."""
    with here.store.write() as work:
        row = source_acts.poll_source(work, who.name, id, clock.now())
    return show(row, clock.now())


@routes.post("/{id}/pause")
def pause(id: str, here: Here, who: Who) -> SourceShown:  # noqa: A002
    """Stop polling a source until it is resumed."""
    with here.store.write() as work:
        row = watching.pause(work, who.name, id, clock.now())
    return show(row, clock.now())


@routes.post("/{id}/resume")
def resume(id: str, here: Here, who: Who) -> SourceShown:  # noqa: A002
    """Poll a source again, at once; also one that is gone."""
    with here.store.write() as work:
        row = watching.resume(work, who.name, id, clock.now())
    return show(row, clock.now())
