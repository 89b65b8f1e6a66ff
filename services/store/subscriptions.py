"""Subscriptions: what somebody asks to hear of, and where. Each change is logged, so that match workers learn of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, bindparam, delete, exists, func, select, union_all
from sqlmodel import Session, col

from services.errors import ConflictError, InvalidError, NotFoundError
from services.identity import drawn
from services.store import quarantine
from services.store.changes import log_change
from services.store.owners import Owner, belongs
from services.store.states import SubscriptionState
from services.store.tables import Alert, Channel, Subscription, SubscriptionChannel

CADENCES = ("instant", "hourly", "daily", "weekly")


def add(
    session: Session, *, person: str, name: str, query: str, rule_key: str, channels: Sequence[str], cadence: str,
    urgent: bool, now: datetime,
) -> Subscription:  # fmt: skip
    """Add an active subscription; it counts for the next article of every match worker."""
    name, cadence = _free_name(session, person, name), _known_cadence(cadence)
    row = Subscription(
        id=drawn(), person=person, name=name, query=query, rule_key=rule_key, cadence=cadence, urgent=urgent,
        created_at=now, changed_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    set_channels(session, row, channels)
    log_change(session, [rule_key], now)
    stopped = quarantine.reason_for(session, rule_key)
    if stopped is not None:
        row.state, row.reason = SubscriptionState.QUARANTINED, stopped
        session.add(row)
    return row


def _free_name(session: Session, person: str, name: str, but: str | None = None) -> str:
    """Give the name with single spaces; no other subscription of the person may have it."""
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise InvalidError("Enter a name of 1 to 120 characters", field="/name")
    same = select(col(Subscription.id)).where(col(Subscription.person) == person, col(Subscription.name) == name)
    if session.scalars(same).first() not in (None, but):
        raise ConflictError(f'You already have a subscription called "{name}"', field="/name")
    return name


def _known_cadence(cadence: str) -> str:
    if cadence not in CADENCES:
        raise InvalidError(f'There is no cadence "{cadence}". Expected one of: {", ".join(CADENCES)}', field="/cadence")
    return cadence


def describe(
    session: Session, row: Subscription, *, name: str | None = None, cadence: str | None = None,
    urgent: bool | None = None, note: str | None = None,
) -> None:  # fmt: skip
    """Change what a subscription is called and how it is told; its rule stays. An empty note takes it away."""
    if name is not None:
        row.name = _free_name(session, row.person, name, but=row.id)
    if cadence is not None:
        row.cadence = _known_cadence(cadence)
    if urgent is not None:
        row.urgent = urgent
    if note is not None:
        row.note = " ".join(note.split()) or None
    session.add(row)
    session.flush()


def set_channels(session: Session, subscription: Subscription, channels: Sequence[str]) -> None:
    """Say where the subscription's alerts go: one or more channels of the same person."""
    if not channels:
        raise InvalidError("Choose where alerts should go", field="/channels")
    for number, id_ in enumerate(dict.fromkeys(channels)):
        channel = session.get(Channel, id_)
        if channel is None or channel.person != subscription.person:
            raise NotFoundError(f'There is no channel "{id_}" of this person', field=f"/channels/{number}")
    session.execute(delete(SubscriptionChannel).where(col(SubscriptionChannel.subscription) == subscription.id))
    session.add_all(SubscriptionChannel(subscription=subscription.id, channel=id_) for id_ in dict.fromkeys(channels))
    session.flush()


def change(session: Session, row: Subscription, *, query: str | None = None, rule_key: str | None = None,
           state: SubscriptionState | None = None, reason: str | None = None, now: datetime) -> None:  # fmt: skip
    """Change the query or the state, and log both the old and the new rule.

    One in quarantine runs again with another query. Raises `ConflictError` if it is to run with one in quarantine.
    """
    keys = {row.rule_key}
    if query is not None and rule_key is not None:
        row.query, row.rule_key = query, rule_key
        keys.add(rule_key)
    if state is not None:
        row.state, row.reason = state, reason
    row.version, row.changed_at = row.version + 1, now
    session.add(row)
    session.flush()
    log_change(session, keys, now)
    stopped = quarantine.reason_for(session, row.rule_key)
    if stopped is not None and row.state == SubscriptionState.ACTIVE:
        raise ConflictError(stopped, field="/state" if query is None else "/query")


def hand_over(session: Session, row: Subscription, owner: str, channels: Sequence[str], now: datetime) -> None:
    """Make a subscription somebody else's, with channels of theirs; its alerts so far go with it."""
    row.name = _free_name(session, owner, row.name, but=row.id)
    row.person = owner
    session.add(row)
    session.flush()
    set_channels(session, row, channels)
    change(session, row, now=now)


