"""Tables of deliveries: the channels they go to, how often each way out is used, and every attempt."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from services.store.checks import one_of
from services.store.states import ChannelState, DeliveryState


class Channel(SQLModel, table=True):
    __tablename__ = "channel"
    __table_args__ = (one_of("state", ChannelState),)
    id: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id", index=True)
    kind: str
    label: str
    target_sealed: str = Field(sa_type=Text)
    target_sha256: str = Field(index=True)
    secret_sealed: str | None = Field(default=None, sa_type=Text)
    state: str = ChannelState.UNCONFIRMED
    reason: str | None = None
    confirm_sha256: str | None = Field(default=None, unique=True)
    breaker_until: datetime = Field(index=True)
    breaker_level: int = 0
    failures: int = 0
    failing_since: datetime | None = Field(default=None, index=True)
    bounces: int = 0
    lane: str | None = None
    old_secret_until: datetime | None = None
    fallback: str | None = None
    fallback_after_s: int = 900
    handed_at: datetime | None = Field(default=None, index=True)
    told_at: datetime | None = None
    operators: bool = False
    confirmed_at: datetime | None = None
    created_at: datetime


class Lane(SQLModel, table=True):
    """A way out that is used only so often: a mail server, the host of webhooks, one chat."""

    __tablename__ = "lane"
    name: str = Field(primary_key=True)
    burst: int
    per_s: float
    free_at: datetime = Field(index=True)


class Delivery(SQLModel, table=True):
    """What goes on the wire: one message to one channel. The body is rendered once: a retry is the same bytes.

    `rank`: 1 for a message to so many channels that the others are not to wait for all of them.
    """

    __tablename__ = "delivery"
    # With OR, not IN: only so does SQLite see that `state = 'pending'` is within it, and use the index.
    _live: ClassVar[Any] = text(  # Any: a clause
        "state = 'pending' OR state = 'leased' OR state = 'inflight' OR state = 'uncertain'"
    )
    __table_args__ = (
        UniqueConstraint("channel", "dedupe_key"),
        one_of("state", DeliveryState),
        Index(
            "ix_delivery_due",
            "state",
            "rank",
            "due_at",
            "id",
            "channel",
            "via",
            "lane",
            "kind",
            postgresql_where=_live,
            sqlite_where=_live,
        ),
        Index("ix_delivery_channel_state", "channel", "state"),
        Index("ix_delivery_channel_created", "channel", "created_at"),
    )
    id: str = Field(primary_key=True)
    channel: str = Field(foreign_key="channel.id")
    via: str | None = None
    lane: str | None = None
    dedupe_key: str
    kind: str
    story: str | None = Field(default=None, index=True)
    rank: int = 0
    state: str = DeliveryState.PENDING
    due_at: datetime
    attempt_no: int = 0
    tries: int = 0
    lease_until: datetime | None = None
    lease_token: str | None = None
    worker: str | None = None
    inflight_at: datetime | None = None
    sent_at: datetime | None = Field(default=None, index=True)
    ended_at: datetime | None = Field(default=None, index=True)
    provider_id: str | None = None
    reason: str | None = None
    reason_code: str | None = None
    subject: str | None = None
    body: bytes | None = Field(default=None, sa_type=LargeBinary)
    rendered_at: datetime | None = None
    leave_sha256: str | None = Field(default=None, unique=True)
    created_at: datetime = Field(index=True)


class Attempt(SQLModel, table=True):
    __tablename__ = "attempt"
    delivery: str = Field(sa_column=Column(String, ForeignKey("delivery.id"), primary_key=True))
    no: int = Field(primary_key=True)
    worker: str
    started_at: datetime
    inflight_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    code: str | None = None
    detail: str | None = Field(default=None, sa_type=Text)


class Suppression(SQLModel, table=True):
    __tablename__ = "suppression"
    __table_args__ = (UniqueConstraint("address_sha256", "reason"),)
    id: str = Field(primary_key=True)
    address_sha256: str
    reason: str
    until: datetime | None = None
    created_at: datetime
