"""What was caught, counted: by story, by day, by clause. An alert is a story that was caught for the first time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from services.lookback.parts import Part, Role

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Caught:
    """An article that was caught. `story` is its story, or itself as long as it has none."""

    id: str
    story: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """What one day brought: articles that were caught, and stories that began with one of them."""

    day: date
    articles: int
    stories: int


@dataclass(frozen=True, slots=True)
class Share:
    """What a clause brings, in stories: those it holds for, those that would be lost without it, and those besides
    that would be caught without it (`kept_out`, where that can be said)."""

    clause: str
    role: Role
    stories: int
    only: int
    share: float
    kept_out: int | None


def by_story(caught: Sequence[Caught]) -> dict[str, list[Caught]]:
    """Group what was caught, in the order of the first article of each story."""
    found: dict[str, list[Caught]] = {}
    for one in sorted(caught, key=lambda one: (one.seen_at, one.id)):
        found.setdefault(one.story, []).append(one)
    return found


def by_day(stories: Mapping[str, Sequence[Caught]], since: datetime, until: datetime, zone: tzinfo) -> list[Day]:
    """Count day by day in a time zone, from the first day to the last, those without anything too."""
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    articles: dict[date, int] = {}
    begun: dict[date, int] = {}
    for its in stories.values():
        days = [one.seen_at.astimezone(zone).date() for one in its]
        begun[days[0]] = begun.get(days[0], 0) + 1
        for day in days:
            articles[day] = articles.get(day, 0) + 1
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [Day(day, articles.get(day, 0), begun.get(day, 0)) for day in days]


def per_day(stories: int, since: datetime, until: datetime, first_seen: datetime | None) -> float:
    """Give the alerts to expect a day: over the time that articles are there for, a day at least."""
    if first_seen is None:
        return 0.0
    covered = max(_DAY, until - max(since, first_seen))
    return stories / (covered / _DAY)


def shares(
    parts: Sequence[Part], holding: Sequence[Collection[str]], besides: Sequence[Collection[str] | None],
    stories: Mapping[str, Sequence[Caught]],
) -> list[Share]:  # fmt: skip
    """Count what each part brings.

    `holding`: the caught articles that it holds for. `besides`: the stories that the query without it catches more.
    """
    found = []
    for at, part in enumerate(parts):
        mine = holding[at]
        others: set[str] = set()
        if part.role is Role.EITHER:
            others.update(*(holding[n] for n, other in enumerate(parts) if n != at and other.group == part.group))
        brought = [its for its in stories.values() if any(one.id in mine for one in its)]
        only = sum(all(one.id in mine and one.id not in others for one in its) for its in brought)
        kept_out = besides[at]
        share = len(brought) / len(stories) if stories else 0.0
        counted = None if kept_out is None else len(kept_out)
        found.append(Share(part.clause, part.role, len(brought), only, round(share, 4), counted))
    return found
