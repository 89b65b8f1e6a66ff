"""Sources: what is listened to, how each one's polls go, and the form that watches another."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, Request
from starlette.responses import Response

from services import clock, cursors, watching
from services.accounts.tokens import Caller
from services.acts import source_acts
from services.articles.mail_address import is_mailbox
from services.articles.url import without_password
from services.errors import ConflictError, InvalidError, OutsideError
from services.store import polls, sources
from services.store.states import Health
from services.store.tables import Source
from services.web.forms import Filled, Form, Refused, onward, refused
from services.web.lists import Cursor, address
from services.web.mailbox_form import field_of, is_of_mailbox, mailbox_url
from services.web.site import Ours, Reader, Site, frame, page
from services.web.typed import source_form, told_again

routes = APIRouter(include_in_schema=False)

SHOWN = 100
POLLS = 25
_LIST = "sources"


@routes.get("/sources")
def list_all(request: Request, site: Ours, cursor: Cursor = None) -> Response:
    """List sources in the order of their names."""
    return _page(request, site, Form({}), cursor=cursor)


@routes.post("/sources")
def add(request: Request, site: Ours, reader: Reader, form: Filled) -> Response:
    """Watch a source; its first poll is due at once."""
    try:
        row_id = _add(site, reader, form)
    except (InvalidError, ConflictError, OutsideError) as error:
        shown = source_form(form)
        return _page(request, site, shown, problem=told_again(_placed(refused(error), form), form, shown))
    return onward(f"/sources/{row_id}", "watched")


@routes.get("/sources/{id}")
def one(id: str, request: Request, site: Ours) -> Response:  # noqa: A002  # the name in the path
    """Show one source and its last polls."""
    with site.store.read() as session:
        around = frame(site, session, request)
        row = sources.listed(session, id)
        last = polls.last(session, row.id, POLLS)
    shown = row.url and without_password(row.url)
    return page("source.html", frame=around, row=row, polls=last, shown_url=shown, health=_health)


@routes.post("/sources/{id}/poll")
def poll(id: str, site: Ours, reader: Reader) -> Response:  # noqa: A002  # the name in the path
    """Make the next poll due at once."""
    with site.store.write() as work:
        row = source_acts.poll_source(work, reader.name, id, clock.now())
    return onward(f"/sources/{row.id}", "polled")


def _add(site: Site, reader: Caller, form: Form) -> str:
    given = mailbox_url(form) if is_of_mailbox(form) else form.text("url")
    url, found = source_acts.checked_source(site.gate, given), None
    if not is_mailbox(given):
        found, _ = watching.feed_of(site.gate, url)
        if found is not None and found.url != url:
            url = source_acts.checked_source(site.gate, found.url)
    with site.store.write() as work:
        name = form.text("name") or _folder(given) or watching.name_of(work.session, given, found)
        return source_acts.add_source(
            work, site.vault, reader.name, url=url, name=name[:120], language=found.language if found else None,
            now=clock.now(),
        ).id  # fmt: skip


def _folder(given: str) -> str:
    """Give the last part of a maildir's path; empty for what has a host."""
    return "" if urlsplit(given).hostname else unquote(given).rstrip("/").rpartition("/")[2]


def _placed(problem: Refused, form: Form) -> Refused:
    """Say a mistake in an address at the field that it was typed into."""
    return replace(problem, field=field_of(form)) if is_of_mailbox(form) and problem.field == "url" else problem


def _page(
    request: Request, site: Site, form: Form, *, problem: Refused | None = None, cursor: str | None = None
) -> Response:
    with site.store.read() as session:
        around = frame(site, session, request)
        rows = sources.page(session, after=cursors.by_name(_LIST, cursor), limit=SHOWN + 1)
    older = len(rows) > SHOWN and address("/sources", cursor=cursors.name_cursor(_LIST, rows[SHOWN - 1].name))
    return page(
        "sources.html", status=422 if problem else 200, frame=around, rows=rows[:SHOWN], form=form, refused=problem,
        older=older, health=_health,
    )  # fmt: skip


def _health(row: Source) -> Health:
    return sources.health(row, clock.now())
