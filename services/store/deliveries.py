"""Deliveries: claimed by a conditional update, fenced before the point of no return, their outcome recorded once.

pending -> leased -> inflight -> sent
   ^          |          +-> pending (may be tried again) | dead | uncertain (no answer: tried again, same id)
   +----------+ the lease is over: certainly not sent
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from services.errors import ConflictError, NotFoundError
from services.identity import delivery_id
from services.store.states import ChannelState, DeliveryState, LinkState, Outcome
from services.store.tables import Attempt, Channel, Delivery, DeliveryAlert
from services.store.work import insert_into

BATCH = 100
PER_CHANNEL = 20  # of one claim, so that a channel with a long queue does not hold up the others
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
    id_ = delivery_id(channel, dedupe_key)
    row = Delivery(id=id_, channel=channel, dedupe_key=dedupe_key, kind=kind, story=story, due_at=now, created_at=now)
    added = insert_into(session, Delivery).values(row.model_dump()).on_conflict_do_nothing()
    return None if session.execute(added.returning(col(Delivery.id))).first() is None else id_


def claim(session: Session, worker: str, now: datetime, lease: timedelta, limit: int = BATCH) -> list[Delivery]:
    """Lease due deliveries of channels that may be tried, and begin an attempt for each."""
    taken = (
        update(Delivery)
        .where(col(Delivery.id).in_(_due(now, limit)), col(Delivery.state).in_(_WAITING))
        .values(
            state=DeliveryState.LEASED, attempt_no=Delivery.attempt_no + 1, lease_token=secrets.token_hex(8),
            worker=worker, lease_until=now + lease,
        )
        .returning(Delivery)
    )  # fmt: skip
    rows = list(session.scalars(taken))
    session.add_all(Attempt(delivery=row.id, no=row.attempt_no, worker=worker, started_at=now) for row in rows)
    session.flush()
    return sorted(rows, key=lambda row: (row.due_at, row.id))


_WAITING = (DeliveryState.PENDING, DeliveryState.UNCERTAIN)


def _due(now: datetime, limit: int):  # type: ignore[no-untyped-def]  # a select of ids
    """Rank what is due within its channel. A channel whose breaker was open is tried with one message first."""
    rank = func.row_number().over(partition_by=col(Delivery.channel), order_by=(col(Delivery.due_at), col(Delivery.id)))
    due = (
        select(col(Delivery.id), col(Delivery.due_at), rank.label("rank"), col(Channel.breaker_level).label("level"))
        .join(Channel, col(Channel.id) == col(Delivery.channel))
        .where(
            col(Delivery.state).in_(_WAITING),
            col(Delivery.due_at) <= now,
            col(Channel.breaker_until) <= now,
            col(Channel.state).in_([ChannelState.ACTIVE, ChannelState.FAILING])
            | ((col(Channel.state) == ChannelState.UNCONFIRMED) & (col(Delivery.kind) == "confirm")),
        )
        .subquery()
    )
    fair = select(due.c.id).where((due.c.rank == 1) | ((due.c.rank <= PER_CHANNEL) & (due.c.level == 0)))
    fair = fair.order_by(due.c.due_at, due.c.id).limit(limit)
    locked = select(col(Delivery.id)).where(col(Delivery.id).in_(fair))
    return locked.with_for_update(skip_locked=True)


def fence(
    session: Session, row: Delivery, now: datetime, *, subject: str, body: bytes, leave_sha256: str | None = None
) -> bool:
    """Mark the delivery in flight, with its body, just before the point of no return. False: it may not be sent.

    `leave_sha256` hashes the secret of the link in the body by which its reader unsubscribes.
    """
    mine = (
        col(Delivery.id) == row.id,
        col(Delivery.state) == DeliveryState.LEASED,
        col(Delivery.lease_token) == row.lease_token,
        col(Delivery.lease_until) > now + MARGIN,
    )
    rendered = {"subject": subject, "body": body, "rendered_at": row.rendered_at or now}
    if leave_sha256 is not None:
        rendered["leave_sha256"] = leave_sha256
    done = session.execute(
        update(Delivery).where(*mine).values(state=DeliveryState.INFLIGHT, inflight_at=now, **rendered)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]  # a cursor result
        return False
    this = col(Attempt.delivery) == row.id, col(Attempt.no) == row.attempt_no
    session.execute(update(Attempt).where(*this).values(inflight_at=now))
    return True


def finish(session: Session, row: Delivery, ending: Ending, now: datetime) -> bool:
    """Record the outcome of an attempt; false if the row has passed to somebody else meanwhile.

    A late acceptance counts also from `uncertain`: it turns a coming second copy into none.
    """
    from_states = [DeliveryState.LEASED, DeliveryState.INFLIGHT]
    if ending.state is DeliveryState.SENT:
        from_states = [DeliveryState.INFLIGHT, DeliveryState.UNCERTAIN]
    mine = (
        col(Delivery.id) == row.id,
        col(Delivery.lease_token) == row.lease_token,
        col(Delivery.state).in_(from_states),
    )
    ended = ending.state in (DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.SUPPRESSED)
    values = {
        "state": ending.state, "lease_until": None, "worker": None,
        "reason": None if ending.state is DeliveryState.SENT else ending.detail or None,
        "reason_code": ending.reason_code, "tries": Delivery.tries + (1 if ending.counts else 0),
        "sent_at": now if ending.state is DeliveryState.SENT else None, "ended_at": now if ended else None,
        "provider_id": ending.provider_id,
    }  # fmt: skip
    if ending.due_at is not None:
        values["due_at"] = ending.due_at
    done = session.execute(update(Delivery).where(*mine).values(**values))
    if done.rowcount != 1:  # type: ignore[attr-defined]  # a cursor result
        return False
    close_attempt(session, row, ending, now)
    if ended:
        state = LinkState(ending.state.value)
        session.execute(update(DeliveryAlert).where(col(DeliveryAlert.delivery) == row.id).values(state=state))
    return True


def close_attempt(session: Session, row: Delivery, ending: Ending, now: datetime) -> None:
    """Write how the running attempt ended; one that has an outcome keeps it, except a late acceptance."""
    this = [col(Attempt.delivery) == row.id, col(Attempt.no) == row.attempt_no]
    if ending.outcome is not Outcome.ACCEPTED:
        this.append(col(Attempt.outcome).is_(None))
    values = {"ended_at": now, "outcome": ending.outcome, "code": ending.code, "detail": ending.detail[:4096]}
    session.execute(update(Attempt).where(*this).values(**values))


def release(session: Session, worker: str, now: datetime) -> int:
    """Give back what a worker holds and has not begun to send, as one that stops does."""
    held = select(Delivery).where(col(Delivery.worker) == worker, col(Delivery.state) == DeliveryState.LEASED)
    rows = session.scalars(held).all()
    ending = Ending(Outcome.RELEASED, DeliveryState.PENDING, detail="the worker stopped", counts=False)
    return sum(finish(session, row, ending, now) for row in rows)


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
    """Give the ids of the messages that told this channel of the same story before, the first one first."""
    if row.story is None:
        return ()
    same = col(Delivery.channel) == row.channel, col(Delivery.story) == row.story
    earlier = select(col(Delivery.id)).where(*same, col(Delivery.created_at) < row.created_at)
    return tuple(session.scalars(earlier.order_by(col(Delivery.created_at), col(Delivery.id))))


def page(
    session: Session, *, state: str | None = None, channel: str | None = None, person: str | None = None,
    before: tuple[datetime, str] | None = None, limit: int = 50,
) -> list[Delivery]:  # fmt: skip
    """Give deliveries, the newest first, before the given (created, id); `person`: those to their channels."""
    query = select(Delivery).order_by(col(Delivery.created_at).desc(), col(Delivery.id).desc()).limit(limit)
    if state is not None:
        query = query.where(col(Delivery.state) == state)
    if channel is not None:
        query = query.where(col(Delivery.channel) == channel)
    if person is not None:
        query = query.where(col(Delivery.channel).in_(select(col(Channel.id)).where(col(Channel.person) == person)))
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


def counts(session: Session, person: str | None = None) -> dict[str, int]:
    """Count deliveries by state; `person`: those to their channels."""
    query = select(col(Delivery.state), func.count()).group_by(col(Delivery.state))
    if person is not None:
        query = query.where(col(Delivery.channel).in_(select(col(Channel.id)).where(col(Channel.person) == person)))
    return {state: count for state, count in session.execute(query)}  # noqa: C416  # rows are not pairs to the checker
