"""How many there are of what, by state: for programs that watch over many days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from services.store.states import ChannelState, Health, SubscriptionState
from services.store.tables import Channel, Incident, Source, Subscription


@dataclass(frozen=True, slots=True)
class Overall:
    """Rows by state; a state that none is in has 0. `incidents`: the open ones by their kind."""

    sources: Mapping[str, int]
    channels: Mapping[str, int]
    subscriptions: Mapping[str, int]
    incidents: Mapping[str, int]
    rules: int


def count(session: Session) -> Overall:
    """Count all."""
    live = select(func.count(func.distinct(col(Subscription.rule_key))))
    return Overall(
        sources=_by(session, col(Source.told), Health, col(Source.deleted_at).is_(None)),
        channels=_by(session, col(Channel.state), ChannelState),
        subscriptions=_by(session, col(Subscription.state), SubscriptionState),
        incidents=_by(session, col(Incident.kind), (), col(Incident.ended_at).is_(None)),
        rules=session.scalar(live.where(col(Subscription.state) == SubscriptionState.ACTIVE)) or 0,
    )


def _by(  # Any: a clause
    session: Session, column: Mapped[str], states: type[StrEnum] | Iterable[StrEnum], *where: Any
) -> dict[str, int]:
    found = {state.value: 0 for state in states}
    for state, number in session.execute(select(column, func.count()).where(*where).group_by(column)):
        found[state] = number
    return found
