"""Tables of the service itself: its workers, counters, answers to repeated requests, and who did what."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel


class Worker(SQLModel, table=True):
    __tablename__ = "worker"
    id: str = Field(primary_key=True)
    role: str
    host: str
    boot_id: str
    pid: int
    version: str
    started_at: datetime
    seen_at: datetime = Field(index=True)


class Counter(SQLModel, table=True):
    """Numbers that count up inside a transaction, so that their order is the order of commits."""

    __tablename__ = "counter"
    name: str = Field(primary_key=True)
    value: int = 0


class Idempotency(SQLModel, table=True):
    __tablename__ = "idempotency"
    client: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request_sha256: str
    status: int
    response: str = Field(sa_type=Text)
    created_at: datetime = Field(index=True)


class Incident(SQLModel, table=True):
    """Something that needs an operator, from when it was first seen to its end; open once for each key.

    `told_at`: operators were told that it began; `over_told_at`: that it is over.
    """

    __tablename__ = "incident"
    __table_args__ = (
        Index("uq_incident_open", "key", unique=True, postgresql_where=text("ended_at IS NULL"),
              sqlite_where=text("ended_at IS NULL")),
    )  # fmt: skip
    id: str = Field(primary_key=True)
    key: str = Field(index=True)
    kind: str
    text: str = Field(sa_type=Text)
    page: str | None = None
    began_at: datetime = Field(index=True)
    ended_at: datetime | None = None
    told_at: datetime | None = None
    over_told_at: datetime | None = None


class Audit(SQLModel, table=True):
    __tablename__ = "audit"
    seq: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    actor: str
    action: str
    object: str
    before: str | None = Field(default=None, sa_type=Text)
    after: str | None = Field(default=None, sa_type=Text)
