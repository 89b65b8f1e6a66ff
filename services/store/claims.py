"""Which deliveries leave next: the oldest first, fair between channels, and no faster than each way out allows.

A channel that is left alone for a while, a way out that was used a moment ago, and channels that this worker is busy
with are passed over in the index, so that a hundred thousand messages to a dead channel hold nobody up. A channel
that failed is tried with one message first.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, func, insert, select, update
from sqlmodel import Session, col

from services.store.lanes import of as lanes_of
from services.store.live import in_state
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
    besides: Collection[str] = (), per_channel: int = PER_CHANNEL, since: Mapping[int, datetime] | None = None,
) -> list[Delivery]:  # fmt: skip
    """Lease due deliveries of channels that may be tried, and begin an attempt for each.

    `besides`: channels that the worker is busy with. `since`: by rank, the time before which all that is due waits for
    channels that are closed (`front`).
    """
    ids = _Choice(session, now, besides, per_channel, since or {}).make(limit)
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
_RANKS = (0, 1)
_OF_MANY = 4  # one in so many of a claim is kept for messages that go to very many, while others wait


class _Choice:
    """What is chosen in one claim, and which channels and ways out have had enough."""

    def __init__(
        self, session: Session, now: datetime, besides: Collection[str], per_channel: int, since: Mapping[int, datetime]
    ) -> None:
        self._since = since
        self._session, self._now, self._per_channel = session, now, per_channel
        self._closed = set(besides) | set(
            session.scalars(select(col(Channel.id)).where(col(Channel.breaker_until) > now))
        )
        self._busy = set(session.scalars(select(col(Lane.name)).where(col(Lane.free_at) > now)))
        self._used: Counter[str] = Counter()
        self.chosen: list[str] = []

    def make(self, limit: int) -> list[str]:
        """Choose so many: most by age, and some of those that go to very many, so that neither waits for the other."""
        if many := self._waits(1):
            self._take(1, limit // _OF_MANY)
        self._take(0, limit)
        if many:
            self._take(1, limit)
        return self.chosen

    def _waits(self, rank: int) -> bool:
        return any(_due(self._session, state, rank, [], 1) for state in _WAITING)

    def _take(self, rank: int, limit: int) -> None:
        """Look at what is due in rounds: who had enough in one round is passed over in the next."""
        for _ in range(ROUNDS):
            asked = 2 * (limit - len(self.chosen))
            if asked <= 0:
                return
            found = self._look(rank, asked)
            self._sort_out(found, limit)
            if len(found) < asked:
                return

    def _look(self, rank: int, most: int) -> list[_Row]:
        """Give the oldest that are due, without the channels and ways out that are passed over."""
        wanted: list[ColumnElement[bool]] = [col(Delivery.due_at) <= self._now]
        if self._closed:
            wanted.append(WAY.not_in(self._closed))
        if self._busy:
            wanted.append(col(Delivery.lane).is_(None) | col(Delivery.lane).not_in(self._busy))
        if self.chosen:
            wanted.append(col(Delivery.id).not_in(self.chosen))
        rows: list[_Row] = []
        for state in _WAITING:
            its = wanted
            if state is DeliveryState.PENDING and (since := self._since.get(rank)) is not None:
                its = [*wanted, col(Delivery.due_at) >= since]
            rows += _due(self._session, state, rank, its, most - len(rows))
        return rows

    def _sort_out(self, found: Sequence[_Row], limit: int) -> None:
        if not found:
            return
        most = _most(self._session, {row.way for row in found} | {row.channel for row in found}, self._per_channel)
        lanes = _lanes(self._session, {row.lane for row in found if row.lane})
        for row in found:
            if self._used[row.way] >= most(row.way, row.kind):
                self._closed.add(row.way)
            elif row.lane and self._used[f"lane {row.lane}"] >= lanes.get(row.lane, (limit, 0.0))[0]:
                self._busy.add(row.lane)
            elif len(self.chosen) < limit:
                self.chosen.append(row.id)
                self._used[row.way] += 1
                self._used[f"lane {row.lane}"] += 1
        for lane, (_, per_s) in lanes.items():
            _pass(self._session, lane, self._used.pop(f"lane {lane}", 0), per_s, self._now)
            if per_s:
                self._busy.add(lane)


_Row = Row[tuple[str, str, str, str, str | None]]
_LOOKS = {
    (state, rank): select(
        col(Delivery.id), WAY.label("way"), col(Delivery.channel), col(Delivery.kind), col(Delivery.lane)
    )
    .where(in_state(state), col(Delivery.rank) == rank)
    .order_by(col(Delivery.due_at), col(Delivery.id))
    for state in _WAITING
    for rank in _RANKS
}


def _due(
    session: Session, state: DeliveryState, rank: int, wanted: Sequence[ColumnElement[bool]], most: int
) -> Sequence[_Row]:
    """Look one state and rank up: only so is the index read in the order of what is due, and no further than needed."""
    if most <= 0:
        return []
    query = _LOOKS[state, rank].where(*wanted).limit(most).with_for_update(skip_locked=True)
    return session.execute(query).all()


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
