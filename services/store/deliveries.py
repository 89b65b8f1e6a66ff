"""Deliveries: put once, fenced before the point of no return, their outcome recorded once. `claims` hands them out.

pending -> leased -> inflight -> sent
   ^          |          +-> pending (may be tried again) | dead | uncertain (no answer: tried again, same id)
   +----------+ the lease is over: certainly not sent
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Boolean, Integer, String, bindparam, case, exists, func, or_, select, update
from sqlmodel import Session, SQLModel, col

from services.errors import ConflictError, NotFoundError
from services.identity import delivery_id
from services.store import steps
from services.store.owners import Owner, belongs
from services.store.states import ChannelState, DeliveryState, LinkState, Outcome
from services.store.tables import Attempt, Channel, Delivery, DeliveryAlert, Story
from services.store.work import insert_new

MARGIN = timedelta(seconds=2)  # a lease with less left than this is not used for a send


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended, and what becomes of its delivery."""

    outcome: Outcome
    state: DeliveryState
    code: str = ""
    detail: str = ""
    due_at: datetime | None = None
    reason_code: str | None = None
    provider_id: str | None = None
    counts: bool = True


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


_T, _A, _L, _C = (SQLModel.metadata.tables[name] for name in ("delivery", "attempt", "delivery_alert", "channel"))
_ITS = _L.c.delivery == _T.c.id
# Built once: building a statement costs more than running it.
_LANES = select(_C.c.id, _C.c.lane).where(_C.c.id.in_(bindparam("its_ids", expanding=True)))
_FENCE = (
    update(_T)
    .where(_T.c.id == bindparam("its_id"), _T.c.lease_token == bindparam("its_token"))
    .where(_T.c.state == DeliveryState.LEASED, _T.c.lease_until > bindparam("its_margin"))
    .where(exists(select(_C.c.id).where(
        _C.c.id == func.coalesce(_T.c.via, _T.c.channel), (_C.c.state != ChannelState.DISABLED) | (_T.c.kind == "test"),
    )))
    .where(or_(~exists(select(_L.c.alert).where(_ITS)), exists(select(_L.c.alert).where(_ITS, _L.c.state == "open"))))
    .values(
        state=DeliveryState.INFLIGHT, inflight_at=bindparam("its_now"), subject=bindparam("its_subject"),
        body=bindparam("its_body"), rendered_at=bindparam("its_rendered_at"),
        leave_sha256=func.coalesce(bindparam("its_leave", type_=String), _T.c.leave_sha256),
    )
)  # fmt: skip


def fence(
    session: Session, row: Delivery, now: datetime, *, subject: str, body: bytes, leave_sha256: str | None = None
) -> bool:
    """Mark the delivery in flight, with its body, just before the point of no return. False: it may not be sent.

    That is so when the lease is over, or when meanwhile its reader left or its channel was disabled. `leave_sha256`
    hashes the secret of the link in the body by which its reader unsubscribes.
    """
    its = {
        "its_id": row.id, "its_token": row.lease_token, "its_margin": now + MARGIN, "its_now": now,
        "its_subject": subject, "its_body": body, "its_rendered_at": row.rendered_at or now, "its_leave": leave_sha256,
    }  # fmt: skip
    return bool(session.execute(_FENCE, its).rowcount == 1)  # type: ignore[attr-defined]  # a cursor result


_FINISH = (
    update(_T)
    .where(_T.c.id == bindparam("its_id"), _T.c.lease_token == bindparam("its_token"))
    .where(or_(
        _T.c.state == DeliveryState.INFLIGHT,
        _T.c.state == case((bindparam("its_sent", type_=Boolean), DeliveryState.UNCERTAIN), else_=DeliveryState.LEASED),
    ))
    .values(
        state=bindparam("its_state"), lease_until=None, worker=None, reason=bindparam("its_reason"),
        reason_code=bindparam("its_reason_code"), tries=_T.c.tries + bindparam("its_count", type_=Integer),
        sent_at=bindparam("its_sent_at"), ended_at=bindparam("its_ended_at"),
        due_at=func.coalesce(bindparam("its_due_at", type_=_T.c.due_at.type), _T.c.due_at),
        provider_id=bindparam("its_provider_id"),
    )
    .returning(exists(select(_C.c.id).where(
        _C.c.id == func.coalesce(_T.c.via, _T.c.channel),
        or_(_C.c.failures > 0, _C.c.breaker_level > 0, _C.c.state != ChannelState.ACTIVE, _C.c.bounces > 0),
    )))
)  # fmt: skip
_CLOSE = (
    update(_A)
    .where(_A.c.delivery == bindparam("its_id"), _A.c.no == bindparam("its_no"))
    .where(or_(_A.c.outcome.is_(None), bindparam("its_anyway", type_=Boolean)))
    .values(
        ended_at=bindparam("its_now"), outcome=bindparam("its_outcome"), code=bindparam("its_code"),
        detail=bindparam("its_detail"),
        inflight_at=select(case((_T.c.inflight_at >= _A.c.started_at, _T.c.inflight_at)))
        .where(_T.c.id == _A.c.delivery).correlate(_A).scalar_subquery(),
    )
)  # fmt: skip
_LINKS = update(_L).where(_L.c.delivery == bindparam("its_id")).values(state=bindparam("its_state"))


@dataclass(frozen=True, slots=True)
class Finished:
    """An attempt whose outcome is recorded. `troubled`: its channel fails, failed, bounced, or is not in use."""

    troubled: bool


def finish(session: Session, row: Delivery, ending: Ending, now: datetime) -> Finished | None:
    """Record the outcome of an attempt; `None` if the row has passed to somebody else meanwhile.

    A late acceptance counts also from `uncertain`: it turns a coming second copy into none.
    """
    sent = ending.state is DeliveryState.SENT
    ended = ending.state in (DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.SUPPRESSED)
    its = {
        "its_id": row.id, "its_token": row.lease_token, "its_sent": sent, "its_state": ending.state,
        "its_reason": None if sent else ending.detail or None, "its_reason_code": ending.reason_code,
        "its_count": 1 if ending.counts else 0, "its_sent_at": now if sent else None,
        "its_ended_at": now if ended else None, "its_due_at": ending.due_at, "its_provider_id": ending.provider_id,
    }  # fmt: skip
    troubled = session.scalars(_FINISH, its).first()
    if troubled is None:
        return None
    close_attempt(session, row, ending, now)
    steps.attempted(session, row, ending.outcome, ending.state, ending.code)
    if ended:
        session.execute(_LINKS, {"its_id": row.id, "its_state": LinkState(ending.state.value)})
    return Finished(bool(troubled))


def close_attempt(session: Session, row: Delivery, ending: Ending, now: datetime) -> None:
    """Write how the running attempt ended, and when it was in flight if it was.

    One that has an outcome keeps it, except a late acceptance.
    """
    its = {
        "its_id": row.id, "its_no": row.attempt_no, "its_anyway": ending.outcome is Outcome.ACCEPTED, "its_now": now,
        "its_outcome": ending.outcome, "its_code": ending.code, "its_detail": ending.detail[:4096],
    }  # fmt: skip
    session.execute(_CLOSE, its)


def release(session: Session, worker: str, now: datetime) -> int:
    """Give back what a worker holds and has not begun to send, as one that stops does."""
    held = select(Delivery).where(col(Delivery.worker) == worker, col(Delivery.state) == DeliveryState.LEASED)
    rows = session.scalars(held).all()
    ending = Ending(Outcome.RELEASED, DeliveryState.PENDING, detail="the worker stopped", counts=False)
    return sum(finish(session, row, ending, now) is not None for row in rows)


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
