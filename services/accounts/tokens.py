"""API tokens: `tcn_<8 id>_<43 secret>`, kept only as a hash."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from services.identity import sha256
from services.store.states import Role
from services.store.tables import Person, Token

SCOPES = ("articles:write", "alerts:read", "subscriptions:write", "ops", "admin")
_USED_EVERY = timedelta(minutes=1)  # how exactly the last use is kept


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a person by one of their tokens or by a browser session."""

    person: str
    name: str
    role: Role
    scopes: frozenset[str]
    client: str


def issue(session: Session, person: Person, name: str, scopes: tuple[str, ...], now: datetime) -> str:
    """Make a token; it is shown this once."""
    id_ = secrets.token_hex(4)
    token = f"tcn_{id_}_{secrets.token_urlsafe(32)}"
    session.add(
        Token(id=id_, person=person.id, name=name, sha256=sha256(token), scopes=" ".join(scopes), created_at=now)
    )
    session.flush()
    return token


def caller_of(session: Session, token: str, now: datetime) -> Caller | None:
    """Say whose token this is; `None` if it was never given out, is revoked or has run out.

    The hash is what is looked up, so the time of the look-up tells nothing about a token.
    """
    query = select(Token, Person).join(Person, col(Person.id) == col(Token.person))
    found = session.execute(query.where(col(Token.sha256) == sha256(token))).first()
    if found is None:
        return None
    row, person = found
    if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        return None
    return Caller(person.id, person.email, Role(person.role), frozenset(row.scopes.split()), f"token:{row.id}")


def note_use(session: Session, client: str, now: datetime) -> None:
    """Keep when a token was last used, to the minute."""
    row = session.get(Token, client.removeprefix("token:"))
    if row is not None and (row.used_at is None or row.used_at < now - _USED_EVERY):
        row.used_at = now
        session.add(row)
