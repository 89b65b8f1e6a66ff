"""Add people, and make and revoke their tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.accounts import signin, tokens
from services.accounts.tokens import Caller
from services.errors import ConflictError, InvalidError
from services.store import (
    audit,
    people,
)
from services.store.states import Role
from services.store.tables import Person, Token
from services.store.work import Work


def add_person(work: Work, actor: str, *, email: str, name: str, timezone: str, role: str, now: datetime) -> Person:
    """Add somebody who subscribes."""
    person = people.add(work.session, email=email, name=name, timezone=timezone, role=role, now=now)
    audit.record(work.session, now, actor, "person added", person.id, after=person.role)
    return person


def change_role(work: Work, caller: Caller, person: Person, role: str, now: datetime) -> None:
    """Give a person another role: it counts from their next request on, and their browser sessions end."""
    if not caller.is_admin:
        raise InvalidError("Only an admin may change a role", field="/role")
    if role not in set(Role):
        raise InvalidError(f'There is no role "{role}". Expected one of: {", ".join(Role)}', field="/role")
    if person.role == Role.ADMIN and role != Role.ADMIN and people.is_last_admin(work.session, person.id):
        raise ConflictError("This is the last admin. Make somebody else an admin first", field="/role")
    if role == person.role:
        return
    before, person.role = person.role, role
    work.session.add(person)
    signin.end_all(work.session, person.id)
    audit.record(work.session, now, caller.name, "role changed", person.id, before=before, after=role)


def add_token(work: Work, caller: Caller, *, name: str, scopes: Sequence[str], days: int | None, now: datetime) -> str:
    """Make a token of the caller; it is shown this once."""
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise InvalidError("Enter a name for the token, 1 to 120 characters", field="/name")
    wanted = tokens.checked_scopes(scopes, caller)
    owner = people.get(work.session, caller.person)
    token = tokens.issue(work.session, owner, name, wanted, now, timedelta(days=days) if days else None)
    audit.record(work.session, now, caller.name, "token made", token[4:12], after=" ".join(wanted))
    return token


def revoke_token(work: Work, caller: Caller, id_: str, now: datetime) -> Token:
    """Revoke a token: one's own that may do no more, or as an admin anybody's. It stops working at once."""
    row = tokens.revoke(work.session, id_, caller, now)
    audit.record(work.session, now, caller.name, "token revoked", row.id)
    return row
