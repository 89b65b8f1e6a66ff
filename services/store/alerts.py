"""Alerts and their links to channels: written once per subscription, story and kind, by the database's own keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, update
from sqlmodel import Session, SQLModel, col

from services.errors import NotFoundError
from services.identity import alert_id
from services.store.owners import Owner, belongs
from services.store.reader_tables import StoryMute
from services.store.states import LinkState
from services.store.tables import Alert, Article, Delivery, DeliveryAlert, Story, Subscription, Window
from services.store.work import insert_new


@dataclass(frozen=True, slots=True)
class NewAlert:
    """An alert that is to be stored. A row of the ORM takes ten times as long to make."""

    id: str
    subscription: str
    story: str
    kind: str
    article: str
    decision: str
    because: str
    reason: dict[str, Any]  # Any: evidence as JSON
    created_at: datetime


@dataclass(slots=True)
class NewLink:
    """A link of an alert to a channel that is to be stored."""

    alert: str
    channel: str
    delivery: str | None = None
    window: str | None = None
    state: str = LinkState.OPEN
    through: str | None = None


_ALERT = SQLModel.metadata.tables["alert"]
_LINK = SQLModel.metadata.tables["delivery_alert"]


def put(session: Session, rows: Sequence[NewAlert]) -> set[str]:
    """Store alerts; give the ids of those that were not there before."""
    return insert_new(session, _ALERT.c.id, rows)


def new(
    subscription: str, story: str, kind: str, *, article: str, decision: str, because: str,
    reason: dict[str, Any], now: datetime,  # Any: evidence as JSON
) -> NewAlert:  # fmt: skip
    """Build an alert under its derived id."""
    id_ = alert_id(subscription, story, kind)
    return NewAlert(id_, subscription, story, kind, article, decision, because, reason, now)


def link(session: Session, rows: Sequence[NewLink]) -> None:
    """Link alerts to channels; a link that is there stays as it is."""
    insert_new(session, _LINK.c.alert, rows)


def kinds_known(session: Session, story: str, subscriptions: Sequence[str]) -> dict[str, set[str]]:
    """Give the kinds of alert that each subscription already has of a story."""
    found: dict[str, set[str]] = {}
    query = select(col(Alert.subscription), col(Alert.kind))
    query = query.where(col(Alert.story) == story, col(Alert.subscription).in_(subscriptions))
    for subscription, kind in session.execute(query):
        found.setdefault(subscription, set()).add(kind)
    return found


@dataclass(frozen=True, slots=True)
class Heard:
    """How a channel hears of a story: through which subscription, and when, if that is gathered and still waits."""

    through: str
    waits_until: datetime | None
    waits: bool = False


def heard_through(session: Session, story: str, kind: str, people: Iterable[str]) -> dict[str, Heard]:
    """Give, for each channel of these people that hears of the story in this kind, the subscription that brought it.

    `waits`: it has an alert of the story that waits for a window. Alerts are asked for by their ids, which are derived:
    a story may have hundreds of thousands.
    """
    theirs = session.scalars(select(col(Subscription.id)).where(col(Subscription.person).in_(set(people))))
    ids = [alert_id(id_, story, kind) for id_ in theirs]
    query = (
        select(col(DeliveryAlert.channel), col(Alert.subscription), col(DeliveryAlert.delivery), col(Window.closes_at))
        .join(Alert, col(Alert.id) == col(DeliveryAlert.alert))
        .outerjoin(Window, col(Window.id) == col(DeliveryAlert.window))
        .where(col(DeliveryAlert.alert).in_(ids))
        .where(col(DeliveryAlert.state).in_([LinkState.OPEN, LinkState.SENT]))
        .order_by(col(Alert.created_at).desc(), col(Alert.id))
    )
    found: dict[str, Heard] = {}
    for channel, subscription, delivery, closes_at in session.execute(query):
        known = found.get(channel)
        waits = delivery is None or (known is not None and known.waits)
        heard = Heard(subscription, closes_at if delivery is None else None, waits)
        if known is None or known.waits_until is not None:
            found[channel] = heard
        else:
            found[channel] = replace(known, waits=waits)
    return found


def hasten(
    session: Session, story: str, kind: str, channel: str, *, delivery: str | None = None, window: str | None = None
) -> None:
    """Let alerts of the story that wait for a later window of the channel leave with this message or window."""
    its = select(col(Alert.id)).where(col(Alert.story) == story, col(Alert.kind) == kind)
    waiting = (
        col(DeliveryAlert.channel) == channel, col(DeliveryAlert.alert).in_(its),
        col(DeliveryAlert.state) == LinkState.OPEN, col(DeliveryAlert.delivery).is_(None),
    )  # fmt: skip
    session.execute(update(DeliveryAlert).where(*waiting).values(delivery=delivery, window=window))


def last_messages(session: Session, subscriptions: Sequence[str], since: datetime) -> dict[tuple[str, str], datetime]:
    """Give when each (subscription, channel) last had a message put on its way, if after `since`."""
    query = (
        select(col(Alert.subscription), col(Delivery.channel), func.max(col(Delivery.created_at)))
        .join(DeliveryAlert, col(DeliveryAlert.alert) == col(Alert.id))
        .join(Delivery, col(Delivery.id) == col(DeliveryAlert.delivery))
        .where(col(Alert.subscription).in_(subscriptions), col(Delivery.created_at) > since)
        .group_by(col(Alert.subscription), col(Delivery.channel))
    )
    return {(subscription, channel): at for subscription, channel, at in session.execute(query)}


def flooded(session: Session, channels: Iterable[str], since: datetime, most: int) -> set[str]:
    """Give the channels to which more than so many alerts were put on their way since then."""
    query = (
        select(col(Delivery.channel))
        .where(col(Delivery.channel).in_(list(channels)), col(Delivery.created_at) > since)
        .where(col(Delivery.kind).not_in(["confirm", "digest", "group", "notice"]))
        .group_by(col(Delivery.channel))
        .having(func.count() >= most)
    )
    return set(session.scalars(query))


def muted_by(session: Session, story: str, people: Iterable[str]) -> set[str]:
    """Give those of the people who want to hear no more of the story."""
    query = select(col(StoryMute.person)).where(col(StoryMute.story) == story, col(StoryMute.person).in_(set(people)))
    return set(session.scalars(query))


def of_delivery(session: Session, delivery: str) -> list[tuple[Alert, Subscription, Article, Story]]:
    """Give what one message was made of, also what was taken out of it since."""
    return of_deliveries(session, [delivery], taken_out=True).get(delivery, [])


def of_deliveries(
    session: Session, deliveries: Sequence[str], *, taken_out: bool = False
) -> dict[str, list[tuple[Alert, Subscription, Article, Story]]]:
    """Give what each message tells: its alerts with their subscriptions, articles and stories."""
    query = (
        select(col(DeliveryAlert.delivery), Alert, Subscription, Article, Story)
        .join(DeliveryAlert, col(DeliveryAlert.alert) == col(Alert.id))
        .join(Subscription, col(Subscription.id) == col(Alert.subscription))
        .join(Article, col(Article.id) == col(Alert.article))
        .join(Story, col(Story.id) == col(Alert.story))
        .where(col(DeliveryAlert.delivery).in_(deliveries))
        .order_by(col(Article.seen_at), col(Article.id), col(Subscription.name))
    )
    if not taken_out:
        query = query.where(col(DeliveryAlert.state) != LinkState.SUPPRESSED)
    found: dict[str, list[tuple[Alert, Subscription, Article, Story]]] = {}
    for delivery, alert, subscription, article, story in session.execute(query):
        found.setdefault(delivery, []).append((alert, subscription, article, story))
    return found


def outlets(session: Session, stories: Iterable[str]) -> dict[str, int]:
    """Count the sources that have each of the stories."""
    query = (
        select(col(Article.story), func.count(func.distinct(col(Article.source))))
        .where(col(Article.story).in_(set(stories)))
        .group_by(col(Article.story))
    )
    return {story: count for story, count in session.execute(query)}  # noqa: C416  # rows are not pairs to the checker


def first_told(session: Session, alerts: Sequence[Alert]) -> dict[tuple[str, str], datetime]:
    """Give when each (story, subscription) of the alerts was told first."""
    if not alerts:
        return {}
    query = (
        select(col(Alert.story), col(Alert.subscription), func.min(col(Alert.created_at)))
        .where(col(Alert.story).in_({row.story for row in alerts}), col(Alert.kind) == "new")
        .where(col(Alert.subscription).in_({row.subscription for row in alerts}))
        .group_by(col(Alert.story), col(Alert.subscription))
    )
    return {(story, subscription): at for story, subscription, at in session.execute(query)}


def emptied(session: Session, deliveries: Sequence[str]) -> set[str]:
    """Give the messages that were made of alerts, none of which is to be told any more."""
    is_open = case((col(DeliveryAlert.state) == LinkState.OPEN, 1), else_=0)
    query = (
        select(col(DeliveryAlert.delivery))
        .where(col(DeliveryAlert.delivery).in_(deliveries))
        .group_by(col(DeliveryAlert.delivery))
        .having(func.sum(is_open) == 0)
    )
    return {id_ for id_ in session.scalars(query) if id_ is not None}


def get(session: Session, id_: str) -> Alert:
    """Give an alert, or say that there is none."""
    row = session.get(Alert, id_)
    if row is None:
        raise NotFoundError(f'There is no alert "{id_}"', field="/id")
    return row


def page(
    session: Session, *, subscription: str | None = None, story: str | None = None, person: Owner | None = None,
    words: str = "", before: tuple[datetime, str] | None = None, limit: int = 50,
) -> list[Alert]:  # fmt: skip
    """Give alerts, the newest first, before the given (created, id).

    `person`: those of their subscriptions; `words`: those of articles with these words in their title, in any case.
    """
    query = select(Alert).order_by(col(Alert.created_at).desc(), col(Alert.id).desc()).limit(limit)
    if subscription is not None:
        query = query.where(col(Alert.subscription) == subscription)
    if story is not None:
        query = query.where(col(Alert.story) == story)
    if person is not None:
        mine = select(col(Subscription.id)).where(belongs(Subscription.person, person))
        query = query.where(col(Alert.subscription).in_(mine))
    if words:
        titled = select(col(Article.id)).where(col(Article.title).icontains(words, autoescape=True))
        query = query.where(col(Alert.article).in_(titled))
    if before is not None:
        at, id_ = before
        query = query.where((col(Alert.created_at) < at) | ((col(Alert.created_at) == at) & (col(Alert.id) < id_)))
    return list(session.scalars(query))


def links_of(session: Session, alerts: Sequence[str]) -> dict[str, list[DeliveryAlert]]:
    """Give the links of each of the alerts."""
    found: dict[str, list[DeliveryAlert]] = {id_: [] for id_ in alerts}
    for row in session.scalars(select(DeliveryAlert).where(col(DeliveryAlert.alert).in_(alerts))):
        found[row.alert].append(row)
    return found
