"""Invitations, for staff: who was invited and has not come yet, and inviting somebody."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services import clock, sign_up
from services.accounts.tokens import Caller
from services.acts import invitation_acts
from services.errors import ConflictError, InvalidError, NotFoundError
from services.store import invitations, teams
from services.store.states import Role
from services.web.forms import Filled, Form, Refused, onward, refused
from services.web.site import Ours, Reader, Site, frame, page

routes = APIRouter(include_in_schema=False)

SHOWN = 200


@routes.get("/invitations")
def show(request: Request, site: Ours, reader: Reader) -> Response:
    """List invitations that can still be used, and show the form that mails one."""
    return _page(request, site, reader, Form({"role": ["subscriber"]}))


@routes.post("/invitations")
def invite(request: Request, site: Ours, reader: Reader, form: Filled) -> Response:
    """Mail an invitation."""
    now = clock.now()
    try:
        sign_up.check_invites(site.sign_up)
        invitation_acts.check_inviter(reader, form.text("role"))
        with site.store.write() as work:
            row, secret = invitation_acts.invite(
                work, reader.name, email=form.text("email"), role=form.text("role"), team=form.text("team") or None,
                now=now,
            )  # fmt: skip
            team = teams.get(work.session, row.team).name if row.team else None
    except (InvalidError, ConflictError, NotFoundError) as error:
        return _page(request, site, reader, form, problem=refused(error))
    sign_up.mail_invitation(site.letters, row, secret, team, now)
    return onward("/invitations", "invited")


@routes.post("/invitations/{id}")
def revoke(id: str, site: Ours, reader: Reader) -> Response:  # noqa: A002  # the name in the path
    """Take an invitation back."""
    with site.store.write() as work:
        invitation_acts.revoke(work, reader.name, id, clock.now())
    return onward("/invitations", "uninvited")


def _page(request: Request, site: Site, reader: Caller, form: Form, *, problem: Refused | None = None) -> Response:
    admin = reader.role is Role.ADMIN
    with site.store.read() as session:
        around = frame(site, session, request)
        rows = invitations.waiting(session, around.now, limit=SHOWN)
        its = teams.page(session, limit=SHOWN)
    return page(
        "invitations.html", status=422 if problem else 200, frame=around, rows=rows, form=form, refused=problem,
        roles=list(Role) if admin else [Role.SUBSCRIBER], teams=its, open=site.sign_up != "closed",
    )  # fmt: skip
