"""Tables of articles and of the stories they tell."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from services.store.checks import one_of
from services.store.states import ArticleState

_TO_READ = text("state = 'new' AND read_at IS NULL")
_TO_MATCH = text("state = 'new' AND read_at IS NOT NULL")


class Article(SQLModel, table=True):
    """One published item. `read_at` null: the ingest stage has not cut it into zones yet (`body` is as it came).

    `page` is null, or `due`, `got` or `failed` where the feed carried a summary and the page itself is wanted.
    `date_mark` is `late` or `future`; then `claimed_at` is the time the source gave.
    """

    __tablename__ = "article"
    __table_args__ = (
        UniqueConstraint("source", "external_id", "revision"),
        one_of("state", ArticleState),
        Index("ix_article_source_seen", "source", "seen_at"),
        Index("ix_article_page", "page_host", "due_at", postgresql_where=text("page = 'due'"),
              sqlite_where=text("page = 'due'")),
        Index("ix_article_to_read", "read_at", "seen_at", "id", postgresql_where=_TO_READ, sqlite_where=_TO_READ),
        Index("ix_article_to_match", "read_at", "id", postgresql_where=_TO_MATCH, sqlite_where=_TO_MATCH),
        Index("ix_article_to_bundle", "read_at", postgresql_where=text("bundle IS NULL AND read_at IS NOT NULL"),
              sqlite_where=text("bundle IS NULL AND read_at IS NOT NULL")),
    )  # fmt: skip
    id: str = Field(primary_key=True)
    source: str = Field(foreign_key="source.id")
    external_id: str
    revision: int
    content_sha256: str = ""
    url: str | None = None
    url_canonical: str | None = Field(default=None, index=True)
    title: str | None = None
    title_start: int | None = None
    body: str | None = Field(default=None, sa_type=Text)
    body_is_html: bool = False
    text: str | None = Field(default=None, sa_type=Text)
    passages: list[list[Any]] = Field(default_factory=list, sa_type=JSON)  # Any: [zone, start, end]
    authors: list[str] = Field(default_factory=list, sa_type=JSON)
    language: str | None = None
    places: dict[str, Any] | None = Field(default=None, sa_type=JSON)  # Any: as services.places.kept writes it
    published_at: datetime | None = None
    updated_at: datetime | None = None
    seen_at: datetime = Field(index=True)
    read_at: datetime | None = Field(default=None, index=True)
    matched_at: datetime | None = Field(default=None, index=True)
    story: str | None = Field(default=None, foreign_key="story.id", index=True)
    old: bool = False
    state: str = ArticleState.NEW
    reason: str | None = None
    tries: int = 0
    due_at: datetime
    lease_until: datetime | None = None
    lease_token: str | None = None
    trace: str | None = None
    page: str | None = None
    page_host: str | None = None
    page_note: str | None = None
    page_body: str | None = Field(default=None, sa_type=Text)
    date_mark: str | None = None
    claimed_at: datetime | None = None
    bundle: int | None = None
