"""Quiet hours: the part of each day in which a person wants to hear only of what is urgent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.errors import InvalidError


@dataclass(frozen=True, slots=True)
class Quiet:
    """Local times of the day; `begins` after `ends` goes over midnight, as 22:00 to 07:00 does."""

    begins: time
    ends: time


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which it is quiet, in UTC."""

    begins: datetime
    ends: datetime


def quiet_span(quiet: Quiet | None, timezone: str, now: datetime) -> Span | None:
    """Give the quiet time that `now` lies in, or `None`. Both ends are local times, also over a change of the clock."""
    if quiet is None:
        return None
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        span = _of_day(quiet, zone, day)
        if span.begins <= now < span.ends:
            return span
    return None


def _of_day(quiet: Quiet, zone: ZoneInfo, day: date) -> Span:
    over = day if quiet.begins < quiet.ends else day + timedelta(days=1)
    return Span(
        datetime.combine(day, quiet.begins, zone).astimezone(UTC),
        datetime.combine(over, quiet.ends, zone).astimezone(UTC),
    )


def read_quiet(begins: str | None, ends: str | None) -> Quiet | None:
    """Read quiet hours as they are stored: two times, or nothing."""
    if begins is None or ends is None:
        return None
    return Quiet(read_time(begins, "/quiet_from"), read_time(ends, "/quiet_until"))


def read_time(text: str, field: str) -> time:
    """Read a local time of the day, such as 07:30."""
    try:
        hour, colon, minute = text.strip().partition(":")
        if len(hour) not in (1, 2) or len(minute) != 2 or not colon or not (hour + minute).isascii():
            raise ValueError
        return time(int(hour), int(minute))
    except ValueError as error:
        raise InvalidError(f'"{text}" is not a time of the day. Expected one such as 07:30', field=field) from error
