"""Preview: what a query would have caught in the stored articles.

Stories are those of the stored articles, as the pipeline grouped them. Articles that a source already had when it was
added raise no alert: they are shown, marked `old`, and counted apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from sqlmodel import Session

from services.errors import InvalidError
from services.lookback.caught import Caught, Day, Share, by_day, by_story, per_day, shares
from services.lookback.parts import Part, broadened, parts_of
from services.previews.ask import Progress, ask
from services.previews.briefs import Brief, Shown
from services.queries.parser import Parsed
from services.queries.tree import Node
from services.store import bundles
from services.store.bundles import Known

LONGEST_DAYS = 366
MOST_IGNORED = 10


@dataclass(frozen=True, slots=True)
class Span:
    """The window of time that is looked back on, and in whose days it is counted."""

    since: datetime
    until: datetime
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Preview:
    """What a query would have caught. Old articles count in `old_articles` alone."""

    span: Span
    checked: int
    articles: int
    stories: int
    old_articles: int
    alerts_per_day: float
    days: Sequence[Day]
    shares: Sequence[Share]
    briefs: Sequence[Brief]
    ignored_articles: int
    ignored: Sequence[Brief]


def span_of(days: int, now: datetime, zone: str) -> Span:
    """Give the window of so many days up to now."""
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidError(f"Expected 1 to {LONGEST_DAYS} days, found {days}", field="/days")
    try:
        return Span(now - timedelta(days=days), now, ZoneInfo(zone))
    except (KeyError, ValueError, OSError) as error:
        raise InvalidError(f'There is no time zone "{zone[:60]}"', field="/timezone") from error


def preview(
    session: Session,
    topics: Mapping[str, Node],
    parsed: Parsed,
    span: Span,
    limit: int,
    progress: Progress | None = None,
) -> Preview:
    """Say what a query would have caught."""
    tree = parsed.tree
    parts = parts_of(tree)
    rests = [part.rest for part in parts if part.rest is not None]
    asked = ask(session, topics, span.since, [tree, broadened(tree, topics), *rests], [p.node for p in parts], progress)
    caught, broad = asked.queries[0], asked.queries[1] - asked.queries[0]
    known = bundles.known(session, sorted(caught))
    stories = by_story(fresh(known))
    checked, first_seen = bundles.count_since(session, span.since)
    shown = Shown(session, topics)
    return Preview(
        span, checked, sum(map(len, stories.values())), len(stories), sum(one.old for one in known),
        per_day(len(stories), span.since, span.until, first_seen), by_day(stories, span.since, span.until, span.zone),
        shares_of(session, parts, asked.parts, asked.queries[2:], caught, stories),
        shown.caught(tree, known, limit), len(broad), shown.uncaught(tree, broad, min(limit, MOST_IGNORED)),
    )  # fmt: skip


def fresh(known: Iterable[Known]) -> list[Caught]:
    """Give what raises alerts of what was caught: all but old articles. One without a story is its own."""
    return [Caught(one.id, one.story or one.id, one.seen_at) for one in known if not one.old]


def shares_of(
    session: Session, parts: Sequence[Part], holding: Sequence[set[str]], rests: Sequence[set[str]], caught: set[str],
    stories: Mapping[str, Sequence[Caught]],
) -> list[Share]:  # fmt: skip
    """Count what each part of a query brings; `rests` are what the query catches without each that keeps out."""
    more = [rest - caught for rest in rests]
    story_of = {one.id: one.story for one in fresh(bundles.known(session, sorted(set().union(*more))))}
    besides = iter([{story_of[id_] for id_ in ids if id_ in story_of} - stories.keys() for ids in more])
    return shares(parts, holding, [None if part.rest is None else next(besides) for part in parts], stories)
