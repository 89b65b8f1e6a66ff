"""Attempts of deliveries: fenced before the point of no return, their outcome recorded once.

Both are done at once for all messages that a worker's threads have at the moment (`gathering`), in as many statements
as for one: under load ten messages stand in line for each commit, and each alone took four statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, Boolean, Integer, String, bindparam, case, exists, func, or_, select, update
from sqlmodel import Session, SQLModel, col

from services.store import steps
from services.store.states import ChannelState, DeliveryState, LinkState, Outcome
from services.store.tables import Delivery

MARGIN = timedelta(seconds=2)  # a lease with less left than this is not used for a send
_ENDED = (DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.SUPPRESSED)


@dataclass(frozen=True, slots=True)
class Fence:
    """A message that is about to be sent. `leave_sha256` hashes the secret of the link by which its reader leaves."""

    row: Delivery
    subject: str
    body: bytes
    leave_sha256: str | None = None


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


@dataclass(frozen=True, slots=True)
class Finished:
    """An attempt whose outcome is recorded. `troubled`: its channel fails, failed, bounced, or is not in use."""

    troubled: bool


_T, _A, _L, _C = (SQLModel.metadata.tables[name] for name in ("delivery", "attempt", "delivery_alert", "channel"))
_ITS = _L.c.delivery == _T.c.id
_THESE: BindParameter[Sequence[str]] = bindparam("its_ids", expanding=True)
# Built once: building a statement costs more than running it.
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
_FLYING = select(_T.c.id, _T.c.lease_token).where(_T.c.id.in_(_THESE), _T.c.state == DeliveryState.INFLIGHT)


def fence_all(session: Session, fences: Sequence[Fence], now: datetime) -> list[bool]:
    """Mark deliveries in flight, with their bodies, just before the point of no return; say of each if it may be sent.

    It may not when its lease is over, or when meanwhile its reader left or its channel was disabled.
    """
    its = [
        {
            "its_id": one.row.id, "its_token": one.row.lease_token, "its_margin": now + MARGIN, "its_now": now,
            "its_subject": one.subject, "its_body": one.body, "its_rendered_at": one.row.rendered_at or now,
            "its_leave": one.leave_sha256,
        }
        for one in fences
    ]  # fmt: skip
    passed = session.execute(_FENCE, its).rowcount  # type: ignore[attr-defined]  # a cursor result
    if passed in (0, len(fences)):
        return [bool(passed)] * len(fences)
    flying = set(map(tuple, session.execute(_FLYING, {"its_ids": [one.row.id for one in fences]})))
    return [(one.row.id, one.row.lease_token) in flying for one in fences]


_FINISH = (
    update(_T)
    .where(_T.c.id.in_(_THESE), _T.c.lease_token == bindparam("its_token"))
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
    .returning(_T.c.id, exists(select(_C.c.id).where(
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
_LINKS = update(_L).where(_L.c.delivery.in_(_THESE)).values(state=bindparam("its_state"))


@dataclass(frozen=True, slots=True)
class Ended:
    """A delivery with the outcome of its attempt, and when that was known."""

    row: Delivery
    ending: Ending
    now: datetime


def finish(session: Session, row: Delivery, ending: Ending, now: datetime) -> Finished | None:
    """Record the outcome of one attempt, as `finish_all` does of several."""
    return finish_all(session, [Ended(row, ending, now)])[0]


def finish_all(session: Session, ended: Sequence[Ended]) -> list[Finished | None]:
    """Record the outcomes of attempts; `None` for a row that has passed to somebody else meanwhile.

    A late acceptance counts also from `uncertain`: it turns a coming second copy into none.
    """
    alike: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for at, one in enumerate(ended):
        alike[_key(one.row, one.ending)].append(at)
    found: list[Finished | None] = [None] * len(ended)
    for places in alike.values():
        known = _finish(session, [ended[at] for at in places])
        for at in places:
            found[at] = known.get(ended[at].row.id)
    done = [one for one, finished in zip(ended, found, strict=True) if finished is not None]
    _close(session, done)
    for one in done:
        steps.attempted(session, one.row, one.ending.outcome, one.ending.state, one.ending.code)
    for state in _ENDED:
        if ids := [one.row.id for one in done if one.ending.state is state]:
            session.execute(_LINKS, {"its_ids": ids, "its_state": LinkState(state.value)})
    return found


def _key(row: Delivery, ending: Ending) -> tuple[object, ...]:
    """Give what is equal for all rows that one statement ends: what an accepting server said is kept by attempt."""
    sent = ending.state is DeliveryState.SENT
    kept = None if sent else ending.detail
    return row.lease_token, ending.state, kept, ending.reason_code, ending.counts, ending.due_at, ending.provider_id


def _finish(session: Session, some: Sequence[Ended]) -> dict[str, Finished]:
    """End rows whose endings are alike. They stood in line for one commit: the latest time is that of all."""
    row, ending, now = some[0].row, some[0].ending, max(one.now for one in some)
    sent = ending.state is DeliveryState.SENT
    its = {
        "its_ids": [one.row.id for one in some], "its_token": row.lease_token, "its_sent": sent,
        "its_state": ending.state, "its_reason": None if sent else ending.detail or None,
        "its_reason_code": ending.reason_code, "its_count": 1 if ending.counts else 0,
        "its_sent_at": now if sent else None, "its_ended_at": now if ending.state in _ENDED else None,
        "its_due_at": ending.due_at, "its_provider_id": ending.provider_id,
    }  # fmt: skip
    return {id_: Finished(bool(troubled)) for id_, troubled in session.execute(_FINISH, its)}


def close_attempt(session: Session, row: Delivery, ending: Ending, now: datetime) -> None:
    """Write how the running attempt ended, and when it was in flight if it was.

    One that has an outcome keeps it, except a late acceptance.
    """
    _close(session, [Ended(row, ending, now)])


def _close(session: Session, ended: Sequence[Ended]) -> None:
    its = [
        {
            "its_id": one.row.id, "its_no": one.row.attempt_no,
            "its_anyway": one.ending.outcome is Outcome.ACCEPTED, "its_now": one.now,
            "its_outcome": one.ending.outcome, "its_code": one.ending.code, "its_detail": one.ending.detail[:4096],
        }
        for one in ended
    ]  # fmt: skip
    if its:
        session.execute(_CLOSE, its)


def release(session: Session, worker: str, now: datetime) -> int:
    """Give back what a worker holds and has not begun to send, as one that stops does."""
    held = select(Delivery).where(col(Delivery.worker) == worker, col(Delivery.state) == DeliveryState.LEASED)
    ending = Ending(Outcome.RELEASED, DeliveryState.PENDING, detail="the worker stopped", counts=False)
    done = finish_all(session, [Ended(row, ending, now) for row in session.scalars(held)])
    return sum(one is not None for one in done)
