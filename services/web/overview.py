"""The first page: is everything all right? The same counts as `tocsin queues`, the day's numbers, the last alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from services.alerts.reason import first_words, where
from services.store import alerts, articles, queues, sources, subscriptions, today
from services.store.queues import StageCount
from services.store.tables import Alert
from services.web import words
from services.web.needs import Found, Need, needs
from services.web.site import Frame, Ours, Reader, frame, page

routes = APIRouter(include_in_schema=False)

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Brief:
    """One alert as the page tells it."""

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


@dataclass(frozen=True, slots=True)
class Head:
    """What a page says first."""

    kicker: str
    headline: str
    lede: str


@routes.get("/")
def show(request: Request, site: Ours, reader: Reader) -> Response:
    """Show staff the pipeline and the last alerts, subscribers their own alerts."""
    with site.store.read() as session:
        around = frame(site, session, request)
        only = None if around.staff else reader.person
        counts = today.count(session, around.midnight, only)
        briefs = _briefs(session, only)
        stages = queues.count(session, around.now) if around.staff else []
        listed = _needs(session, stages, counts, around) if around.staff else []
    head = _staff_head(listed, stages) if around.staff else _own_head(counts)
    return page("overview.html", frame=around, head=head, stages=stages, needs=listed, today=counts, briefs=briefs)


def _needs(session: Session, stages: list[StageCount], counts: today.Today, around: Frame) -> list[Need]:
    found = Found(stages, queues.blocked(session, around.now), counts.dead, today.troubles(session))
    return needs(found, around.zone, around.now)


def _staff_head(listed: list[Need], stages: list[StageCount]) -> Head:
    waiting = sum(stage.waiting for stage in stages)
    oldest = max((stage.oldest_s for stage in stages if stage.oldest_s is not None), default=None)
    things = words.count(len(listed), "thing needs", "things need")
    return Head(
        "Is everything all right?",
        f"Nearly: {things} somebody" if listed else "Yes: nothing needs anybody",
        f"{words.count(waiting, 'waits', 'wait')} at all stages together, the oldest for {words.short_age(oldest)}."
        if waiting
        else "Nothing waits at any stage.",
    )


def _own_head(counts: today.Today) -> Head:
    told = words.count(counts.alerts, "alert", "alerts") if counts.alerts else "No alert"
    checked = words.count(counts.articles, "article was", "articles were")
    return Head("Your alerts", f"{told} today", f"{checked} checked since midnight.")


def _briefs(session: Session, person: str | None) -> list[Brief]:
    rows = alerts.page(session, person=person, limit=SHOWN)
    told = articles.by_ids(session, [row.article for row in rows])
    outlets = sources.names(session, [article.source for article in told.values()])
    asked = subscriptions.names(session, [row.subscription for row in rows])
    links = alerts.links_of(session, [row.id for row in rows])
    found = []
    for row in rows:
        article = told[row.article]
        title = article.title or first_words(article.text or "")
        states = sorted({link.state for link in links[row.id]})
        found.append(_brief(row, title, article.url, outlets[article.source], asked[row.subscription], states))
    return found


def _brief(row: Alert, title: str, url: str | None, source: str, subscription: str, states: list[str]) -> Brief:
    reason = row.reason
    first: Mapping[str, Any] = next(  # Any: evidence as JSON
        (one for one in reason.get("clauses", []) if one["clause"] == reason.get("clause")), {}
    )
    return Brief(
        subscription=subscription, kind=row.kind, title=title, url=url, source=source,
        sentence=reason.get("sentence", ""), marks=reason.get("marks", []), clause=reason.get("clause", ""),
        where=where(reason.get("zone"), first.get("sentence_number")), at=row.created_at, states=states,
    )  # fmt: skip
