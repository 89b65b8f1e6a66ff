"""Alerts and their links to channels: written once per subscription, story and kind, by the database's own keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, func, select, update
from sqlmodel import Session, SQLModel, col

from services.errors import NotFoundError
from services.identity import alert_id
from services.store.owners import Owner, belongs
from services.store.reader_tables import StoryMute
from services.store.states import LinkState
from services.store.tables import Alert, Article, DeliveryAlert, Story, Subscription
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


_ALERT, _LINK, _DELIVERY, _WINDOW, _ASKS = (
    SQLModel.metadata.tables[name] for name in ("alert", "delivery_alert", "delivery", "window", "subscription")
)
# Built once, as they are asked for every article: building them took longer than running them.
_KINDS_KNOWN = select(_ALERT.c.subscription, _ALERT.c.kind).where(
    _ALERT.c.story == bindparam("its_story"), _ALERT.c.subscription.in_(bindparam("its_ids", expanding=True))
)
_OF_PEOPLE = select(_ASKS.c.id).where(_ASKS.c.person.in_(bindparam("its_people", expanding=True)))
_HEARD = (
    select(_LINK.c.channel, _ALERT.c.subscription, _LINK.c.delivery, _WINDOW.c.closes_at)
    .join(_ALERT, _ALERT.c.id == _LINK.c.alert)
    .outerjoin(_WINDOW, _WINDOW.c.id == _LINK.c.window)
    .where(_LINK.c.alert.in_(bindparam("its_ids", expanding=True)))
    .where(_LINK.c.state.in_([LinkState.OPEN, LinkState.SENT]))
    .order_by(_ALERT.c.created_at.desc(), _ALERT.c.id)
)
_LAST = (
    select(_ALERT.c.subscription, _DELIVERY.c.channel, func.max(_DELIVERY.c.created_at))
    .select_from(_DELIVERY)
    .join(_LINK, _LINK.c.delivery == _DELIVERY.c.id)
    .join(_ALERT, _ALERT.c.id == _LINK.c.alert)
    .where(_DELIVERY.c.channel.in_(bindparam("its_channels", expanding=True)))
    .where(_DELIVERY.c.created_at > bindparam("its_since"))
    .where(_ALERT.c.subscription.in_(bindparam("its_ids", expanding=True)))
    .group_by(_ALERT.c.subscription, _DELIVERY.c.channel)
)
_SENT_SINCE = (
    select(_DELIVERY.c.channel, func.count())
    .where(_DELIVERY.c.channel.in_(bindparam("its_channels", expanding=True)))
    .where(_DELIVERY.c.created_at > bindparam("its_since"))
    .where(_DELIVERY.c.kind.not_in(["confirm", "digest", "group", "notice"]))
    .group_by(_DELIVERY.c.channel)
)
_MUTED = select(col(StoryMute.person)).where(
    col(StoryMute.story) == bindparam("its_story"), col(StoryMute.person).in_(bindparam("its_people", expanding=True))
)


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
    for subscription, kind in session.execute(_KINDS_KNOWN, {"its_story": story, "its_ids": subscriptions}):
        found.setdefault(subscription, set()).add(kind)
    return found


@dataclass(frozen=True, slots=True)
class Heard:
    """How a channel hears of a story: through which subscription, and when, if that is gathered and still waits."""

    through: str
    waits_until: datetime | None
    waits: bool = False
    before_split: bool = False


def heard_through(session: Session, story: str, kind: str, people: Iterable[str]) -> dict[str, Heard]:
    """Give, for each channel of these people that hears of the story in this kind, the subscription that brought it.

    `waits`: it has an alert of the story that waits for a window. Alerts are asked for by their ids, which are derived:
    a story may have hundreds of thousands.
    """
    theirs = session.scalars(_OF_PEOPLE, {"its_people": sorted(set(people))})
    ids = [alert_id(id_, story, kind) for id_ in theirs]
    found: dict[str, Heard] = {}
    for channel, subscription, delivery, closes_at in session.execute(_HEARD, {"its_ids": ids}):
        known = found.get(channel)
        waits = delivery is None or (known is not None and known.waits)
        heard = Heard(subscription, closes_at if delivery is None else None, waits)
        if known is None or known.waits_until is not None:
            found[channel] = heard
        else:
            found[channel] = replace(known, waits=waits)
    return found


def heard_before(
    session: Session, parted_from: str, story: str, article: str | None, people: Iterable[str]
) -> dict[str, Heard]:
    """Give, for each channel of these people that heard of an article when it was in the story that its own was parted
    from, the subscription that brought it. `None`: of any of the articles that the story has now.

    What waits for a window there counts as heard: it leaves.
    """
    ids = list(session.scalars(_OF_PEOPLE, {"its_people": sorted(set(people))}))
    its = select(col(Article.id)).where(col(Article.story) == story) if article is None else [article]
    there = col(Alert.story) == parted_from, col(Alert.subscription).in_(ids), col(Alert.article).in_(its)
    query = (
        select(col(DeliveryAlert.channel), col(Alert.subscription))
        .join(Alert, col(Alert.id) == col(DeliveryAlert.alert))
        .where(*there, col(DeliveryAlert.state).in_([LinkState.OPEN, LinkState.SENT]))
        .order_by(col(Alert.created_at).desc(), col(Alert.id))
    )
    rows = session.execute(query)
    return {channel: Heard(subscription, None, before_split=True) for channel, subscription in rows}


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


def last_messages(
    session: Session, subscriptions: Sequence[str], channels: Sequence[str], since: datetime
) -> dict[tuple[str, str], datetime]:
    """Give when each (subscription, channel) last had a message put on its way, if after `since`.

    Found by the channels, which have few messages in so short a time, and not by all alerts there ever were.
    """
    its = {"its_ids": subscriptions, "its_channels": channels, "its_since": since}
    return {(subscription, channel): at for subscription, channel, at in session.execute(_LAST, its)}


def sent_since(session: Session, channels: Iterable[str], since: datetime) -> dict[str, int]:
    """Count the messages of one story each that were put on their way to the channels after `since`."""
    found = session.execute(_SENT_SINCE, {"its_channels": sorted(channels), "its_since": since})
    return {channel: count for channel, count in found}  # noqa: C416  # rows are not pairs to the checker


def muted_by(session: Session, story: str, people: Iterable[str]) -> set[str]:
    """Give those of the people who want to hear no more of the story."""
    return set(session.scalars(_MUTED, {"its_story": story, "its_people": sorted(set(people))}))


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
