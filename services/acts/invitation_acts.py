"""Invite somebody, take it back, and join by the link that was mailed."""

from __future__ import annotations

from datetime import datetime

from services.accounts import signin
from services.accounts.tokens import Caller
from services.acts import channel_acts, person_acts, team_acts
from services.acts.channel_acts import Home, Target
from services.errors import ConflictError, InvalidError
from services.identity import sha256
from services.store import audit, bounces, invitations, lanes, people, teams
from services.store.secrets import Vault
from services.store.states import Role
from services.store.tables import Invitation
from services.store.work import Work


def check_inviter(caller: Caller, role: str) -> None:
    """Refuse an invitation to more than its inviter may give: anything but a subscriber is an admin's to give."""
    if role != Role.SUBSCRIBER and not caller.is_admin:
        raise InvalidError("Only an admin may invite operators and admins", field="/role")


def invite(work: Work, actor: str, *, email: str, role: str, team: str | None, now: datetime) -> tuple[Invitation, str]:
    """Invite an address that nobody here has yet; give the secret of the link that is mailed to it."""
    email = people.checked_address(email, "/email")
    if role not in set(Role):
        raise InvalidError(f'There is no role "{role}". Expected one of: {", ".join(Role)}', field="/role")
    if people.by_address(work.session, email) is not None:
        raise ConflictError(f"{email} is the address of somebody here already", field="/email")
    its = None if team is None else teams.get(work.session, team).id
    row, secret = invitations.add(
        work.session, email=email, role=Role(role), team=its, by=actor, lasts=invitations.INVITED_LASTS, now=now
    )
    audit.record(work.session, now, actor, "invited", row.id, after=f"{email} as {role}")
    return row, secret


def revoke(work: Work, actor: str, id_: str, now: datetime) -> None:
    """Take an invitation back."""
    row = invitations.revoke(work.session, id_, now)
    audit.record(work.session, now, actor, "invitation taken back", row.id, before=row.email)


def join(work: Work, vault: Vault, secret: str, *, name: str, timezone: str, home: Home, now: datetime) -> str:
    """Become a person by a mailed link, with the address as an active channel; give the secret of a browser session."""
    row = invitations.use(work.session, secret, now)
    if row is None:
        raise InvalidError("This link was used or is too old. Ask for a new one")
    person = person_acts.add_person(
        work, "link in a mail", email=row.email, name=" ".join(name.split())[:120], timezone=timezone, role=row.role,
        now=now,
    )  # fmt: skip
    target = Target("email", row.email, row.email, lanes.MAIL)
    suppressed = bounces.is_suppressed(work.session, sha256(row.email))
    channel_acts.add_channel(
        work, vault, row.email, person=person.id, target=target, confirmed=not suppressed, home=home, now=now
    )
    if row.team is not None:
        team_acts.join_team(work, "link in a mail", teams.get(work.session, row.team), person, now)
    return signin.begin(work.session, person.id, now)
