"""Ask whether subscriptions that nobody touched for half a year are still wanted, and retire those nobody answers for.

    nobody changed it, kept it or said anything of its alerts for 180 days    its channels are asked; it goes on
    nobody answers for 30 days more                                           it is paused, and its channels are told

The link in the message keeps it, or wakes it later. Nothing is deleted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from services.broker import Stage
from services.channels.notices import notice
from services.reader_links import ReaderLinks
from services.store import audit, channels, deliveries, stale, subscriptions, turns
from services.store.states import ChannelState, SubscriptionState
from services.store.tables import Channel, Delivery, Subscription
from services.store.work import Store, Work

EVERY = timedelta(hours=1)
AT_ONCE = 200
UNANSWERED = "nobody said that it is still wanted"
_USABLE = (ChannelState.ACTIVE, ChannelState.FAILING)


@dataclass(frozen=True, slots=True)
class Asker:
    """What asking needs: after how long, how long an answer is waited for, the links, who sends."""

    after: timedelta
    wait: timedelta
    links: ReaderLinks
    sender: str


def ask(store: Store, asker: Asker, now: datetime) -> int:
    """Ask and retire once an hour; give how many subscriptions it was about. Safe to run beside itself."""
    with store.read() as session:
        if not turns.is_due(session, "asking", now, EVERY):
            return 0
    with store.write() as work:
        if not turns.take(work.session, "asking", now, EVERY):
            return 0
        asked = stale.untouched(work.session, now - asker.after, AT_ONCE)
        for row in asked:
            row.asked_at = now
            work.session.add(row)
        ended = stale.unanswered(work.session, now - asker.wait, AT_ONCE)
        for row in ended:
            subscriptions.change(work.session, row, state=SubscriptionState.PAUSED, reason=UNANSWERED, now=now)
            audit.record(work.session, now, "tocsin", "subscription retired", row.id, after=UNANSWERED)
        until = f"{now + asker.wait:%d %B}".lstrip("0")
        _tell(
            work,
            asker,
            asked,
            "Still wanted?",
            f"They go on until {until}, and are paused then unless you keep them.",
            now,
        )
        _tell(work, asker, ended, "Paused", "Nobody said that they are still wanted. A link wakes its own again.", now)
        return len(asked) + len(ended)


def _tell(work: Work, asker: Asker, rows: Sequence[Subscription], title: str, what: str, now: datetime) -> None:
    """Send one message to each channel, about all of its subscriptions."""
    for channel, its in _by_channel(work.session, rows):
        said = "".join(f"\n{row.name}\n{row.query}\n{asker.links.wanted(row.id)}\n" for row in its)
        names = its[0].name if len(its) == 1 else f"{len(its)} subscriptions"
        ids = hashlib.sha256("\n".join(row.id for row in its).encode()).hexdigest()[:24]
        key = f"wanted:{title}:{now.isoformat()}:{ids}"
        id_ = deliveries.put(work.session, channel=channel.id, dedupe_key=key, kind="notice", story=None, now=now)
        if id_ is None:
            continue
        delivery = work.session.get_one(Delivery, id_)
        delivery.subject, delivery.body = notice(
            "subscriptions.stale", channel.kind, channels.opened(asker.links.vault, channel)[0],
            title=f"{title.rstrip('?')}{'?' if title.endswith('?') else ':'} {names}",
            text=f"Nobody has changed these or answered an alert of theirs for long. {what}\n{said}",
            sender=asker.sender, id_=id_, now=now,
        )  # fmt: skip
        work.session.add(delivery)
        work.hint(Stage.DELIVER)


def _by_channel(session: Session, rows: Sequence[Subscription]) -> list[tuple[Channel, list[Subscription]]]:
    goes = subscriptions.channels_of(session, [row.id for row in rows])
    found: dict[str, list[Subscription]] = {}
    for row in rows:
        for id_ in goes[row.id]:
            found.setdefault(id_, []).append(row)
    pairs = [(channels.get(session, id_), its) for id_, its in sorted(found.items())]
    return [(channel, its) for channel, its in pairs if channel.state in _USABLE]


def keep(work: Work, subscription: str, now: datetime) -> Subscription:
    """Keep a subscription by its link; one that was retired runs again, one that somebody paused stays paused."""
    row = subscriptions.get(work.session, subscription)
    row.asked_at, row.wanted_at = None, now
    work.session.add(row)
    if row.state == SubscriptionState.PAUSED and row.reason == UNANSWERED:
        subscriptions.change(work.session, row, state=SubscriptionState.ACTIVE, now=now)
    audit.record(work.session, now, "link in a message", "subscription kept", row.id)
    return row
