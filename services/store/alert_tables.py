"""Tables of alerts: each decision, the messages it went into, and the times in which messages are gathered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from services.store.checks import one_of
from services.store.states import LinkState


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

    `kind`: as what those who know the story hear of it. `bounds`: the last person of each part of the others.
    """

    __tablename__ = "remainder"
    article: str = Field(primary_key=True, foreign_key="article.id")
    kind: str | None = None
    hits: list[Any] = Field(sa_type=JSON)  # Any: rule keys with their evidence as JSON
    after: str = ""
    bounds: list[str] | None = Field(default=None, sa_type=JSON)
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
