"""Answers already given, so that a client that asks again with the same key gets the same answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from services.errors import InvalidError
from services.store.tables import Idempotency
from services.store.work import serialise

KEPT = timedelta(hours=72)


def find(session: Session, client: str, key: str, request_sha256: str) -> Idempotency | None:
    """Give the answer that the key already got; refuse the key for another request.

    Requests with the same key at once wait here for each other.
    """
    serialise(session, f"idempotency:{client}:{key}")
    row = session.get(Idempotency, (client, key))
    if row is not None and row.request_sha256 != request_sha256:
        message = "This Idempotency-Key was used for another request. Draw a new key for each request"
        raise InvalidError(message, field="Idempotency-Key")
    return row


def keep(
    session: Session, client: str, key: str, request_sha256: str, *, status: int, response: str, now: datetime
) -> None:
    """Keep an answer, in the transaction of what it answers for."""
    session.add(
        Idempotency(
            client=client, key=key, request_sha256=request_sha256, status=status, response=response, created_at=now
        )
    )


def forget(session: Session, now: datetime) -> None:
    """Drop answers older than 72 hours."""
    session.execute(delete(Idempotency).where(col(Idempotency.created_at) < now - KEPT))
