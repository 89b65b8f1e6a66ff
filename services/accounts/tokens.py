"""API tokens: `tcn_<8 id>_<43 secret>`, kept only as a hash."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from services.errors import InvalidError, NotFoundError
from services.identity import sha256
from services.store import teams
from services.store.states import Role
from services.store.tables import Person, Token

SCOPES = ("articles:write", "alerts:read", "subscriptions:write", "ops", "admin")
SCOPES_OF = {
    Role.SUBSCRIBER: ("alerts:read", "subscriptions:write"),
    Role.OPERATOR: ("articles:write", "alerts:read", "ops"),
    Role.ADMIN: SCOPES,
}
_USED_EVERY = timedelta(minutes=1)  # how exactly the last use is kept


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a person by one of their tokens or by a browser session."""

    person: str
    name: str
    role: Role
    scopes: frozenset[str]
    client: str
    teams: frozenset[str] = frozenset()

    @property
    def is_admin(self) -> bool:
        """Whether an admin calls with all that an admin may: a narrow token of an admin's is no admin."""
        return self.role is Role.ADMIN and "admin" in self.scopes

    def may_revoke(self, token: Token) -> bool:
        """Say whether the caller may revoke a token of their own: this one, or one that may do no more."""
        return self.client == f"token:{token.id}" or "admin" in self.scopes or set(token.scopes.split()) <= self.scopes


def issue(
    session: Session, person: Person, name: str, scopes: tuple[str, ...], now: datetime, lasts: timedelta | None = None
) -> str:
    """Make a token; it is shown this once. Without `lasts` it works until it is revoked."""
    id_ = secrets.token_hex(4)
    token = f"tcn_{id_}_{secrets.token_urlsafe(32)}"
    session.add(
        Token(
            id=id_,
            person=person.id,
            name=name,
            sha256=sha256(token),
            scopes=" ".join(scopes),
            created_at=now,
            expires_at=now + lasts if lasts else None,
        )
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
    return Caller(
        person.id,
        person.email,
        Role(person.role),
        frozenset(row.scopes.split()),
        f"token:{row.id}",
        teams.of(session, person.id),
    )


def note_use(session: Session, client: str, now: datetime) -> None:
    """Keep when a token was last used, to the minute."""
    row = session.get(Token, client.removeprefix("token:"))
    if row is not None and (row.used_at is None or row.used_at < now - _USED_EVERY):
        row.used_at = now
        session.add(row)


def of_person(session: Session, person: str) -> list[Token]:
    """Give a person's tokens that were not revoked, the newest first."""
    mine = col(Token.person) == person, col(Token.revoked_at).is_(None)
    return list(session.scalars(select(Token).where(*mine).order_by(col(Token.created_at).desc(), col(Token.id))))


def revoke(session: Session, id_: str, caller: Caller, now: datetime) -> Token:
    """Revoke a token from this moment on: an admin anybody's, others their own that may do no more than they."""
    row = session.get(Token, id_)
    if row is None or not (caller.is_admin or row.person == caller.person):
        raise NotFoundError(f'There is no token "{id_}"', field="/id")
    if not (caller.is_admin or caller.may_revoke(row)):
        raise InvalidError("A token revokes itself and such as may do no more. Use your page /account", field="/id")
    row.revoked_at = row.revoked_at or now
    session.add(row)
    session.flush()
    return row


def checked_scopes(wanted: Sequence[str], caller: Caller) -> tuple[str, ...]:
    """Give the scopes a new token may have: those of its maker's role, and none that the maker's own token lacks."""
    able = [scope for scope in SCOPES_OF[caller.role] if scope in caller.scopes or "admin" in caller.scopes]
    wrong = next((scope for scope in wanted if scope not in able), None)
    if wrong is not None or not wanted:
        found = "none" if wrong is None else f'"{wrong}"'
        raise InvalidError(f"Expected one or more of: {', '.join(able) or 'nothing'}. Found {found}", field="/scopes")
    return tuple(scope for scope in SCOPES if scope in wanted)
