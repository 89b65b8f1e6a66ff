"""Tell the people of a rule that it went into quarantine, and later that it runs again: by their own channels, once.

A page of its subscriptions is told at a time, and the rule's row notes how far that went in the transaction that puts
the messages on their way; each channel is told once, whoever looks. Operators are told by `services.incidents`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlmodel import Session

from services.broker import Stage
from services.channels.notices import notice
from services.noticing import Desk
from services.store import channels, deliveries, quarantine, subscriptions
from services.store.states import ChannelState
from services.store.tables import Channel, Delivery, Rule, Subscription
from services.store.work import Work

log = structlog.get_logger(__name__)

AT_ONCE = 200
_USABLE = (ChannelState.ACTIVE, ChannelState.FAILING)


@dataclass(frozen=True, slots=True)
class _Said:
    event: str
    title: str
    text: str


def tell_of_quarantine(work: Work, desk: Desk, now: datetime) -> int:
    """Tell the next people of one rule; give how many subscriptions it was about."""
    rule = quarantine.next_untold(work.session)
    if rule is None:
        return 0
    rows = quarantine.untold_of(work.session, rule, AT_ONCE)
    for channel, its in _by_channel(work.session, rows):
        _tell(work, desk, rule, channel, its, now)
    rule.told_to = rows[-1].id if len(rows) == AT_ONCE else None
    work.session.add(rule)
    return len(rows)


def _tell(work: Work, desk: Desk, rule: Rule, channel: Channel, its: Sequence[Subscription], now: datetime) -> None:
    said = _said(rule, its)
    since = rule.quarantined_at or rule.released_at or now
    key = f"{said.event}:{rule.rule_key}:{since.isoformat()}"
    id_ = deliveries.put(work.session, channel=channel.id, dedupe_key=key, kind="notice", story=None, now=now)
    if id_ is None:
        return
    delivery = work.session.get_one(Delivery, id_)
    delivery.subject, delivery.body = notice(
        said.event, channel.kind, channels.opened(desk.vault(), channel)[0], title=said.title, text=said.text,
        sender=desk.sender, id_=id_, now=now, link=f"{desk.url}/subscriptions/{its[0].id}" if desk.url else None,
    )  # fmt: skip
    work.session.add(delivery)
    work.hint(Stage.DELIVER)


def _said(rule: Rule, its: Sequence[Subscription]) -> _Said:
    named = its[0].name if len(its) == 1 else f"{len(its)} subscriptions"
    listed = "\n".join(f"{row.name}: {row.query}" for row in its)
    if rule.quarantined_at is None:
        text = f"An operator let its query run again, from the next article on.\n\n{listed}"
        return _Said("subscription.released", f"Runs again: {named}", text)
    text = f"{quarantine.why(rule)}. Until then it brings no alerts.\n\n{listed}\n\nThe last time: it {rule.said}."
    return _Said("subscription.quarantined", f"In quarantine: {named}", text)


def _by_channel(session: Session, rows: Sequence[Subscription]) -> list[tuple[Channel, list[Subscription]]]:
    """Give each channel of these subscriptions with its own; where none of a subscription's works, another does."""
    goes = subscriptions.channels_of(session, [row.id for row in rows])
    found: dict[str, tuple[Channel, list[Subscription]]] = {}
    for row in rows:
        usable = [one for one in (channels.get(session, id_) for id_ in goes[row.id]) if one.state in _USABLE]
        for channel in usable or channels.working_of(session, row.person):
            found.setdefault(channel.id, (channel, []))[1].append(row)
        if not usable and row.id not in {one.id for _, its in found.values() for one in its}:
            log.warning("nobody can be told about a subscription in quarantine", subscription=row.id)
    return [found[id_] for id_ in sorted(found)]
