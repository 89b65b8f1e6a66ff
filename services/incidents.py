"""Watch the service itself, and tell operators once when something begins and once when it is over.

Whichever process comes first looks, every half minute; what it sees is compared with the incidents that are open. What
is told goes out as messages do, by each channel that an operator named for it; without one, the pages and the log tell.
A thing that begins again within the hour is not told again: a source that flaps would ring all day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services import symptoms
from services.broker import Stage
from services.channels.notices import notice
from services.store import channels, deliveries, incidents, turns
from services.store.incidents import Symptom
from services.store.secrets import Vault
from services.store.tables import Channel, Delivery, Incident
from services.store.work import Store, Work
from services.symptoms import Bounds

log = structlog.get_logger(__name__)

EVERY = timedelta(seconds=30)
QUIET_FOR = timedelta(hours=1)
MOST_LINES = 30


@dataclass(frozen=True, slots=True)
class Watch:
    """What watching needs: bounds, what opens addresses, who sends, the address of the pages, the broker's state."""

    bounds: Bounds
    vault: Callable[[], Vault]
    sender: str
    url: str
    broker: Callable[[], bool | None] = lambda: None


def look(store: Store, watch: Watch, now: datetime, every: timedelta = EVERY) -> bool:
    """Look once if it is time; say whether this was the one that looked. Safe to run beside itself."""
    with store.read() as session:
        if not turns.is_due(session, "incidents", now, every):
            return False
        seen = symptoms.found(session, watch.bounds, now, broker=watch.broker())
    with store.write() as work:
        if not turns.take(work.session, "incidents", now, every):
            return False
        incidents.note(work.session, seen, now)
        _tell(work, watch, seen, now)
    return True


def _tell(work: Work, watch: Watch, seen: Sequence[Symptom], now: datetime) -> None:
    patience = {one.key: one.patience for one in seen}
    rows = incidents.untold(work.session)
    begun = [row for row in rows if row.ended_at is None and now - row.began_at >= patience.get(row.key, EVERY)]
    recent = incidents.told_since(work.session, (row.key for row in begun), now - QUIET_FOR)
    for row in begun:
        row.told_at = now
        row.over_told_at = now if row.key in recent else None  # who is not told that it began is not told of its end
    over = [row for row in rows if row.ended_at is not None]
    for row in over:
        row.over_told_at = now
    work.session.add_all([*begun, *over])
    begun = [row for row in begun if row.key not in recent]
    for row in begun:
        log.warning("incident", kind=row.kind, what=row.text)
    for row in over:
        log.info("incident over", kind=row.kind, what=row.text)
    if begun or over:
        for channel in incidents.operators(work.session):
            _send(work, watch, channel, begun, over, now)


def _send(
    work: Work, watch: Watch, channel: Channel, begun: Sequence[Incident], over: Sequence[Incident], now: datetime
) -> None:
    title, text = said(begun, over)
    ids = "\n".join([*(f"+{row.id}" for row in begun), *(f"-{row.id}" for row in over)])
    key = "incidents:" + hashlib.sha256(ids.encode()).hexdigest()[:24]
    id_ = deliveries.put(work.session, channel=channel.id, dedupe_key=key, kind="notice", story=None, now=now)
    if id_ is None:
        return
    row = work.session.get_one(Delivery, id_)
    row.subject, row.body = notice(
        "incidents", channel.kind, channels.opened(watch.vault(), channel)[0], title=title, text=text,
        sender=watch.sender, id_=id_, now=now, link=f"{watch.url}/incidents" if watch.url else None,
    )  # fmt: skip
    work.session.add(row)
    work.hint(Stage.DELIVER)


def said(begun: Sequence[Incident], over: Sequence[Incident]) -> tuple[str, str]:
    """Give the title and the text of a message to operators."""
    lines = [row.text for row in begun] + [f"Over: {row.text}" for row in over]
    if len(lines) == 1:
        title = lines[0].partition(": ")[0] if begun else lines[0].partition(": ")[2].partition(": ")[0] + ": over"
    elif begun:
        title = f"{len(begun)} thing{'s need' if len(begun) > 1 else ' needs'} an operator"
    else:
        title = f"{len(over)} things are well again"
    more = [f"and {len(lines) - MOST_LINES:,} more"] if len(lines) > MOST_LINES else []
    return title, "\n".join([*lines[:MOST_LINES], *more])
