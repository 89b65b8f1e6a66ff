"""Which deliveries leave next: the oldest first, fair between channels, and no faster than each way out allows.

A channel that is left alone for a while, a way out that was used a moment ago, and channels that this worker is busy
with are passed over in the index, so that a hundred thousand messages to a dead channel hold nobody up. A channel
that failed is tried with one message first.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, func, insert, select, update
from sqlmodel import Session, col

from services.store.lanes import of as lanes_of
from services.store.states import ChannelState, DeliveryState
from services.store.tables import Attempt, Channel, Delivery, Lane

BATCH = 100
PER_CHANNEL = 20  # of one claim, so that a channel with a long queue does not hold up the others
ROUNDS = 6
USABLE = (ChannelState.ACTIVE, ChannelState.FAILING)

WAY = func.coalesce(col(Delivery.via), col(Delivery.channel))
"""The channel that a delivery goes out by: its own, or the one that its own falls back to."""


def claim(
    session: Session, worker: str, now: datetime, lease: timedelta, limit: int = BATCH, *,
    besides: Collection[str] = (), per_channel: int = PER_CHANNEL,
) -> list[Delivery]:  # fmt: skip
    """Lease due deliveries of channels that may be tried, and begin an attempt for each.

    `besides`: channels that the worker is busy with.
    """
    ids = _choose(session, now, limit, besides, per_channel)
    if not ids:
        return []
    taken = (
        update(Delivery)
        .where(col(Delivery.id).in_(ids), col(Delivery.state).in_(_WAITING))
        .values(
            state=DeliveryState.LEASED, attempt_no=Delivery.attempt_no + 1, lease_token=secrets.token_hex(8),
            worker=worker, lease_until=now + lease,
        )
        .returning(Delivery)
    )  # fmt: skip
    rows = list(session.scalars(taken))
    begun = [{"delivery": row.id, "no": row.attempt_no, "worker": worker, "started_at": now} for row in rows]
    session.execute(insert(Attempt), begun)
    return sorted(rows, key=lambda row: (row.due_at, row.id))


_WAITING = (DeliveryState.UNCERTAIN, DeliveryState.PENDING)


def _choose(session: Session, now: datetime, limit: int, besides: Collection[str], per_channel: int) -> list[str]:
    """Look at what is due in rounds: who had enough in one round is passed over in the next."""
    chosen: list[str] = []
    closed = set(besides) | set(session.scalars(select(col(Channel.id)).where(col(Channel.breaker_until) > now)))
    busy = set(session.scalars(select(col(Lane.name)).where(col(Lane.free_at) > now)))
    used: Counter[str] = Counter()
    for _ in range(ROUNDS):
        asked = 2 * (limit - len(chosen))
        found = _due(session, now, asked, closed, busy, chosen)
        most = _most(session, {row.way for row in found} | {row.channel for row in found}, per_channel)
        lanes = _lanes(session, {row.lane for row in found if row.lane})
        for row in found:
            if used[row.way] >= most(row.way, row.kind):
                closed.add(row.way)
            elif row.lane and used[f"lane {row.lane}"] >= lanes.get(row.lane, (limit, 0.0))[0]:
                busy.add(row.lane)
            elif len(chosen) < limit:
                chosen.append(row.id)
                used[row.way] += 1
                used[f"lane {row.lane}"] += 1
        for lane, (_, per_s) in lanes.items():
            _pass(session, lane, used.pop(f"lane {lane}", 0), per_s, now)
            if per_s:
                busy.add(lane)
        if len(found) < asked or len(chosen) >= limit:
            break
    return chosen


def _due(
    session: Session, now: datetime, most: int, closed: Collection[str], busy: Collection[str], chosen: Collection[str]
) -> Sequence[Row[tuple[str, str, str, str, str | None]]]:
    """Give the oldest that are due, without the channels and ways out that are passed over.

    Each state is looked up alone: only then is the index read in the order of what is due, and no further than needed.
    """
    wanted: list[ColumnElement[bool]] = [col(Delivery.due_at) <= now]
    if closed:
        wanted.append(WAY.not_in(closed))
    if busy:
        wanted.append(col(Delivery.lane).is_(None) | col(Delivery.lane).not_in(busy))
    if chosen:
        wanted.append(col(Delivery.id).not_in(chosen))
    rows: list[Row[tuple[str, str, str, str, str | None]]] = []
    for state in _WAITING:
        query = (
            select(col(Delivery.id), WAY.label("way"), col(Delivery.channel), col(Delivery.kind), col(Delivery.lane))
            .where(col(Delivery.state) == state, *wanted)
            .order_by(col(Delivery.due_at), col(Delivery.id))
            .limit(most - len(rows))
            .with_for_update(skip_locked=True)
        )
        rows += session.execute(query).all()
    return rows


def _most(session: Session, ids: Collection[str], per_channel: int):  # type: ignore[no-untyped-def]  # a small function
    """Say how many of one claim a channel may have: none while it is not in use, one while it is on trial."""
    known = {
        id_: (state, level)
        for id_, state, level in session.execute(
            select(col(Channel.id), col(Channel.state), col(Channel.breaker_level)).where(col(Channel.id).in_(ids))
        )
    }

    def most(channel: str, kind: str) -> int:
        state, level = known[channel]
        if state not in USABLE and kind not in ("confirm", "test"):
            return 0
        return 1 if level else per_channel

    return most


def _lanes(session: Session, names: Collection[str]) -> dict[str, tuple[int, float]]:
    """Give of each way out how many may leave at once, and how many in a second; 0 means as many as there are."""
    found = lanes_of(session, names)
    return {name: (row.burst if row.per_s else BATCH, row.per_s) for name, row in found.items()}


def _pass(session: Session, lane: str, count: int, per_s: float, now: datetime) -> None:
    """Keep a way out closed for as long as what was taken needs."""
    if count and per_s:
        free_at = now + timedelta(seconds=count / per_s)
        session.execute(update(Lane).where(col(Lane.name) == lane).values(free_at=free_at))
