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


def slot(cadence: str, timezone: str, now: datetime) -> Slot:
    """Give the window that `now` falls into: to the next full hour, 07:30 of a day, or 07:30 of a Monday."""
    zone = ZoneInfo(timezone)
    if cadence == "hourly":
        opens = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return Slot(cadence, opens, opens + timedelta(hours=1))
    today = now.astimezone(zone).date()
    if cadence == "weekly":
        today -= timedelta(days=today.weekday())
    days = 7 if cadence == "weekly" else 1
    if _morning(today, zone) > now:
        today -= timedelta(days=days)
    return Slot(cadence, _morning(today, zone), _morning(today + timedelta(days=days), zone))


def _morning(day: date, zone: ZoneInfo) -> datetime:
    """A time that the clock skips is read with the offset before the change, as PEP 495 has it."""
    return datetime.combine(day, MORNING, zone).astimezone(UTC)
