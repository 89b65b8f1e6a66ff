"""Deliveries: put once, looked up, replayed. `claims` hands them out, `sends` fences them and records what came of it.

pending -> leased -> inflight -> sent
   ^          |          +-> pending (may be tried again) | dead | uncertain (no answer: tried again, same id)
   +----------+ the lease is over: certainly not sent
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session, SQLModel, col

from services.errors import ConflictError, NotFoundError
from services.identity import delivery_id
from services.store.owners import Owner, belongs
from services.store.states import DeliveryState, LinkState
from services.store.tables import Attempt, Channel, Delivery, DeliveryAlert, Story
from services.store.work import insert_new


def put(session: Session, *, channel: str, dedupe_key: str, kind: str, story: str | None, now: datetime) -> str | None:
    """Put a message on its way, due at once; `None` if the channel has one with this key already."""
    return put_all(session, [channel], dedupe_key=dedupe_key, kind=kind, story=story, now=now)[channel]


def put_all(
    session: Session, to: Sequence[str], *, dedupe_key: str, kind: str, story: str | None, now: datetime,
    many: bool = False,
) -> dict[str, str | None]:  # fmt: skip
    """Put the same message on its way to each of the channels; with `None` for those that have it already.

    `many`: it goes to so many that other messages are not to wait for all of them.
    """
    same = [Message(channel, dedupe_key, kind, story, many) for channel in to]
    return dict(zip(to, put_each(session, same, now), strict=True))


@dataclass(frozen=True, slots=True)
class Message:
    """A message to a channel. `many`: it goes to so many that other messages are not to wait for all of them."""

    channel: str
    dedupe_key: str
    kind: str
    story: str | None
    many: bool = False


def put_each(session: Session, messages: Sequence[Message], now: datetime) -> list[str | None]:
    """Put messages on their way; give the id of each, `None` where its channel has one with its key already."""
    if not messages:
        return []
    to = sorted({one.channel for one in messages})
    ways = {id_: lane for id_, lane in session.execute(_LANES, {"its_ids": to})}  # noqa: C416  # rows are not pairs
    rows = [
        _New(
            delivery_id(one.channel, one.dedupe_key), one.channel, ways[one.channel], one.dedupe_key, one.kind,
            one.story, int(one.many), now, now,
        )
        for one in messages
    ]  # fmt: skip
    added = insert_new(session, _T.c.id, rows)
    return [row.id if row.id in added else None for row in rows]


@dataclass(frozen=True, slots=True)
class _New:
    """A message that is to be put on its way."""

    id: str
    channel: str
    lane: str | None
    dedupe_key: str
    kind: str
    story: str | None
    rank: int
    due_at: datetime
    created_at: datetime
    state: str = DeliveryState.PENDING
    attempt_no: int = 0
    tries: int = 0


_T, _C = (SQLModel.metadata.tables[name] for name in ("delivery", "channel"))
# Built once: building a statement costs more than running it.
_LANES = select(_C.c.id, _C.c.lane).where(_C.c.id.in_(bindparam("its_ids", expanding=True)))


def replay(session: Session, row: Delivery, now: datetime) -> None:
    """Send a dead delivery again, under the same id."""
    dead = col(Delivery.id) == row.id, col(Delivery.state) == DeliveryState.DEAD
    again = {
        "state": DeliveryState.PENDING,
        "due_at": now,
        "tries": 0,
        "reason": None,
        "reason_code": None,
        "ended_at": None,
    }
    done = session.execute(update(Delivery).where(*dead).values(**again))
    if done.rowcount != 1:  # type: ignore[attr-defined]  # a cursor result
        raise ConflictError(f"Only a dead delivery can be replayed; this one is {row.state}", field="/id")
    session.execute(update(DeliveryAlert).where(col(DeliveryAlert.delivery) == row.id).values(state=LinkState.OPEN))


def get(session: Session, id_: str) -> Delivery:
    """Give a delivery, or say that there is none."""
    row = session.get(Delivery, id_)
    if row is None:
        raise NotFoundError(f'There is no delivery "{id_}"', field="/id")
    return row


def attempts(session: Session, id_: str) -> Sequence[Attempt]:
    """Give all attempts of a delivery, the first one first."""
    return session.scalars(select(Attempt).where(col(Attempt.delivery) == id_).order_by(col(Attempt.no))).all()


def thread(session: Session, row: Delivery) -> tuple[str, ...]:
    """Give the ids of the messages that told this channel of the thread's stories before, the first one first."""
    if row.story is None:
        return ()
    root = select(func.coalesce(col(Story.thread), col(Story.id))).where(col(Story.id) == row.story).scalar_subquery()
    its = select(col(Story.id)).where((col(Story.id) == root) | (col(Story.thread) == root))
    same = col(Delivery.channel) == row.channel, col(Delivery.story).in_(its)
    earlier = select(col(Delivery.id)).where(*same, col(Delivery.created_at) < row.created_at)
    return tuple(session.scalars(earlier.order_by(col(Delivery.created_at), col(Delivery.id))))


def page(
    session: Session, *, state: str | None = None, channel: str | None = None, person: Owner | None = None,
    before: tuple[datetime, str] | None = None, limit: int = 50, reason_code: str | None = None,
) -> list[Delivery]:  # fmt: skip
    """Give deliveries, the newest first, before the given (created, id); `person`: those to their channels."""
    query = select(Delivery).order_by(col(Delivery.created_at).desc(), col(Delivery.id).desc()).limit(limit)
    if state is not None:
        query = query.where(col(Delivery.state) == state)
    if channel is not None:
        query = query.where(col(Delivery.channel) == channel)
    if reason_code is not None:
        query = query.where(col(Delivery.reason_code) == reason_code)
    if person is not None:
        query = query.where(col(Delivery.channel).in_(select(col(Channel.id)).where(belongs(Channel.person, person))))
    if before is not None:
        at, id_ = before
        earlier = (col(Delivery.created_at) == at) & (col(Delivery.id) < id_)
        query = query.where((col(Delivery.created_at) < at) | earlier)
    return list(session.scalars(query))


def last_sent(session: Session, channels: Sequence[str]) -> dict[str, datetime]:
    """Give when each of the channels last took a message."""
    query = select(col(Delivery.channel), func.max(col(Delivery.sent_at))).where(
        col(Delivery.channel).in_(channels), col(Delivery.state) == DeliveryState.SENT
    )
    return {channel: at for channel, at in session.execute(query.group_by(col(Delivery.channel))) if at is not None}


def counts(session: Session, person: Owner | None = None) -> dict[str, int]:
    """Count deliveries by state; `person`: those to their channels."""
    query = select(col(Delivery.state), func.count()).group_by(col(Delivery.state))
    if person is not None:
        query = query.where(col(Delivery.channel).in_(select(col(Channel.id)).where(belongs(Channel.person, person))))
    return {state: count for state, count in session.execute(query)}  # noqa: C416  # rows are not pairs to the checker
