"""Invitations: a link is mailed to an address, which makes its owner a person, once, within seven days."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Response
from pydantic import Field

from services import clock, sign_up
from services.acts import invitation_acts
from services.api import cursors
from services.api.cursors import Cursor, Limit
from services.api.once import OnceOnly
from services.api.parts import Here, Who
from services.api.routing import router
from services.api.shapes import Id, Page, Sent, Shown, page
from services.store import invitations, teams
from services.store.tables import Invitation

routes = router("invitations")


class NewInvitation(Sent):
    """Whom to invite. `team`: who joins becomes a member of it."""

    email: Annotated[str, Field(max_length=254)]
    role: Annotated[str, Field(max_length=20)] = "subscriber"
    team: Id | None = None


class InvitationShown(Shown):
    """An invitation that can still be used. The link itself is only in the mail."""

    id: str
    email: str
    role: str
    team: str | None
    by: str | None
    created_at: datetime
    expires_at: datetime


def show(row: Invitation) -> InvitationShown:
    """Show an invitation."""
    return InvitationShown.model_validate(row, from_attributes=True)


@routes.get("")
def list_all(here: Here, limit: Limit = 50, cursor: Cursor = None) -> Page[InvitationShown]:
    """List invitations that can still be used."""
    after = cursors.by_name("invitations", cursor)
    with here.store.read() as session:
        rows = invitations.waiting(session, clock.now(), after=after, limit=limit + 1)
    return page(rows, limit, show, lambda row: cursors.name_cursor("invitations", row.id))


@routes.post("", status_code=201)
def invite(new: NewInvitation, here: Here, who: Who, once: OnceOnly) -> InvitationShown:
    """Mail an invitation. Another one to the same address takes its place. Only admins invite operators and admins."""
    sign_up.check_invites(here.sign_up)
    invitation_acts.check_inviter(who, new.role)
    now = clock.now()
    with here.store.write() as work:
        once.before(work.session)
        row, secret = invitation_acts.invite(work, who.name, email=new.email, role=new.role, team=new.team, now=now)
        team = teams.get(work.session, row.team).name if row.team else None
        shown = once.keep(work.session, show(row))
    sign_up.mail_invitation(here.letters, row, secret, team, now)
    return shown


@routes.delete("/{id}", status_code=204)
def revoke(id: str, here: Here, who: Who) -> Response:  # noqa: A002  # the name in the path
    """Take an invitation back; its link stops working at once."""
    with here.store.write() as work:
        invitation_acts.revoke(work, who.name, id, clock.now())
    return Response(status_code=204)
