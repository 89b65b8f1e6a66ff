"""Tables of subscriptions: what somebody asked to hear of, where, and the log of changes that match workers read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from services.store.checks import one_of
from services.store.states import SubscriptionState


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


class Rule(SQLModel, table=True):
    """What is known of a rule beside its queries; a rule without a row gave no cause.

    `anyway`: why it is tried on every article. `breaches` of its budget, the last on `article`: `fault`, `said`,
    `took_ms`. In quarantine since `quarantined_at` it is not evaluated; `told_to` is the last of its subscriptions
    whose people were told of that or of its release, null once all were.
    """

    __tablename__ = "rule"
    rule_key: str = Field(primary_key=True)
    anyway: str | None = None
    breaches: int = 0
    fault: str | None = None
    said: str | None = None
    took_ms: float | None = None
    article: str | None = None
    broke_at: datetime | None = None
    quarantined_at: datetime | None = Field(default=None, index=True)
    told_to: str | None = None
    released_at: datetime | None = None


class RuleChange(SQLModel, table=True):
    """The change log that match workers read before each batch. Numbers are given in the order of commits."""

    __tablename__ = "rule_change"
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    rule_key: str
    at: datetime
