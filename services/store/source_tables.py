"""Tables of sources: how each is polled, whose turn it is at a host, and hubs that push."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from services.store.checks import one_of
from services.store.states import Health, SourceState, WebSubState


class Source(SQLModel, table=True):
    """Where articles come from. A source without a URL is pushed to."""

    __tablename__ = "source"
    __table_args__ = (one_of("state", SourceState), Index("ix_source_due", "state", "next_poll_at"))
    id: str = Field(primary_key=True)
    name: str = Field(unique=True)
    url: str | None = None
    url_norm: str | None = Field(default=None, unique=True)
    language: str | None = None
    home: str | None = None
    home_learned: dict[str, Any] | None = Field(default=None, sa_type=JSON)  # Any: sums of what articles named
    state: str = SourceState.HEALTHY
    reason: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    next_poll_at: datetime | None = None
    polled_at: datetime | None = None
    good_since: datetime | None = None
    failing_since: datetime | None = None
    fail_count: int = 0
    host: str | None = Field(default=None, index=True)
    secret_sealed: str | None = Field(default=None, sa_type=Text)
    pages: str = "auto"
    gap_s: float | None = None
    longest_gap_s: float | None = None
    last_article_at: datetime | None = None
    quiet_at: datetime | None = None
    quiet_since: datetime | None = None
    moves_to: str | None = None
    moves: int = 0
    moved_at: datetime | None = None
    deleted_at: datetime | None = None
    looked_at: datetime | None = None
    told: str = Health.HEALTHY
    lease_until: datetime | None = None
    lease_token: str | None = None
    created_at: datetime


class Poll(SQLModel, table=True):
    """One poll of a source and its answer, kept for the source's page and the fetch rate."""

    __tablename__ = "poll"
    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(foreign_key="source.id", index=True)
    at: datetime = Field(index=True)
    ok: bool
    status: int | None = None
    detail: str = ""
    articles: int = 0


class Host(SQLModel, table=True):
    """A host that sources or pages are fetched from: whoever takes its turn is alone there until `free_at`."""

    __tablename__ = "host"
    name: str = Field(primary_key=True)
    free_at: datetime = Field(index=True)
    token: str | None = None


class WebSub(SQLModel, table=True):
    """A subscription of ours at a hub, which then pushes what is new in a source. A renewed one is another row."""

    __tablename__ = "websub"
    __table_args__ = (one_of("state", WebSubState), Index("ix_websub_due", "state", "due_at"))
    id: str = Field(primary_key=True)
    source: str = Field(
        sa_column=Column(String, ForeignKey("source.id", ondelete="CASCADE"), index=True, nullable=False)
    )
    hub: str
    topic: str
    token_sha256: str = Field(unique=True)
    token_sealed: str = Field(sa_type=Text)
    secret_sealed: str | None = Field(default=None, sa_type=Text)
    state: str = WebSubState.WANTED
    reason: str | None = None
    due_at: datetime
    tries: int = 0
    expires_at: datetime | None = None
    verified_at: datetime | None = None
    heard_at: datetime | None = None
    heard: int = 0
    ignored: int = 0
    missed: int = 0
    lease_until: datetime | None = None
    lease_token: str | None = None
    created_at: datetime


class HubDelivery(SQLModel, table=True):
    """What a hub pushed, as it came, until an ingest worker has read it."""

    __tablename__ = "hub_delivery"
    __table_args__ = (UniqueConstraint("source", "sha256"),)
    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(sa_column=Column(String, ForeignKey("source.id", ondelete="CASCADE"), nullable=False))
    sha256: str
    body: bytes = Field(sa_type=LargeBinary)
    content_type: str | None = None
    at: datetime
    lease_until: datetime | None = Field(default=None, index=True)
    lease_token: str | None = None
