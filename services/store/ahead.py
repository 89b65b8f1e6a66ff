"""What a clock that was set back left lying in the future: times that are further ahead than anything is put off for.

Without this a clock that goes back by a day holds every channel, way out and host for that day, since each is free only
from the time on at which it was last used. A time that may be meant is left alone: the next try of a message that
failed, a host or receiver that named the time itself, a window that closes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Update, or_, update
from sqlalchemy.orm import Mapped
from sqlmodel import SQLModel, col

from services.alerts.retry import MOST_WAIT_S
from services.store.articles import RETRY
from services.store.live import in_state
from services.store.source_tables import Host, HubDelivery, WebSub
from services.store.states import DeliveryState
from services.store.tables import Article, Channel, Delivery, Lane, Remainder, Source
from services.store.work import Store

_SLOWEST = timedelta(
    minutes=1
)  # a way out is closed for as long as one message takes: one a minute, at the slowest kept
_HOST = timedelta(hours=1)  # a host that is busy is left alone for so long at most
_NAMED = timedelta(seconds=MOST_WAIT_S)  # the longest that another side may name


@dataclass(frozen=True, slots=True)
class Longest:
    """The longest times that are written by the settings: a lease, the rest of a failing channel, the gap of a poll."""

    lease: timedelta
    rest: timedelta
    poll: timedelta


def bring_back(store: Store, now: datetime, longest: Longest) -> int:
    """Set what lies too far ahead to `now`, each kind in a transaction of its own; give how many rows.

    Twice, or at once by several processes, is the same as once.
    """
    found = 0
    for statement in _statements(now, longest):
        with store.write() as work:
            found += work.session.execute(statement).rowcount  # type: ignore[attr-defined]  # a cursor result
    return found


def _statements(now: datetime, longest: Longest) -> Iterator[Update]:
    well = (col(Channel.failures) == 0) & (col(Channel.breaker_level) == 0)
    yield _back(Channel, col(Channel.breaker_until), now, timedelta(), well)
    yield _back(Channel, col(Channel.breaker_until), now, max(longest.rest, _NAMED))
    yield _back(Lane, col(Lane.free_at), now, _SLOWEST, col(Lane.per_s) >= 1 / _SLOWEST.total_seconds())
    yield _back(Host, col(Host.free_at), now, max(longest.lease, _HOST))
    held = in_state(DeliveryState.LEASED, DeliveryState.INFLIGHT)
    yield _back(Delivery, col(Delivery.lease_until), now, longest.lease, held)
    fresh = in_state(DeliveryState.PENDING) & (col(Delivery.tries) == 0)
    yield _back(Delivery, col(Delivery.due_at), now, timedelta(), fresh)
    for stage in (col(Article.read_at).is_(None), col(Article.read_at).is_not(None)):
        waits = stage & (col(Article.state) == "new")
        yield _back(Article, col(Article.lease_until), now, longest.lease, waits)
        yield _back(
            Article,
            col(Article.due_at),
            now,
            RETRY,
            waits & or_(col(Article.page).is_(None), col(Article.page) != "due"),
        )
    yield _back(Remainder, col(Remainder.due_at), now, timedelta(minutes=10))
    yield _back(Source, col(Source.lease_until), now, longest.lease)
    yield _back(Source, col(Source.next_poll_at), now, max(longest.poll, _NAMED))
    yield _back(WebSub, col(WebSub.lease_until), now, longest.lease)
    yield _back(HubDelivery, col(HubDelivery.lease_until), now, longest.lease)


def _back(  # Any: a column of times, which may be null
    table: type[SQLModel], column: Mapped[Any], now: datetime, most: timedelta, *wanted: ColumnElement[bool]
) -> Update:
    return update(table).where(column > now + most, *wanted).values({column: now})
