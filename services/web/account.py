"""The reader's own page: name and hours, password, browser sessions and tokens."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services import clock, reader_acts, sign_in
from services.accounts import signin, tokens
from services.accounts.tokens import SCOPES_OF, Caller
from services.acts import person_acts
from services.errors import InvalidError
from services.store import people, teams
from services.store.people import PersonChange
from services.web.forms import Filled, Form, Refused, onward, refused
from services.web.signin import forget
from services.web.site import Ours, Reader, Site, frame, page

routes = APIRouter(include_in_schema=False)

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@routes.get("/account")
def show(request: Request, site: Ours, reader: Reader) -> Response:
    """Show how the reader is told, and how they sign in."""
    return _page(request, site, reader)


@routes.post("/account")
def change(request: Request, site: Ours, reader: Reader, form: Filled) -> Response:
    """Change name, time zone, quiet hours and the time of digests."""
    hours = (form.text("quiet_from"), form.text("quiet_until"))
    try:
        if any(hours) and not all(hours):
            raise InvalidError("Enter both times of the quiet hours, or neither", field="/quiet_from")
        wanted = PersonChange(
            name=form.text("name")[:120], timezone=form.text("timezone"), quiet=hours if all(hours) else (),
            digest_at=form.text("digest_at") or None, digest_day=_day(form.text("digest_day")),
            empty_digests=form.ticked("empty_digests"),
        )  # fmt: skip
        with site.store.write() as work:
            reader_acts.change_person(work, reader.name, reader.person, wanted, clock.now())
    except InvalidError as error:
        told = refused(error)
        at = "quiet_from" if told.field == "quiet" else told.field
        return _page(request, site, reader, form=form, problem=Refused(told.message, at))
    return onward("/account", "saved")


@routes.post("/account/look")
def look(request: Request, site: Ours, reader: Reader, form: Filled) -> Response:
    """Change how the pages look and act: the theme, and single keys."""
    wanted = PersonChange(theme=form.text("theme"), single_keys=form.ticked("single_keys"))
    try:
        with site.store.write() as work:
            reader_acts.change_person(work, reader.name, reader.person, wanted, clock.now())
    except InvalidError as error:
        return _page(request, site, reader, problem=refused(error))
    return onward("/account", "saved")


@routes.post("/account/password")
def password(request: Request, site: Ours, reader: Reader, form: Filled) -> Response:
    """Set, change or remove the password; other browser sessions end."""
    kept = request.cookies.get(site.cookie, "")
    given = form.fields.get("old", [""])[0], form.fields.get("password", [""])[0]
    try:
        sign_in.set_password(site.store, reader, *given, kept, clock.now())
    except InvalidError as error:
        return _page(request, site, reader, problem=refused(error))
    return onward("/account", "password")


@routes.post("/account/sessions")
def end_sessions(site: Ours, reader: Reader) -> Response:
    """Sign out everywhere, here too."""
    with site.store.write() as work:
        signin.end_all(work.session, reader.person)
    return forget(site)


@routes.post("/account/tokens")
def add_token(request: Request, site: Ours, reader: Reader, form: Filled) -> Response:
    """Make a token and show it this once."""
    days = form.text("days")
    try:
        with site.store.write() as work:
            made = person_acts.add_token(
                work, reader, name=form.text("token_name"), scopes=form.many("scopes"),
                days=int(days) if days in ("30", "90", "365") else None, now=clock.now(),
            )  # fmt: skip
    except InvalidError as error:
        told = refused(error)
        return _page(
            request, site, reader, problem=Refused(told.message, "token_name" if told.field == "name" else told.field)
        )
    return _page(request, site, reader, made=made)


@routes.post("/account/tokens/{id}")
def revoke_token(id: str, site: Ours, reader: Reader) -> Response:  # noqa: A002  # the name in the path
    """Revoke a token."""
    with site.store.write() as work:
        person_acts.revoke_token(work, reader, id, clock.now())
    return onward("/account", "revoked")


def _day(given: str) -> int | None:
    return int(given) if given in {"0", "1", "2", "3", "4", "5", "6"} else None


def _page(
    request: Request, site: Site, reader: Caller, *, form: Form | None = None, problem: Refused | None = None,
    made: str = "",
) -> Response:  # fmt: skip
    with site.store.read() as session:
        around = frame(site, session, request)
        row = people.get(session, reader.person)
        mine = tokens.of_person(session, reader.person)
        shared = teams.named(session, reader.teams)
    shown: dict[str, Any] = {  # Any: what the template shows
        "name": row.name, "timezone": row.timezone, "quiet_from": row.quiet_from or "",
        "quiet_until": row.quiet_until or "", "digest_at": row.digest_at, "digest_day": str(row.digest_day),
        "empty_digests": row.empty_digests,
    }  # fmt: skip
    if form is not None:
        shown |= {name: form.text(name) for name in shown}
    return page(
        "account.html", status=422 if problem else 200, frame=around, row=row, shown=shown, refused=problem,
        tokens=mine, teams=shared, made=made, scopes=SCOPES_OF[reader.role], days=DAYS,
    )  # fmt: skip