def get(session: Session, id_: str) -> Subscription:
    """Give a subscription, or say that there is none."""
    row = session.get(Subscription, id_)
    if row is None:
        raise NotFoundError(f'There is no subscription "{id_}"', field="/subscription")
    return row


def count_of(session: Session, owner: str) -> int:
    """Count the subscriptions of a person or team, whatever their state."""
    mine = select(func.count()).select_from(Subscription).where(col(Subscription.person) == owner)
    return int(session.scalar(mine) or 0)


def names(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Give the names of subscriptions by their ids."""
    query = select(col(Subscription.id), col(Subscription.name)).where(col(Subscription.id).in_(set(ids)))
    return {id_: name for id_, name in session.execute(query)}  # noqa: C416  # rows are not pairs to the checker


def page(session: Session, *, person: Owner | None = None, after: str = "", limit: int = 50) -> list[Subscription]:
    """Give subscriptions in the order of their ids."""
    query = select(Subscription).where(col(Subscription.id) > after).order_by(col(Subscription.id)).limit(limit)
    return list(session.scalars(query if person is None else query.where(belongs(Subscription.person, person))))


# Built once, as it is asked for every article.
_CHANNELS_OF = (
    select(col(SubscriptionChannel.subscription), col(SubscriptionChannel.channel))
    .where(col(SubscriptionChannel.subscription).in_(bindparam("its_ids", expanding=True)))
    .order_by(col(SubscriptionChannel.channel))
)


def channels_of(session: Session, subscriptions: Sequence[str]) -> dict[str, list[str]]:
    """Give the channels of each of the subscriptions."""
    found: dict[str, list[str]] = {id_: [] for id_ in subscriptions}
    for subscription, channel in session.execute(_CHANNELS_OF, {"its_ids": subscriptions}):
        found[subscription].append(channel)
    return found


def asking(
    session: Session, rule_keys: Sequence[str], told: str | None, most: int
) -> tuple[list[Subscription], str | None]:
    """Give subscriptions that share the rules, of the first people, all of a person's together.

    None is paused; one in quarantine is owed what its rule found before. `told`: also those that were told of this
    story. With them goes the last person, or `None` if nobody is left.
    """
    query = _asking(rule_keys, told)
    rows = list(session.scalars(query.limit(most + 1)))
    if len(rows) <= most:
        return rows, None
    last = rows[-1].person
    whole = [row for row in rows if row.person != last]
    if whole:
        return whole, whole[-1].person
    return list(session.scalars(query.where(col(Subscription.person) == last))), last


def asking_between(
    session: Session, rule_keys: Sequence[str], told: str | None, after: str, until: str | None
) -> list[Subscription]:
    """Give what `asking` gives, of the people after `after` up to `until`, or up to the last."""
    query = _asking(rule_keys, told).where(col(Subscription.person) > after)
    return list(session.scalars(query if until is None else query.where(col(Subscription.person) <= until)))


def bounds(session: Session, rule_keys: Sequence[str], told: str | None, after: str, most: int) -> list[str]:
    """Cut the people after `after` who ask into parts with so many subscriptions each; give the last of each part.

    Found once, they make a part a range of an index; without them, all who are left would be sorted for each part.
    """
    mine = col(Subscription.rule_key).in_(rule_keys), col(Subscription.person) > after
    asks: Select[str] = select(col(Subscription.person).label("person")).where(*mine)
    knows = None if told is None else _told(told).where(col(Subscription.person) > after)
    its = (asks if knows is None else union_all(asks, knows)).subquery()
    numbered = select(its.c.person, func.row_number().over(order_by=its.c.person).label("number")).subquery()
    ends = select(numbered.c.person).where(numbered.c.number % most == 0).distinct().order_by(numbered.c.person)
    return list(session.scalars(ends))


def _told(story: str) -> Select[str]:
    people: Select[str] = select(col(Subscription.person).label("person"))
    its = (col(Alert.subscription) == col(Subscription.id)) & (col(Alert.story) == story) & (col(Alert.kind) == "new")
    return people.join(Alert, its)


def _asking(rule_keys: Sequence[str], told: str | None) -> Select[Subscription]:
    asks: ColumnElement[bool] = col(Subscription.rule_key).in_(rule_keys)
    if told is not None:
        its = col(Alert.subscription) == col(Subscription.id), col(Alert.story) == told, col(Alert.kind) == "new"
        asks = asks | exists(select(col(Alert.id)).where(*its))
    order = (col(Subscription.person), col(Subscription.id))
    return select(Subscription).where(asks, col(Subscription.state) != SubscriptionState.PAUSED).order_by(*order)
