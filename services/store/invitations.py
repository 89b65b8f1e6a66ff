"""Invitations: an address becomes a person by the link mailed to it, once, until it expires. Only hashes are kept."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from services.errors import NotFoundError
from services.identity import drawn, sha256
from services.store.states import Role
from services.store.tables import Invitation

INVITED_LASTS = timedelta(days=7)
ASKED_LASTS = timedelta(hours=24)
_KEPT = timedelta(days=30)


def add(
    session: Session, *, email: str, role: Role, team: str | None, by: str | None, lasts: timedelta, now: datetime
) -> tuple[Invitation, str]:
    """Add an invitation and give its secret; an earlier one to the same address stops working.

    Without `by` somebody asked for it who may not own the address: what people of the staff sent there goes on working.
    """
    session.execute(delete(Invitation).where(col(Invitation.expires_at) < now - _KEPT))
    earlier = delete(Invitation).where(col(Invitation.email) == email, col(Invitation.used_at).is_(None))
    session.execute(earlier if by is not None else earlier.where(col(Invitation.by).is_(None)))
    secret = secrets.token_urlsafe(24)
    row = Invitation(
        id=drawn(), sha256=sha256(secret), email=email, role=role, team=team, by=by, created_at=now,
        expires_at=now + lasts,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row, secret


def works(session: Session, secret: str, now: datetime) -> Invitation | None:
    """Give the invitation of a link that can still be used, without using it."""
    row = session.scalars(select(Invitation).where(col(Invitation.sha256) == sha256(secret))).first()
    return row if row is not None and row.used_at is None and row.expires_at > now else None


def use(session: Session, secret: str, now: datetime) -> Invitation | None:
    """Use a link up; `None` if it was used, ran out, or was never given out. Of two at once one gets it."""
    mine = update(Invitation).where(
        col(Invitation.sha256) == sha256(secret), col(Invitation.used_at).is_(None), col(Invitation.expires_at) > now
    )
    return session.scalars(mine.values(used_at=now).returning(Invitation)).first()


def waiting(session: Session, now: datetime, *, after: str = "", limit: int = 50) -> list[Invitation]:
    """Give the invitations that can still be used, in the order of their ids."""
    query = select(Invitation).where(
        col(Invitation.used_at).is_(None), col(Invitation.expires_at) > now, col(Invitation.by).is_not(None),
        col(Invitation.id) > after,
    )  # fmt: skip
    return list(session.scalars(query.order_by(col(Invitation.id)).limit(limit)))


def revoke(session: Session, id_: str, now: datetime) -> Invitation:
    """Take an invitation back; its link stops working at once."""
    row = session.get(Invitation, id_)
    if row is None or row.used_at is not None or row.expires_at <= now:
        raise NotFoundError(f'There is no invitation "{id_}" that can still be used', field="/id")
    session.delete(row)
    session.flush()
    return row
