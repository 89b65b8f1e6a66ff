"""Becoming a person: by the link of an invitation, or, where sign-up is open, by asking for a link."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services import clock, sign_up
from services.accounts.tries import TooManyTriesError
from services.acts import invitation_acts
from services.errors import InvalidError, NotFoundError
from services.store import invitations
from services.web.forms import Filled, Form, Refused, refused
from services.web.signin import begun
from services.web.site import Ours, Site, page

routes = APIRouter(include_in_schema=False)


@routes.get("/sign-up")
def show(site: Ours) -> Response:
    """Show the form that asks for a link, where sign-up is open."""
    if site.sign_up != "open":
        raise NotFoundError("There is no such page, or it is not yours")
    return page("sign_up.html", problem="", asked=False, email="")


@routes.post("/sign-up")
def ask(request: Request, site: Ours, form: Filled) -> Response:
    """Mail a link that confirms the address. A known address is answered as an unknown one is."""
    email = form.text("email").lower()[:254]
    at = request.client.host if request.client else ""
    try:
        sign_up.ask(site.store, site.letters, site.sign_up, email, at, clock.now())
    except TooManyTriesError as error:
        wait = {"Retry-After": str(int(error.wait_s) + 1)}
        return page("sign_up.html", status=429, headers=wait, problem=error.message, asked=False, email=email)
    except InvalidError as error:
        return page("sign_up.html", status=422, problem=error.message, asked=False, email=email)
    return page("sign_up.html", problem="", asked=True, email=email)


@routes.get("/join/{secret}")
def look(secret: str, site: Ours) -> Response:
    """Show the form that uses a link."""
    return _form(secret, site, Form({"timezone": ["UTC"]}))


@routes.post("/join/{secret}")
def join(secret: str, request: Request, site: Ours, form: Filled) -> Response:
    """Become a person: the address is confirmed and a channel, and a session begins."""
    try:
        with site.store.write() as work:
            token = invitation_acts.join(
                work, site.vault, secret, name=form.text("name"), timezone=form.text("timezone") or "UTC",
                home=site.home, now=clock.now(),
            )  # fmt: skip
    except InvalidError as error:
        return _form(secret, site, form, problem=refused(error))
    return begun(request, site, token)


def _form(secret: str, site: Site, form: Form, *, problem: Refused | None = None) -> Response:
    with site.store.read() as session:
        row = invitations.works(session, secret, clock.now())
    if row is None:
        said = "This link was used or is too old. Ask for a new one."
        return page("join.html", status=410, row=None, secret=secret, form=form, refused=Refused(said))
    status = 422 if problem else 200
    return page("join.html", status=status, row=row, secret=secret, form=form, refused=problem)
