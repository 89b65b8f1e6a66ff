"""When gathered alerts leave: at local times in the person's zone, right over changes of daylight saving time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING = time(7, 30)


@dataclass(frozen=True, slots=True)
class Slot:
    """A window of a channel: alerts from `opens` on are told together at `closes`. Both in UTC."""

    cadence: str
    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a person's digests leave: the local time of the day, and for weekly ones the day, 0 for Monday."""

    at: time = MORNING
    day: int = 0


USUAL = Rhythm()


def slot(cadence: str, timezone: str, now: datetime, rhythm: Rhythm = USUAL) -> Slot:  # frozen
    """Give the window that `now` falls into: to the next full hour, to the person's time of a day, or of a week."""
    zone = ZoneInfo(timezone)
    if cadence == "hourly":
        return _hour(cadence, zone, now)
    today = now.astimezone(zone).date()
    if cadence == "weekly":
        today -= timedelta(days=(today.weekday() - rhythm.day) % 7)
    days = 7 if cadence == "weekly" else 1
    if _at(today, rhythm.at, zone) > now:
        today -= timedelta(days=days)
    return Slot(cadence, _at(today, rhythm.at, zone), _at(today + timedelta(days=days), rhythm.at, zone))


def hour(cadence: str, now: datetime) -> Slot:
    """Give the window of the hour that `now` lies in, by the clock of UTC."""
    return _hour(cadence, ZoneInfo("UTC"), now)


def _hour(cadence: str, zone: ZoneInfo, now: datetime) -> Slot:
    """A full hour by the local clock: some zones are half an hour off."""
    past = timedelta(minutes=now.astimezone(zone).minute, seconds=now.second, microseconds=now.microsecond)
    opens = now.astimezone(UTC) - past
    return Slot(cadence, opens, opens + timedelta(hours=1))


def _at(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A time that the clock skips is read with the offset before the change, as PEP 495 has it."""
    return datetime.combine(day, at, zone).astimezone(UTC)
