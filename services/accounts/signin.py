"""Sign-in by one-time link, and the browser sessions that follow. Only hashes of secrets are kept."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from services.accounts.tokens import SCOPES, Caller
from services.errors import InvalidError
from services.identity import drawn, sha256
from services.store import teams
from services.store.states import Role
from services.store.tables import BrowserSession, Person, SignInLink

LINK_LASTS = timedelta(minutes=10)
SESSION_LASTS = timedelta(hours=12)
SESSION_IDLE = timedelta(minutes=30)
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def first_admin(session: Session, now: datetime) -> Person:
    """Give the admin of a fresh installation; one is made if there is none."""
    row = session.scalars(select(Person).where(col(Person.role) == Role.ADMIN).order_by(col(Person.created_at))).first()
    if row is None:
        row = Person(id=drawn(), email="admin@localhost", name="Admin", role=Role.ADMIN, created_at=now)
        session.add(row)
        session.flush()
    return row


def make_link(session: Session, person: Person, now: datetime) -> str:
    """Make the secret of a sign-in link: once, ten minutes; 22 signs, in groups so that it can be read aloud."""
    secret = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(n)) for n in (6, 5, 5, 6))
    session.add(SignInLink(sha256=sha256(secret), person=person.id, created_at=now, expires_at=now + LINK_LASTS))
    session.flush()
    return secret


def link_of(session: Session, secret: str, now: datetime) -> Person | None:
    """Give whom a link signs in, without using it; `None` if it cannot be used."""
    row = session.get(SignInLink, sha256(secret))
    if row is None or row.used_at is not None or row.expires_at <= now:
        return None
    return session.get_one(Person, row.person)


def use_link(session: Session, secret: str, now: datetime) -> str:
    """Use a link up and begin a browser session; give the session's secret."""
    mine = update(SignInLink).where(
        col(SignInLink.sha256) == sha256(secret), col(SignInLink.used_at).is_(None), col(SignInLink.expires_at) > now
    )
    person = session.scalars(mine.values(used_at=now).returning(col(SignInLink.person))).first()
    if person is None:
        raise InvalidError("This sign-in link was used or is older than 10 minutes. Ask for a new one")
    return begin(session, person, now)


def begin(session: Session, person: str, now: datetime) -> str:
    """Begin a browser session of a person who has shown who they are; give its secret."""
    session.execute(delete(BrowserSession).where(col(BrowserSession.expires_at) < now))
    token = secrets.token_urlsafe(32)
    session.add(
        BrowserSession(sha256=sha256(token), person=person, created_at=now, seen_at=now, expires_at=now + SESSION_LASTS)
    )
    session.flush()
    return token


def caller_of(session: Session, secret: str, now: datetime) -> Caller | None:
    """Say whose browser session this is; `None` if it is over."""
    row = session.get(BrowserSession, sha256(secret))
    if row is None or row.expires_at <= now or row.seen_at + SESSION_IDLE <= now:
        return None
    person = session.get_one(Person, row.person)
    client = f"session:{row.sha256[:16]}"
    role, mine = Role(person.role), teams.of(session, person.id)
    return Caller(person.id, person.email, role, frozenset(SCOPES), client, mine)


def note_use(session: Session, secret: str, now: datetime) -> None:
    """Keep a session from running out while it is used, to the minute."""
    row = session.get(BrowserSession, sha256(secret))
    if row is not None and row.seen_at < now - timedelta(minutes=1):
        row.seen_at = now
        session.add(row)


def end(session: Session, secret: str) -> None:
    """End a browser session."""
    session.execute(delete(BrowserSession).where(col(BrowserSession.sha256) == sha256(secret)))


def end_all(session: Session, person: str, but: str = "") -> None:
    """End a person's browser sessions, except the one with the given secret."""
    mine = delete(BrowserSession).where(col(BrowserSession.person) == person)
    session.execute(mine.where(col(BrowserSession.sha256) != sha256(but)) if but else mine)
