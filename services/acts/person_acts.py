"""Add people, and make and revoke their tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.accounts import tokens
from services.accounts.tokens import Caller
from services.errors import InvalidError
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
    """Revoke a token: one's own, or as an admin anybody's. It stops working at once."""
    row = tokens.revoke(work.session, id_, None if caller.role is Role.ADMIN else caller.person, now)
    audit.record(work.session, now, caller.name, "token revoked", row.id)
    return row
