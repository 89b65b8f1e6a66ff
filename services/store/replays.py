"""Dead letters sent again: one, all that a filter names, or those of a time. The ids stay the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlmodel import Session, col

from services.errors import ConflictError
from services.store.owners import Owner, belongs
from services.store.states import ChannelState, DeliveryState, LinkState
from services.store.tables import Channel, Delivery, DeliveryAlert, Suppression

AT_ONCE = 1000
GROUPS = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which dead deliveries: of a channel, with a reason code, that died in a time. What is `None` does not count."""

    channel: str | None = None
    reason_code: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def words(self) -> str:
        """Say the filter in a few words, for the audit log."""
        parts = [f"channel {self.channel}" if self.channel else "", self.reason_code or ""]
        parts += [f"since {self.since.isoformat()}" if self.since else ""]
        parts += [f"until {self.until.isoformat()}" if self.until else ""]
        return ", ".join(filter(None, parts)) or "all dead"


def replay_all(session: Session, wanted: Wanted, now: datetime) -> int:
    """Put all that the filter names on their way again; those whose channel is disabled or address suppressed stay."""
    total = 0
    while True:
        some = select(col(Delivery.id)).where(*_dead(wanted), _can_go()).order_by(col(Delivery.id)).limit(AT_ONCE)
        ids = session.scalars(some.with_for_update(skip_locked=True)).all()
        if not ids:
            return total
        again: dict[str, Any] = {  # Any: values of columns
            "state": DeliveryState.PENDING, "due_at": now, "tries": 0, "reason": None, "reason_code": None,
            "ended_at": None,
        }  # fmt: skip
        session.execute(update(Delivery).where(col(Delivery.id).in_(ids)).values(**again))
        links = update(DeliveryAlert).where(col(DeliveryAlert.delivery).in_(ids))
        session.execute(links.values(state=LinkState.OPEN))
        total += len(ids)


def groups(session: Session, person: Owner | None = None) -> list[tuple[str, str, int]]:
    """Give dead deliveries by channel and reason code, the most first: channel, code, how many."""
    number = func.count(col(Delivery.id))
    code = func.coalesce(col(Delivery.reason_code), "")
    query = select(col(Delivery.channel), code, number).where(col(Delivery.state) == DeliveryState.DEAD)
    if person is not None:
        query = query.where(col(Delivery.channel).in_(select(col(Channel.id)).where(belongs(Channel.person, person))))
    grouped = query.group_by(col(Delivery.channel), code).order_by(number.desc(), col(Delivery.channel)).limit(GROUPS)
    return [(channel, reason, count) for channel, reason, count in session.execute(grouped)]


def count(session: Session, wanted: Wanted) -> tuple[int, int]:
    """Count what the filter names, and how much of it could be sent again."""
    all_ = select(func.count()).select_from(Delivery).where(*_dead(wanted))
    return int(session.scalar(all_) or 0), int(session.scalar(all_.where(_can_go())) or 0)


def check(session: Session, row: Delivery) -> None:
    """Refuse to replay what could not leave, and say why."""
    channel = session.get_one(Channel, row.channel)
    if channel.state == ChannelState.DISABLED:
        text = f"{channel.label} is disabled: {channel.reason or 'no reason is known'}. Test it first, then replay"
        raise ConflictError(text, field="/id")
    its = col(Suppression.address_sha256) == channel.target_sha256
    if session.scalars(select(col(Suppression.id)).where(its)).first() is not None:
        text = f"Mail to {channel.label} came back as undeliverable, so nothing is sent there. Confirm it again"
        raise ConflictError(text, field="/id")


def _dead(wanted: Wanted) -> list[ColumnElement[bool]]:
    its: list[ColumnElement[bool]] = [col(Delivery.state) == DeliveryState.DEAD]
    if wanted.channel is not None:
        its.append(col(Delivery.channel) == wanted.channel)
    if wanted.reason_code is not None:
        its.append(col(Delivery.reason_code) == wanted.reason_code)
    if wanted.since is not None:
        its.append(col(Delivery.ended_at) >= wanted.since)
    if wanted.until is not None:
        its.append(col(Delivery.ended_at) < wanted.until)
    return its


def _can_go() -> ColumnElement[bool]:
    out = select(col(Suppression.address_sha256))
    usable = select(col(Channel.id)).where(
        col(Channel.state) != ChannelState.DISABLED, col(Channel.target_sha256).not_in(out)
    )
    return col(Delivery.channel).in_(usable)
