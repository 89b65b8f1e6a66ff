"""When a source is polled next, and when its silence is news: decided from how often it publishes. Pure.

A source is asked twice in its usual gap between articles, and ever less often the longer it is silent, but at least
every 60 minutes and at most every 2. What it says itself (`Cache-Control`, `Retry-After`) can only make that longer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from services.alerts.retry import retry_after_s

SILENCE_PART = 20  # a source that is silent for 8 hours is asked every 24 minutes
QUIET_GAPS = 3
FEWEST_GAPS = 5  # fewer say nothing about what is usual
LEAST_LONGEST = timedelta(minutes=20)
LONGEST_AGE_S = 24 * 3600.0
SPREAD = 0.1


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The bounds. `first`: for a source whose rhythm is not known. `gap`: between two requests to one host."""

    first: timedelta = timedelta(minutes=5)
    least: timedelta = timedelta(minutes=2)
    most: timedelta = timedelta(minutes=60)
    backfill: timedelta = timedelta(hours=24)
    lease: timedelta = timedelta(seconds=60)
    gap: timedelta = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual for a source, in seconds: the gap between two articles, and the longest one now and then."""

    gap_s: float
    longest_s: float | None
    last: datetime

    @property
    def quiet_at(self) -> datetime | None:
        """When its silence is three times what is usual."""
        return None if self.longest_s is None else self.last + timedelta(seconds=QUIET_GAPS * self.longest_s)


def usual(times: Sequence[datetime]) -> Usual | None:
    """Tell the rhythm from when the last hundred articles were published, the newest first.

    The longest usual gap is the second longest of those seen: nights and weekends come again and again, one outage
    does not make the next one usual.
    """
    gaps = sorted(((new - old).total_seconds() for new, old in zip(times, times[1:], strict=False)), reverse=True)
    if len(gaps) < 2:
        return None
    longest = None
    if len(gaps) >= FEWEST_GAPS:
        longest = max(gaps[1] if len(gaps) >= 20 else gaps[0], LEAST_LONGEST.total_seconds())
    return Usual(median(gaps), longest, times[0])


def interval(rhythm: Rhythm, gap_s: float | None, silent: timedelta | None, *, pushed: bool = False) -> timedelta:
    """Give the time to the next poll of a source that works; one that a hub pushes is polled rarely."""
    if pushed:
        return rhythm.most
    if gap_s is None:
        return min(rhythm.first, rhythm.most)
    wanted = max(timedelta(seconds=gap_s / 2), (silent or timedelta()) / SILENCE_PART)
    return min(max(wanted, rhythm.least), rhythm.most)


def backoff(rhythm: Rhythm, base: timedelta, fails: int) -> timedelta:
    """Give the time to the next poll after so many failures in a row: doubled each time, never more than the most."""
    factor: int = 2 ** min(fails, 12)
    return min(base * factor, max(rhythm.most, base))


def asked_wait(headers: Mapping[str, str], status: int, now: datetime) -> timedelta:
    """Say how long the server asks to be left alone, a day at most; nothing for what cannot be read."""
    waits = [0.0]
    if status not in (200, 304):
        waits.append(retry_after_s(headers.get("retry-after"), now) or 0.0)
    elif (age := _max_age_s(headers)) is not None:
        waits.append(age)
    return timedelta(seconds=min(max(waits), LONGEST_AGE_S))


def _max_age_s(headers: Mapping[str, str]) -> float | None:
    given = headers.get("cache-control", "")
    found = re.search(r"(?<![\w-])max-age\s*=\s*\"?(\d{1,9})", given, re.IGNORECASE)
    if found is None or re.search(r"no-cache|no-store", given, re.IGNORECASE):
        return None
    old = re.fullmatch(r"\s*(\d{1,9})\s*", headers.get("age", "0"))
    return max(0.0, float(found[1]) - (float(old[1]) if old else 0.0))


def next_poll(now: datetime, wait: timedelta, asked: timedelta, chance: float) -> datetime:
    """Give the moment of the next poll: after our own wait, or later if the server asks for it.

    `chance` from 0 to 1 spreads sources that began together; it never makes a wait shorter than what was asked for.
    """
    return now + max(wait * (1 + SPREAD * (2 * chance - 1)), asked * (1 + SPREAD * chance))
