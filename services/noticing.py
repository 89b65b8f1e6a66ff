"""Look after channels that fail: tell their owner elsewhere, send by the channel they fall back to, give up at last.

    failing for N minutes, with a fallback       the fallback is told, and what waits goes out by it
    failing for N minutes, without one           the owner is told on another channel; what waits is tried again
    works again                                  whoever was told of the failure is told of its end
    failing for five days, or gone               disabled, its owner told; what waited is dead and can be replayed

A channel that fell back is still tried with new messages whenever its breaker lets one pass. Each step changes a row
in the transaction that puts its message on its way, so that it happens once, whoever looks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import func, select, update
from sqlmodel import Session, col

from services.broker import Stage
from services.channels.notices import notice
from services.store import breaker, channels, deliveries, people
from services.store.secrets import Vault
from services.store.states import ChannelState, DeliveryState, LinkState
from services.store.tables import Channel, Delivery, DeliveryAlert
from services.store.work import Work

log = structlog.get_logger(__name__)

AT_ONCE = 500
_USABLE = (ChannelState.ACTIVE, ChannelState.FAILING)


@dataclass(frozen=True, slots=True)
class Desk:
    """What notices need: what opens addresses, who sends, the address of the pages; `gives_up` ends a long failure."""

    vault: Callable[[], Vault]
    sender: str
    url: str
    gives_up: timedelta = timedelta(hours=120)


def look_after(work: Work, desk: Desk, now: datetime) -> None:
    """Do for each channel in trouble, or just out of it, what is due."""
    session = work.session
    open_ends = (col(Channel.state) != ChannelState.DISABLED) | col(Channel.told_at).is_(None)
    failing = select(Channel).where(col(Channel.failing_since).is_not(None), open_ends)
    over = select(Channel).where(col(Channel.handed_at).is_not(None), col(Channel.failing_since).is_(None))
    # Each is looked up alone, in an index: together they would be looked for among all channels.
    looks = failing.order_by(col(Channel.failing_since)), over.order_by(col(Channel.handed_at))
    for channel in [row for look in looks for row in session.scalars(look.limit(AT_ONCE)).all()]:
        if channel.state == ChannelState.DISABLED:
            _tell_disabled(work, channel, desk, now)
        elif channel.failing_since is None:
            _works_again(work, channel, desk, now)
        elif now - channel.failing_since >= desk.gives_up:
            reason = (
                f"it failed for {desk.gives_up.total_seconds() / 3600:.0f} hours; the last answer: {channel.reason}"
            )
            breaker.disable(session, channel, reason[:300], "tries_exhausted", now)
            _tell_disabled(work, channel, desk, now)
        elif now - channel.failing_since >= timedelta(seconds=channel.fallback_after_s):
            _fails(work, channel, desk, now)


def _fails(work: Work, channel: Channel, desk: Desk, now: datetime) -> None:
    fallback = _usable(work.session, channel.fallback)
    waits = f"{_waiting(work.session, channel):,}"
    began = _began(work.session, channel)
    if fallback is not None and channel.handed_at is None:
        text = f"{began}\nYour alerts come here until it works again. None is lost; {waits} waited and follow now."
        channel.handed_at = channel.told_at = now
        _tell(work, channel, fallback, "failing", f"{channel.label} does not take alerts", text, desk, now)
    elif fallback is None and channel.told_at is None:
        text = f"{began}\nWhat waits for it is tried again and none is lost; {waits} wait."
        channel.told_at = now
        to = _elsewhere(work.session, channel)
        _tell(work, channel, to, "failing", f"{channel.label} does not take alerts", text, desk, now)
    if fallback is not None:
        _reroute(work, channel, fallback, now)
    work.session.add(channel)


def _works_again(work: Work, channel: Channel, desk: Desk, now: datetime) -> None:
    fallback = _usable(work.session, channel.fallback)
    if fallback is not None:
        text = (
            f"{channel.label} takes messages again. Your alerts go there; what already came here does not come twice."
        )
        _tell(work, channel, fallback, "works again", f"{channel.label} works again", text, desk, now)
    channel.handed_at = channel.told_at = None
    work.session.add(channel)


def _tell_disabled(work: Work, channel: Channel, desk: Desk, now: datetime) -> None:
    dead = col(Delivery.channel) == channel.id, col(Delivery.state) == DeliveryState.DEAD
    count = work.session.scalar(select(func.count()).select_from(Delivery).where(*dead)) or 0
    text = (
        f"{channel.label} takes no messages and was disabled: {channel.reason}.\n"
        f"{count:,} messages for it are kept and can be sent again when it is mended."
    )
    told = _usable(work.session, channel.fallback) or _elsewhere(work.session, channel)
    channel.told_at, channel.handed_at = now, None
    work.session.add(channel)
    _tell(work, channel, told, "disabled", f"{channel.label} was disabled", text, desk, now)


def _tell(
    work: Work, channel: Channel, to: Channel | None, event: str, title: str, text: str, desk: Desk, now: datetime
) -> None:
    if to is None:
        log.warning("nobody can be told about a channel", channel=channel.id, what=event)
        return
    key = f"notice:{event}:{channel.id}:{(channel.failing_since or now).isoformat()}"
    id_ = deliveries.put(work.session, channel=to.id, dedupe_key=key, kind="notice", story=None, now=now)
    if id_ is None:
        return
    row = work.session.get_one(Delivery, id_)
    row.subject, row.body = notice(
        f"channel.{event.replace(' ', '_')}", to.kind, channels.opened(desk.vault(), to)[0], title=title, text=text,
        sender=desk.sender, id_=id_, now=now, link=f"{desk.url}/channels/{channel.id}" if desk.url else None,
    )  # fmt: skip
    work.session.add(row)
    work.hint(Stage.DELIVER)


def _reroute(work: Work, channel: Channel, fallback: Channel, now: datetime) -> None:
    """Send what waits by the fallback, under the same ids; what that was told of already is not told twice."""
    session = work.session
    waits = (
        col(Delivery.channel) == channel.id, col(Delivery.state) == DeliveryState.PENDING, col(Delivery.via).is_(None),
        col(Delivery.kind).not_in(["confirm", "test"]),
        (col(Delivery.tries) > 0) | (channel.breaker_until > now),
    )  # fmt: skip
    ids = session.scalars(
        select(col(Delivery.id)).where(*waits).order_by(col(Delivery.created_at)).limit(AT_ONCE)
    ).all()
    if not ids:
        return
    keys = select(col(Delivery.dedupe_key)).where(col(Delivery.channel) == fallback.id)
    told = col(Delivery.id).in_(ids), col(Delivery.dedupe_key).like("story:%"), col(Delivery.dedupe_key).in_(keys)
    ended = {"state": DeliveryState.SUPPRESSED, "reason": f"told on {fallback.label} already", "ended_at": now}
    known = session.scalars(update(Delivery).where(*told).values(**ended).returning(col(Delivery.id))).all()
    links = update(DeliveryAlert).where(col(DeliveryAlert.delivery).in_(known))
    session.execute(links.values(state=LinkState.SUPPRESSED))
    by = {
        "via": fallback.id, "lane": fallback.lane, "due_at": now, "tries": 0, "subject": None, "body": None,
        "rendered_at": None,
    }  # fmt: skip
    session.execute(update(Delivery).where(col(Delivery.id).in_(ids), *waits).values(**by))
    work.hint(Stage.DELIVER)


def _began(session: Session, channel: Channel) -> str:
    assert channel.failing_since is not None
    zone = people.get(session, channel.person).timezone
    since = channel.failing_since.astimezone(ZoneInfo(zone))
    return f"{channel.label} has refused messages since {since:%H:%M on} {since.day} {since:%B} ({channel.reason})."


def _waiting(session: Session, channel: Channel) -> int:
    waits = col(Delivery.channel) == channel.id, col(Delivery.state) == DeliveryState.PENDING
    return int(session.scalar(select(func.count()).select_from(Delivery).where(*waits)) or 0)


def _usable(session: Session, id_: str | None) -> Channel | None:
    """Give a channel if it takes messages at the moment."""
    row = session.get(Channel, id_) if id_ else None
    return row if row is not None and row.state in _USABLE and row.failing_since is None else None


def _elsewhere(session: Session, channel: Channel) -> Channel | None:
    """Give another channel of the same person that works, mail before others."""
    others = (
        col(Channel.person) == channel.person, col(Channel.id) != channel.id, col(Channel.failing_since).is_(None),
        col(Channel.state).in_(_USABLE),
    )  # fmt: skip
    order = (col(Channel.kind) != "email", col(Channel.created_at), col(Channel.id))
    return session.scalars(select(Channel).where(*others).order_by(*order).limit(1)).first()
