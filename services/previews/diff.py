"""Diff: the stories that a change of a query gains, loses and keeps, over the same stored articles."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from services.lookback.caught import Caught, Day, Share, by_day, by_story, per_day
from services.lookback.parts import parts_of
from services.previews.ask import Progress, ask
from services.previews.briefs import Brief, Shown
from services.previews.preview import Span, fresh, shares_of
from services.queries.parser import Parsed
from services.queries.tree import Node
from services.store import bundles
from services.store.bundles import Known


@dataclass(frozen=True, slots=True)
class Side:
    """One query of a diff."""

    stories: int
    alerts_per_day: float
    days: Sequence[Day]


@dataclass(frozen=True, slots=True)
class Stories:
    """Stories of a diff: how many, and the newest of them."""

    stories: int
    briefs: Sequence[Brief]


@dataclass(frozen=True, slots=True)
class Diff:
    """What a change of a query gains, loses and keeps, and what each clause of the new one brings."""

    span: Span
    checked: int
    old: Side
    new: Side
    gained: Stories
    lost: Stories
    kept: Stories
    shares: Sequence[Share]


def diff(
    session: Session, topics: Mapping[str, Node], old: Parsed, new: Parsed, span: Span, limit: int,
    progress: Progress | None = None,
) -> Diff:  # fmt: skip
    """Say what stories a query gains, loses and keeps against another."""
    parts = parts_of(new.tree)
    rests = [part.rest for part in parts if part.rest is not None]
    asked = ask(session, topics, span.since, [new.tree, old.tree, *rests], [part.node for part in parts], progress)
    after, before = asked.queries[0], asked.queries[1]
    known = {one.id: one for one in bundles.known(session, sorted(after | before))}
    stories = [by_story(fresh(one for id_, one in known.items() if id_ in ids)) for ids in (before, after)]
    checked, first_seen = bundles.count_since(session, span.since)
    sides = [
        Side(len(its), per_day(len(its), span.since, span.until, first_seen),
             by_day(its, span.since, span.until, span.zone))
        for its in stories
    ]  # fmt: skip
    shown = Shown(session, topics)
    gained, lost = stories[1].keys() - stories[0].keys(), stories[0].keys() - stories[1].keys()
    kept = stories[0].keys() & stories[1].keys()
    return Diff(
        span, checked, sides[0], sides[1],
        Stories(len(gained), shown.changed(new.tree, old.tree, _of(known, stories[1], gained), limit)),
        Stories(len(lost), shown.changed(old.tree, new.tree, _of(known, stories[0], lost), limit)),
        Stories(len(kept), shown.caught(new.tree, _of(known, stories[1], kept), limit)),
        shares_of(session, parts, asked.parts, asked.queries[2:], after, stories[1]),
    )  # fmt: skip


def _of(known: Mapping[str, Known], stories: Mapping[str, Sequence[Caught]], wanted: Collection[str]) -> list[Known]:
    return [known[one.id] for story, its in stories.items() if story in wanted for one in its]
