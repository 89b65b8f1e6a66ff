"""Alerts as lists tell them: the outlet and time, the headline, the passage, the reason, what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from services.alerts.reason import first_words, where
from services.store import alerts, articles, sources, stories, subscriptions
from services.store.tables import Alert, Article, Story


@dataclass(frozen=True, slots=True)
class Brief:
    """One alert as a page tells it. `copies` counts the other articles of its story."""

    id: str
    subscription: str
    kind: str
    title: str
    url: str | None
    source: str
    sentence: str
    marks: list[list[int]]
    clause: str
    where: str
    at: datetime
    states: list[str]
    copies: int


@dataclass(frozen=True, slots=True)
class Day:
    """The alerts of one day in the reader's zone."""

    name: str
    briefs: list[Brief]


def briefs_of(session: Session, rows: Sequence[Alert]) -> list[Brief]:
    """Tell alerts, in the order given."""
    told = articles.by_ids(session, [row.article for row in rows])
    outlets = sources.names(session, [article.source for article in told.values()])
    asked = subscriptions.names(session, [row.subscription for row in rows])
    links = alerts.links_of(session, [row.id for row in rows])
    known = stories.by_ids(session, [row.story for row in rows])
    return [
        _brief(
            row, told[row.article], outlets[told[row.article].source], asked[row.subscription], known[row.story],
            sorted({link.state for link in links[row.id]}),
        )
        for row in rows
    ]  # fmt: skip


def by_day(briefs: Sequence[Brief], zone: str, now: datetime) -> list[Day]:
    """Part alerts by the reader's days: "Today", "Yesterday", "Wednesday 18 November"."""
    days: list[Day] = []
    for brief in briefs:
        name = _day(brief.at, zone, now)
        if not days or days[-1].name != name:
            days.append(Day(name, []))
        days[-1].briefs.append(brief)
    return days


def headline(article: Article) -> str:
    """Give the title of an article, or its first words."""
    return article.title or first_words(article.text or "") or "Untitled"


def _brief(row: Alert, article: Article, source: str, subscription: str, story: Story, states: list[str]) -> Brief:
    reason = row.reason
    first: Mapping[str, Any] = next(  # Any: evidence as JSON
        (one for one in reason.get("clauses", []) if one["clause"] == reason.get("clause")), {}
    )
    return Brief(
        id=row.id, subscription=subscription, kind=row.kind, title=headline(article), url=article.url, source=source,
        sentence=reason.get("sentence", ""), marks=reason.get("marks", []), clause=reason.get("clause", ""),
        where=where(reason.get("zone"), first.get("sentence_number")), at=row.created_at, states=states,
        copies=max(0, story.articles - 1),
    )  # fmt: skip


def _day(at: datetime, zone: str, now: datetime) -> str:
    local, today = at.astimezone(ZoneInfo(zone)).date(), now.astimezone(ZoneInfo(zone)).date()
    if local == today:
        return "Today"
    if local == today - timedelta(days=1):
        return "Yesterday"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local:%A} {local.day} {local:%B}{year}"
