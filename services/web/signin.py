"""Sign in by a one-time link or a password, and out.

The link's GET shows a button, its POST signs in: mail scanners only GET.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services import clock, sign_in
from services.accounts import signin
from services.accounts.tries import TooManyTriesError
from services.errors import InvalidError
from services.web.forms import Filled
from services.web.site import Ours, Site, page
from services.web.start import is_first

routes = APIRouter(include_in_schema=False)

_OLD = "This sign-in link was used or is older than 10 minutes. Ask for a new one"


@routes.get("/sign-in")
def ask(site: Ours) -> Response:
    """Show how to sign in."""
    return _page(site, problem="", asked=False, email="")


@routes.post("/sign-in")
def sign_in_by(request: Request, site: Ours, form: Filled) -> Response:
    """Mail a link, or sign in by password. An unknown address is answered as a known one is."""
    email, now = form.text("email").lower()[:254], clock.now()
    if "password" not in form.fields:
        sign_in.mail_link(site.store, site.letters, email, now)
        return _page(site, problem="", asked=True, email=email)
    at = request.client.host if request.client else ""
    try:
        token = sign_in.with_password(site.store, email, form.fields["password"][0], at, now)
    except TooManyTriesError as error:
        wait = {"Retry-After": str(int(error.wait_s) + 1)}
        return page(
            "sign_in.html",
            open=site.sign_up == "open",
            status=429,
            headers=wait,
            problem=error.message,
            asked=False,
            email=email,
        )
    except InvalidError as error:
        return page(
            "sign_in.html", open=site.sign_up == "open", status=422, problem=error.message, asked=False, email=email
        )
    return begun(request, site, token)


@routes.get("/in/{secret}")
def show(secret: str, site: Ours) -> Response:
    """Show the button that uses a link, and whom it signs in: somebody may have sent a link of their own."""
    with site.store.read() as session:
        person = signin.link_of(session, secret, clock.now())
    return page("use_link.html", secret=secret, email=person.email) if person else _old(site)


@routes.post("/in/{secret}")
def use(secret: str, request: Request, site: Ours) -> Response:
    """Use a link: begin a session, end the one before it."""
    try:
        with site.store.write() as work:
            token = signin.use_link(work.session, secret, clock.now())
    except InvalidError:
        return _old(site)
    return begun(request, site, token)


def begun(request: Request, site: Site, token: str) -> Response:
    """Send somebody who signed in to the first page, or to the first question; a session before it ends."""
    if before := request.cookies.get(site.cookie):
        with site.store.write() as work:
            signin.end(work.session, before)
    with site.store.read() as session:
        caller = signin.caller_of(session, token, clock.now())
        path = "/start" if caller is not None and is_first(session, caller) else "/"
    answer = RedirectResponse(path, status_code=303)
    answer.set_cookie(
        site.cookie, token, max_age=int(signin.SESSION_LASTS.total_seconds()), path="/", httponly=True,
        samesite="lax", secure=site.https,
    )  # fmt: skip
    return answer


@routes.post("/sign-out")
def leave(request: Request, site: Ours) -> Response:
    """End the session."""
    if secret := request.cookies.get(site.cookie):
        with site.store.write() as work:
            signin.end(work.session, secret)
    return forget(site)


def _page(
    site: Site, *, problem: str, asked: bool, email: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    may_sign_up = site.sign_up == "open"
    return page(
        "sign_in.html", status=status, headers=headers, open=may_sign_up, problem=problem, asked=asked, email=email
    )


def forget(site: Site) -> Response:
    """Send a reader to the sign-in page, without the cookie."""
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(site.cookie, path="/", httponly=True, samesite="lax", secure=site.https)
    return answer


def _old(site: Site) -> Response:
    return _page(site, status=410, problem=_OLD, asked=False, email="")
