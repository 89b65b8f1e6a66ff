"""Whether a caller who was let in is still to be let in: asked again while one answer goes on for minutes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from services.accounts.signin import SESSION_IDLE
from services.accounts.tokens import Caller
from services.store.tables import BrowserSession, Person, Token


def stands(session: Session, caller: Caller, now: datetime) -> bool:
    """Say whether the caller's session or token still holds, and their role is what it was."""
    person = session.get(Person, caller.person)
    if person is None or person.role != caller.role:
        return False
    kind, _, id_ = caller.client.partition(":")
    if kind == "token":
        token = session.get(Token, id_)
        return token is not None and token.revoked_at is None and (token.expires_at is None or token.expires_at > now)
    its = col(BrowserSession.person) == caller.person, col(BrowserSession.sha256).startswith(id_)
    open_ = col(BrowserSession.expires_at) > now, col(BrowserSession.seen_at) > now - SESSION_IDLE
    return session.scalars(select(col(BrowserSession.sha256)).where(*its, *open_).limit(1)).first() is not None
