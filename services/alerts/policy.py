"""Decide what a matched alert becomes on one channel: told now, gathered, or not told; always with the reason.

A channel hears of a story once. It hears again of a correction or a material update, in the same thread. The first
alert of a subscription leaves at once, the next ones are gathered until `group` has passed since its last message.
Quiet hours, a snooze and a flood hold alerts and tell them together; only a mute keeps them from being told, and then
they stand in the list with that reason. Does not send anything and knows the time of day only through `now`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.alerts.digest import USUAL, Rhythm, Slot, hour, slot
from services.alerts.quiet import Quiet, quiet_span


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
    QUIET = "it is in the quiet hours, which hold it until they end"
    SNOOZED = "the subscription is snoozed, and tells together when that ends"
    FLOOD = "many alerts came at once; the rest of the hour is told together"
    TOLD = "told through another subscription"
    BEFORE_SPLIT = "told of this article before an operator parted it from another story"
    MUTED = "the subscription is muted"
    STORY_MUTED = "the story is muted"
    NO_CHANNEL = "no channel of the subscription is active"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the subscription and its person asked for. `muted_until` ends a snooze that began at `muted_at`."""

    cadence: str
    timezone: str
    urgent: bool = False
    muted: bool = False
    muted_until: datetime | None = None
    muted_at: datetime | None = None
    quiet: Quiet | None = None
    rhythm: Rhythm = USUAL


@dataclass(frozen=True, slots=True)
class Known:
    """What the channel heard before.

    `through`: the subscription by which it heard of this story in this kind; `waits_until`: that is gathered and leaves
    then. `before_split`: as an article of the story that this one was parted from. `story_muted`: its person wants no
    more of the story. `flooded`: too many messages left in a short time.
    """

    through: str | None = None
    waits_until: datetime | None = None
    before_split: bool = False
    last_message_at: datetime | None = None
    story_muted: bool = False
    flooded: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The act and its reason; `gathered` says in which window when the act is to gather."""

    act: Act
    because: Because
    gathered: Slot | None = None
    through: str | None = None


def decide(kind: str, known: Known, wishes: Wishes, now: datetime, group: timedelta) -> Decision:
    """Say what becomes of one alert of one subscription on one channel."""
    if known.story_muted:
        return Decision(Act.MUTED, Because.STORY_MUTED)
    if wishes.muted:
        return Decision(Act.MUTED, Because.MUTED)
    if known.through is not None and known.waits_until is None:
        because = Because.BEFORE_SPLIT if known.before_split else Because.TOLD
        return Decision(Act.TOLD, because, through=known.through)
    decision = _when(kind, known, wishes, now, group)
    if known.waits_until is not None and decision.gathered and decision.gathered.closes >= known.waits_until:
        return Decision(Act.TOLD, Because.TOLD, through=known.through)
    return decision


def _when(kind: str, known: Known, wishes: Wishes, now: datetime, group: timedelta) -> Decision:
    """Say when it is told, as if the channel had not heard of it."""
    if wishes.muted_until is not None and now < wishes.muted_until:
        snooze = Slot("snooze", wishes.muted_at or wishes.muted_until, wishes.muted_until)
        return Decision(Act.GATHER, Because.SNOOZED, snooze)
    if wishes.urgent:
        return Decision(Act.TELL, Because.URGENT)
    if wishes.cadence in ("daily", "weekly"):
        return Decision(Act.GATHER, Because.CADENCE, slot(wishes.cadence, wishes.timezone, now, wishes.rhythm))
    if kind != "new" and wishes.cadence == "instant":
        return Decision(Act.TELL, Because.CHANGED)
    span = quiet_span(wishes.quiet, wishes.timezone, now)
    if span is not None:
        return Decision(Act.GATHER, Because.QUIET, Slot("quiet", span.begins, span.ends))
    if wishes.cadence == "hourly":
        return Decision(Act.GATHER, Because.CADENCE, slot(wishes.cadence, wishes.timezone, now))
    if known.flooded:
        return Decision(Act.GATHER, Because.FLOOD, hour("flood", now))
    last = known.last_message_at and min(known.last_message_at, now)  # a clock may have been set back since
    if last is not None and now < last + group:
        return Decision(Act.GATHER, Because.RECENT, Slot("five_minutes", last, last + group))
    return Decision(Act.TELL, Because.FIRST)


def together(decisions: Sequence[Decision]) -> list[Decision]:
    """Settle the alerts that one channel gets of one story at once: if one is told now, all others ride with it."""
    if not any(decision.act is Act.TELL for decision in decisions):
        return list(decisions)
    return [Decision(Act.TELL, decision.because) if decision.act is Act.GATHER else decision for decision in decisions]
