"""Add and change subscriptions, and leave them by the link in a mail."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from services.broker import Stage
from services.errors import InvalidError, TooManyError
from services.queries.canonical import rule_key
from services.queries.parser import Lookups, Parsed, parse
from services.store import (
    audit,
    leaving,
    people,
    subscriptions,
    windows,
)
from services.store.states import SubscriptionState
from services.store.tables import Subscription
from services.store.work import Work


@dataclass(frozen=True, slots=True)
class SubscriptionChange:
    """What to change of a subscription; `None` stays as it is. `awake` ends a snooze, `wanted` says it is wanted."""

    name: str | None = None
    query: str | None = None
    channels: Sequence[str] | None = None
    cadence: str | None = None
    state: str | None = None
    urgent: bool | None = None
    note: str | None = None
    muted: bool | None = None
    snoozed_until: datetime | None = None
    awake: bool = False
    wanted: bool = False


def check_query(query: str, lookups: Lookups, field: str = "/query") -> Parsed:
    """Read a query; an error of it points into the field it was sent in."""
    try:
        return parse(query, lookups)
    except InvalidError as error:
        error.field = field
        raise


def rule_id(parsed: Parsed) -> str:
    """Give the id that equal queries share: a hash of the rule key."""
    return hashlib.blake2b(rule_key(parsed.tree).encode(), digest_size=13).hexdigest()


def check_quota(session: Session, owner: str, most: int) -> None:
    """Refuse one more subscription of a person or team that has as many as one may have; 0: any number."""
    if most and subscriptions.count_of(session, owner) >= most:
        message = f"One may have {most:,} subscriptions, paused ones among them. Change one, or ask an operator"
        raise TooManyError(message, field="/query")


def add_subscription(
    work: Work, lookups: Lookups, actor: str, *, person: str, name: str, query: str, channel_ids: Sequence[str],
    cadence: str, urgent: bool, now: datetime, note: str | None = None,
) -> Subscription:  # fmt: skip
    """Add a standing query of a person and where its alerts go."""
    owner = people.get(work.session, person)
    parsed = check_query(query, lookups)
    row = subscriptions.add(
        work.session, person=owner.id, name=name, query=parsed.text, rule_key=rule_id(parsed), channels=channel_ids,
        cadence=cadence, urgent=urgent, now=now,
    )  # fmt: skip
    row.note = note
    audit.record(work.session, now, actor, "subscription added", row.id, after=row.query)
    return row


def change_subscription(
    work: Work, lookups: Lookups, actor: str, row: Subscription, wanted: SubscriptionChange, now: datetime
) -> None:
    """Change a subscription. Saving its query or making it active lets it run again after a quarantine."""
    before = row.query
    parsed = None if wanted.query is None else check_query(wanted.query, lookups)
    subscriptions.describe(
        work.session, row, name=wanted.name, cadence=wanted.cadence, urgent=wanted.urgent, note=wanted.note
    )
    _quieten(work, row, wanted, now)
    if wanted.channels is not None:
        subscriptions.set_channels(work.session, row, wanted.channels)
    state = None if wanted.state is None else SubscriptionState(wanted.state)
    if parsed is not None and state is None and row.state == SubscriptionState.QUARANTINED:
        state = SubscriptionState.ACTIVE
    subscriptions.change(
        work.session, row, query=parsed.text if parsed else None, rule_key=rule_id(parsed) if parsed else None,
        state=state, now=now,
    )  # fmt: skip
    audit.record(work.session, now, actor, "subscription changed", row.id, before=before, after=row.query)


def _quieten(work: Work, row: Subscription, wanted: SubscriptionChange, now: datetime) -> None:
    """Mute, snooze or wake a subscription; what a snooze held leaves when it ends early."""
    if wanted.muted is not None:
        row.muted = wanted.muted
    if wanted.wanted or wanted.state == SubscriptionState.ACTIVE:
        row.asked_at, row.wanted_at = None, now
    if wanted.awake or wanted.snoozed_until is not None:
        if wanted.snoozed_until is not None and wanted.snoozed_until <= now:
            raise InvalidError("Enter a time to come, until which it is to sleep", field="/snoozed_until")
        if row.muted_at is not None:
            its = subscriptions.channels_of(work.session, [row.id])[row.id]
            windows.end_snooze(work.session, its, row.muted_at, now)
            work.hint(Stage.DELIVER)
        row.muted_at = None if wanted.awake else now
        row.muted_until = wanted.snoozed_until
    work.session.add(row)


def leave(work: Work, token: str, now: datetime) -> leaving.Leaving:
    """Unsubscribe by the link in a mail; a second time changes nothing."""
    found = leaving.of_token(work.session, token)
    leaving.leave(work.session, found, now)
    for row in found.subscriptions:
        audit.record(work.session, now, "link in a mail", "unsubscribed", row.id, after=found.channel.id)
    return found
