"""What operators need less often: people, and the audit log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services import clock, cursors
from services.acts import person_acts
from services.errors import ConflictError, InvalidError
from services.store import audit, people
from services.store.states import Role
from services.web.forms import Filled, Form, Refused, onward, refused
from services.web.lists import Cursor, address
from services.web.site import Ours, Reader, Site, frame, page

routes = APIRouter(include_in_schema=False)

SHOWN = 100
_PEOPLE = "people"


@routes.get("/more")
def more(request: Request, site: Ours, reader: Reader) -> Response:
    """Lead to the pages that are needed less often."""
    with site.store.read() as session:
        around = frame(site, session, request)
    return page("more.html", frame=around, admin=reader.role is Role.ADMIN)


@routes.get("/people")
def list_people(request: Request, site: Ours, cursor: Cursor = None) -> Response:
    """List people by their addresses."""
    return _people(request, site, Form({"role": ["subscriber"], "timezone": ["UTC"]}), cursor=cursor)


@routes.post("/people")
def add(request: Request, site: Ours, reader: Reader, form: Filled) -> Response:
    """Add a person."""
    try:
        with site.store.write() as work:
            person_acts.add_person(
                work, reader.name, email=form.text("email"), name=form.text("name")[:120],
                timezone=form.text("timezone"), role=form.text("role"), now=clock.now(),
            )  # fmt: skip
    except (InvalidError, ConflictError) as error:
        return _people(request, site, form, problem=refused(error))
    return onward("/people", "person")


@routes.get("/audit")
def log(request: Request, site: Ours, before: Annotated[int | None, Query(ge=1)] = None) -> Response:
    """Show the audit log, the newest first."""
    with site.store.read() as session:
        around = frame(site, session, request)
        rows = audit.page(session, before=before, limit=SHOWN + 1)
    older = address("/audit", before=str(rows[SHOWN - 1].seq)) if len(rows) > SHOWN else None
    return page("audit.html", frame=around, rows=rows[:SHOWN], older=older)


def _people(
    request: Request, site: Site, form: Form, *, problem: Refused | None = None, cursor: str | None = None
) -> Response:
    with site.store.read() as session:
        around = frame(site, session, request)
        rows = people.page(session, after=cursors.by_name(_PEOPLE, cursor), limit=SHOWN + 1)
    older = len(rows) > SHOWN and address("/people", cursor=cursors.name_cursor(_PEOPLE, rows[SHOWN - 1].email))
    return page(
        "people.html", status=422 if problem else 200, frame=around, rows=rows[:SHOWN], form=form, refused=problem,
        roles=list(Role), older=older,
    )  # fmt: skip
