"""The numbers of a day and of this moment, as the first page shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, false, func, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from services.store.owners import Owner, belongs
from services.store.sources import MOVED_SHOWN
from services.store.states import ArticleState, ChannelState, DeliveryState, SourceState, SubscriptionState
from services.store.tables import Alert, Article, Channel, Delivery, Source, Story, Subscription

MOST = 20


@dataclass(frozen=True, slots=True)
class Today:
    """What came and went since a moment. `dead`: all dead letters, of whatever day."""

    articles: int
    stories: int
    alerts: int
    sent: int
    dead: int


@dataclass(frozen=True, slots=True)
class Listening:
    """How many sources are listened to, and when the last article was seen."""

    sources: int
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Troubles:
    """What needs somebody and is no queue: sources, channels, articles and subscriptions that were set aside.

    `quiet` are sources that brought nothing for longer than they use to, `elsewhere` those that are gone or have moved.
    """

    failing: list[Source]
    poison: int
    quarantined: int
    quiet: list[Source] = field(default_factory=list)
    elsewhere: list[Source] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)


def count(session: Session, since: datetime, person: Owner | None = None) -> Today:
    """Count what happened since; alerts only of one person's subscriptions, if given."""
    alerts = select(func.count()).select_from(Alert).where(col(Alert.created_at) >= since)
    if person is not None:
        mine = select(col(Subscription.id)).where(belongs(Subscription.person, person))
        alerts = alerts.where(col(Alert.subscription).in_(mine))
    return Today(
        articles=_since(session, col(Article.seen_at), since),
        stories=_since(session, col(Story.first_seen_at), since),
        alerts=int(session.scalar(alerts) or 0),
        sent=_since(session, col(Delivery.sent_at), since),
        dead=_where(session, col(Delivery.state) == DeliveryState.DEAD),
    )


def listening(session: Session) -> Listening:
    """Say what is listened to."""
    heard = col(Source.state).in_([SourceState.HEALTHY, SourceState.FAILING])
    return Listening(_where(session, heard), session.scalar(select(func.max(col(Article.seen_at)))))


def troubles(session: Session, now: datetime | None = None) -> Troubles:
    """Give what needs somebody, at most twenty of a sort. Sources that moved count for a week before `now`."""
    failing = select(Source).where(col(Source.state) == SourceState.FAILING).order_by(col(Source.failing_since))
    healthy = col(Source.state) == SourceState.HEALTHY
    quiet = select(Source).where(healthy, col(Source.quiet_since).is_not(None)).order_by(col(Source.quiet_since))
    gone = col(Source.state) == SourceState.GONE
    moved = healthy & (col(Source.moved_at) > now - MOVED_SHOWN) if now else false()
    elsewhere = select(Source).where(gone | moved).order_by(col(Source.state), col(Source.name))
    refusing = col(Channel.state).in_([ChannelState.FAILING, ChannelState.DISABLED])
    channels = select(Channel).where(refusing).order_by(col(Channel.failing_since))
    poison = (col(Article.state) == ArticleState.SET_ASIDE) & col(Article.reason).like("poison%")
    quarantined = col(Subscription.state) == SubscriptionState.QUARANTINED
    return Troubles(
        list(session.scalars(failing.limit(MOST))), _where(session, poison), _where(session, quarantined),
        list(session.scalars(quiet.limit(MOST))), list(session.scalars(elsewhere.limit(MOST))),
        list(session.scalars(channels.limit(MOST))),
    )  # fmt: skip


def _since(session: Session, at: Mapped[datetime] | Mapped[datetime | None], since: datetime) -> int:
    return _where(session, at >= since)


def _where(session: Session, clause: ColumnElement[bool]) -> int:
    return int(session.scalar(select(func.count()).where(clause)) or 0)
