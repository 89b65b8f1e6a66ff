"""Where the line of due deliveries begins for those who can be served, so that a claim need not go through what waits
for closed channels: a hundred thousand such messages would be passed over at every claim, while others wait for it.

It is only a place to begin. It is looked for anew every few seconds and when other channels close or open, and lies
some seconds back, because a transaction may commit rows that were due before it ended.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from services.store.live import in_state
from services.store.states import DeliveryState
from services.store.tables import Channel, Delivery
from services.store.work import Store

LOOK_S = 5.0
_BACK = timedelta(seconds=15)
RANKS = (0, 1)


class Front:
    """What one worker knows of it; used by one thread at a time."""

    def __init__(self) -> None:
        self._since: dict[int, datetime] = {}
        self._closed: frozenset[str] = frozenset()
        self._until = 0.0

    def since(self, store: Store, now: datetime) -> Mapping[int, datetime]:
        """Give for each rank the time before which nothing is due that can be served; nothing where all can be."""
        with store.look() as session:
            closed = frozenset(session.scalars(select(col(Channel.id)).where(col(Channel.breaker_until) > now)))
            if not closed:
                self._since = {}
            elif closed != self._closed or self._is_old(now):
                self._since = {rank: _first(session, rank, closed, now) for rank in RANKS}
                self._until = time.monotonic() + LOOK_S
            self._closed = closed
        return self._since

    def _is_old(self, now: datetime) -> bool:
        return time.monotonic() >= self._until or any(
            at > now - _BACK for at in self._since.values()
        )  # a clock set back


def _first(session: Session, rank: int, closed: Collection[str], now: datetime) -> datetime:
    others = col(Delivery.via).is_not(None) | col(Delivery.channel).not_in(closed)
    query = (
        select(col(Delivery.due_at))
        .where(in_state(DeliveryState.PENDING), col(Delivery.rank) == rank, col(Delivery.due_at) <= now, others)
        .order_by(col(Delivery.due_at), col(Delivery.id))
        .limit(1)
    )
    return min(session.scalar(query) or now, now - _BACK)
