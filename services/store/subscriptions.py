"""Subscriptions, and the change log by which every match worker learns of them before its next batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update
from sqlmodel import Session, col

from services.errors import ConflictError, InvalidError, NotFoundError
from services.identity import drawn
from services.store.owners import Owner, belongs
from services.store.states import SubscriptionState
from services.store.tables import Alert, Channel, Counter, RuleChange, Subscription, SubscriptionChannel
from services.store.work import insert_into

CADENCES = ("instant", "hourly", "daily", "weekly")
BREACHES = 3  # a query that fails so often no longer runs


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
    """Change the query or the state, and log both the old and the new rule."""
    keys = {row.rule_key}
    if query is not None and rule_key is not None:
        row.query, row.rule_key, row.breaches = query, rule_key, 0
        keys.add(rule_key)
    if state is not None:
        row.state, row.reason = state, reason
        row.breaches = 0 if state is SubscriptionState.ACTIVE else row.breaches
    row.version, row.changed_at = row.version + 1, now
    session.add(row)
    session.flush()
    log_change(session, keys, now)


def hand_over(session: Session, row: Subscription, owner: str, channels: Sequence[str], now: datetime) -> None:
    """Make a subscription somebody else's, with channels of theirs; its alerts so far go with it."""
    row.name = _free_name(session, owner, row.name, but=row.id)
    row.person = owner
    session.add(row)
    session.flush()
    set_channels(session, row, channels)
    change(session, row, now=now)


def log_change(session: Session, rule_keys: Iterable[str], now: datetime) -> None:
    """Append to the change log. The counter's row lock makes the order of numbers the order of commits."""
    for key in sorted(rule_keys):
        session.add(RuleChange(seq=_next(session, "rule_change"), rule_key=key, at=now))
    session.flush()


def get(session: Session, id_: str) -> Subscription:
    """Give a subscription, or say that there is none."""
    row = session.get(Subscription, id_)
    if row is None:
        raise NotFoundError(f'There is no subscription "{id_}"', field="/subscription")
    return row


def names(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Give the names of subscriptions by their ids."""
    query = select(col(Subscription.id), col(Subscription.name)).where(col(Subscription.id).in_(set(ids)))
    return {id_: name for id_, name in session.execute(query)}  # noqa: C416  # rows are not pairs to the checker


def page(session: Session, *, person: Owner | None = None, after: str = "", limit: int = 50) -> list[Subscription]:
    """Give subscriptions in the order of their ids."""
    query = select(Subscription).where(col(Subscription.id) > after).order_by(col(Subscription.id)).limit(limit)
    return list(session.scalars(query if person is None else query.where(belongs(Subscription.person, person))))


def channels_of(session: Session, subscriptions: Sequence[str]) -> dict[str, list[str]]:
    """Give the channels of each of the subscriptions."""
    found: dict[str, list[str]] = {id_: [] for id_ in subscriptions}
    query = select(SubscriptionChannel).where(col(SubscriptionChannel.subscription).in_(subscriptions))
    for link in session.scalars(query.order_by(col(SubscriptionChannel.channel))):
        found[link.subscription].append(link.channel)
    return found


def asking(
    session: Session, rule_keys: Sequence[str], told: str | None, after: str, most: int
) -> tuple[list[Subscription], str | None]:
    """Give active subscriptions that share the rules, of the people after `after`, all of a person's together.

    `told`: also those that were told of this story. With them goes the last person, or `None` if nobody is left.
    """
    asks: ColumnElement[bool] = col(Subscription.rule_key).in_(rule_keys)
    if told is not None:
        knows = select(col(Alert.subscription)).where(col(Alert.story) == told, col(Alert.kind) == "new")
        asks = asks | col(Subscription.id).in_(knows)
    query = (
        select(Subscription)
        .where(asks, col(Subscription.state) == SubscriptionState.ACTIVE)
        .order_by(col(Subscription.person), col(Subscription.id))
    )
    rows = list(session.scalars(query.where(col(Subscription.person) > after).limit(most + 1)))
    if len(rows) <= most:
        return rows, None
    last = rows[-1].person
    whole = [row for row in rows if row.person != last]
    if whole:
        return whole, whole[-1].person
    return list(session.scalars(query.where(col(Subscription.person) == last))), last


def record_breach(session: Session, rule_key: str, reason: str, now: datetime) -> None:
    """Count a failure of a rule; at the third its subscriptions are put in quarantine with the reason."""
    mine = col(Subscription.rule_key) == rule_key, col(Subscription.state) == SubscriptionState.ACTIVE
    session.execute(update(Subscription).where(*mine).values(breaches=Subscription.breaches + 1))
    over = session.scalars(select(Subscription).where(*mine, col(Subscription.breaches) >= BREACHES)).all()
    for row in over:
        change(session, row, state=SubscriptionState.QUARANTINED, reason=reason, now=now)


def _next(session: Session, name: str) -> int:
    row = insert_into(session, Counter).values(name=name, value=1)
    upsert = row.on_conflict_do_update(index_elements=["name"], set_={"value": Counter.value + 1})
    value: int = session.execute(upsert.returning(col(Counter.value))).scalar_one()
    return value
