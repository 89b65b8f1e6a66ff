"""Decide what a matched alert becomes on one channel: told now, gathered, or not told; always with the reason.

A channel hears of a story once. It hears again of a correction or a material update, in the same thread. The first
alert of a subscription leaves at once, the next ones are gathered until `group` has passed since its last message.
Does not send anything and does not know the time of day but through `now`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.alerts.digest import Slot, slot


class Act(StrEnum):
    """What becomes of an alert on a channel."""

    TELL = "tell"
    GATHER = "gather"
    TOLD = "told"
    MUTED = "muted"


class Because(StrEnum):
    """Why; stored with the alert and shown."""

    FIRST = "first message of this subscription in a while"
    CHANGED = "a story already told has changed"
    URGENT = "the subscription is urgent"
    RECENT = "a message of this subscription left a moment ago"
    CADENCE = "the subscription is told in digests"
    TOLD = "told through another subscription"
    MUTED = "the subscription is muted"
    NO_CHANNEL = "no channel of the subscription is active"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the subscription and its person asked for."""

    cadence: str
    timezone: str
    urgent: bool = False
    muted_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the channel heard before. `through`: the subscription by which it heard of this story in this kind."""

    through: str | None = None
    last_message_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The act and its reason; `gathered` says in which window when the act is to gather."""

    act: Act
    because: Because
    gathered: Slot | None = None
    through: str | None = None


def decide(kind: str, known: Known, wishes: Wishes, now: datetime, group: timedelta) -> Decision:
    """Say what becomes of one alert of one subscription on one channel."""
    if wishes.muted_until is not None and now < wishes.muted_until:
        return Decision(Act.MUTED, Because.MUTED)
    if known.through is not None:
        return Decision(Act.TOLD, Because.TOLD, through=known.through)
    if wishes.urgent:
        return Decision(Act.TELL, Because.URGENT)
    if wishes.cadence != "instant":
        return Decision(Act.GATHER, Because.CADENCE, slot(wishes.cadence, wishes.timezone, now))
    if kind != "new":
        return Decision(Act.TELL, Because.CHANGED)
    last = known.last_message_at
    if last is not None and now < last + group:
        return Decision(Act.GATHER, Because.RECENT, Slot("five_minutes", last, last + group))
    return Decision(Act.TELL, Because.FIRST)


def together(decisions: Sequence[Decision]) -> list[Decision]:
    """Settle the alerts that one channel gets of one story at once: if one is told now, all others ride with it."""
    if not any(decision.act is Act.TELL for decision in decisions):
        return list(decisions)
    return [Decision(Act.TELL, decision.because) if decision.act is Act.GATHER else decision for decision in decisions]
