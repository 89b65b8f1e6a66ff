"""All tables, their unique keys and the states of their rows.

Times are aware and in UTC. Choices are short strings with a check. Nothing here knows how rows are used: each noun has
a file of its own beside this one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from services.store.checks import one_of
from services.store.source_tables import Poll as Poll  # noqa: PLC0414  # given on: most ask for all tables here
from services.store.source_tables import Source as Source  # noqa: PLC0414
from services.store.states import (
    ArticleState,
    ChannelState,
    DeliveryState,
    LinkState,
    Role,
    SubscriptionState,
)


class Person(SQLModel, table=True):
    __tablename__ = "person"
    __table_args__ = (one_of("role", Role),)
    id: str = Field(primary_key=True)
    email: str = Field(unique=True)
    name: str = ""
    timezone: str = "UTC"
    role: str = Role.SUBSCRIBER
    password: str | None = None
    quiet_from: str | None = None
    quiet_until: str | None = None
    digest_at: str = "07:30"
    digest_day: int = 0
    empty_digests: bool = False
    created_at: datetime


class Token(SQLModel, table=True):
    __tablename__ = "token"
    id: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id", index=True)
    name: str
    sha256: str = Field(unique=True)
    scopes: str
    created_at: datetime
    used_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


class SignInLink(SQLModel, table=True):
    __tablename__ = "sign_in_link"
    sha256: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id")
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class SignInTry(SQLModel, table=True):
    """A sign-in that failed, or a link that was asked for; kept for as long as it slows the next one."""

    __tablename__ = "sign_in_try"
    __table_args__ = (Index("ix_sign_in_try_key", "key", "at"),)
    id: int | None = Field(default=None, primary_key=True)
    key: str
    at: datetime


class BrowserSession(SQLModel, table=True):
    __tablename__ = "browser_session"
    sha256: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id", index=True)
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class Idempotency(SQLModel, table=True):
    __tablename__ = "idempotency"
    client: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request_sha256: str
    status: int
    response: str = Field(sa_type=Text)
    created_at: datetime = Field(index=True)


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
        Index("ix_article_to_read", "seen_at", postgresql_where=text("state = 'new' AND read_at IS NULL"),
              sqlite_where=text("state = 'new' AND read_at IS NULL")),
        Index("ix_article_to_match", "read_at", postgresql_where=text("state = 'new' AND read_at IS NOT NULL"),
              sqlite_where=text("state = 'new' AND read_at IS NOT NULL")),
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


class Story(SQLModel, table=True):
    __tablename__ = "story"
    id: str = Field(primary_key=True)
    title: str | None = None
    first_article: str
    articles: int = 1
    updates: int = 0
    corrections: int = 0
    first_seen_at: datetime
    last_seen_at: datetime = Field(index=True)


class StoryKey(SQLModel, table=True):
    """What makes an article a copy: `url:` and its canonical URL, `text:` and the hash of its text."""

    __tablename__ = "story_key"
    key: str = Field(primary_key=True)
    story: str = Field(foreign_key="story.id", index=True)
    seen_at: datetime = Field(index=True)


class StoryAlias(SQLModel, table=True):
    __tablename__ = "story_alias"
    old_id: str = Field(primary_key=True)
    story: str = Field(foreign_key="story.id")


class Subscription(SQLModel, table=True):
    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("person", "name"),
        one_of("state", SubscriptionState),
        Index("ix_subscription_rule_person", "rule_key", "person", "id"),
    )
    id: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id")
    name: str
    query: str = Field(sa_type=Text)
    rule_key: str = Field(index=True)
    version: int = 1
    state: str = SubscriptionState.ACTIVE
    reason: str | None = None
    breaches: int = 0
    cadence: str = "instant"
    urgent: bool = False
    note: str | None = Field(default=None, sa_type=Text)
    muted: bool = False
    muted_until: datetime | None = None
    muted_at: datetime | None = None
    asked_at: datetime | None = None
    wanted_at: datetime | None = None
    created_at: datetime
    changed_at: datetime


class SubscriptionChannel(SQLModel, table=True):
    __tablename__ = "subscription_channel"
    subscription: str = Field(
        sa_column=Column(String, ForeignKey("subscription.id", ondelete="CASCADE"), primary_key=True)
    )
    channel: str = Field(sa_column=Column(String, ForeignKey("channel.id"), primary_key=True, index=True))


class RuleChange(SQLModel, table=True):
    """The change log that match workers read before each batch. Numbers are given in the order of commits."""

    __tablename__ = "rule_change"
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    rule_key: str
    at: datetime


class Counter(SQLModel, table=True):
    """Numbers that count up inside a transaction, so that their order is the order of commits."""

    __tablename__ = "counter"
    name: str = Field(primary_key=True)
    value: int = 0


class Alert(SQLModel, table=True):
    """The decision that a subscription should hear of a story, with its reason."""

    __tablename__ = "alert"
    __table_args__ = (UniqueConstraint("subscription", "story", "kind"),)
    id: str = Field(primary_key=True)
    subscription: str = Field(foreign_key="subscription.id")
    story: str = Field(foreign_key="story.id", index=True)
    kind: str
    article: str = Field(foreign_key="article.id")
    decision: str
    because: str
    reason: dict[str, Any] = Field(sa_type=JSON)  # Any: evidence as JSON
    created_at: datetime = Field(index=True)


class Remainder(SQLModel, table=True):
    """An article whose alerts are still to be decided, for the people after `after`.

    `kind`: as what those who know the story hear of it.
    """

    __tablename__ = "remainder"
    article: str = Field(primary_key=True, foreign_key="article.id")
    kind: str | None = None
    hits: list[Any] = Field(sa_type=JSON)  # Any: rule keys with their evidence as JSON
    after: str = ""
    tries: int = 0
    due_at: datetime
    created_at: datetime


class DeliveryAlert(SQLModel, table=True):
    __tablename__ = "delivery_alert"
    __table_args__ = (one_of("state", LinkState),)
    alert: str = Field(sa_column=Column(String, ForeignKey("alert.id"), primary_key=True))
    channel: str = Field(sa_column=Column(String, ForeignKey("channel.id"), primary_key=True))
    delivery: str | None = Field(default=None, foreign_key="delivery.id", index=True)
    window: str | None = Field(default=None, foreign_key="window.id", index=True)
    state: str = LinkState.OPEN
    through: str | None = None


class Window(SQLModel, table=True):
    """A time in which a channel's alerts are gathered into one message."""

    __tablename__ = "window"
    __table_args__ = (
        UniqueConstraint("channel", "cadence", "opens_at"),
        Index("ix_window_due", "state", "closes_at"),
    )
    id: str = Field(primary_key=True)
    channel: str = Field(foreign_key="channel.id")
    cadence: str
    opens_at: datetime
    closes_at: datetime
    state: str = "open"


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
    handed_at: datetime | None = None
    told_at: datetime | None = None
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
    """What goes on the wire: one message to one channel. The body is rendered once: a retry is the same bytes."""

    __tablename__ = "delivery"
    _live: ClassVar[Any] = text("state IN ('pending', 'leased', 'inflight', 'uncertain')")  # Any: a clause
    __table_args__ = (
        UniqueConstraint("channel", "dedupe_key"),
        one_of("state", DeliveryState),
        Index(
            "ix_delivery_due",
            "state",
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


class Audit(SQLModel, table=True):
    __tablename__ = "audit"
    seq: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    actor: str
    action: str
    object: str
    before: str | None = Field(default=None, sa_type=Text)
    after: str | None = Field(default=None, sa_type=Text)
