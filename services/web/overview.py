"""The first page: is everything all right? The same counts as `tocsin queues`, the day's numbers, the last alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from services.accounts import own
from services.store import alerts, latency, queues, today
from services.store.owners import Owner
from services.store.queues import StageCount
from services.web import words
from services.web.briefs import briefs_of
from services.web.needs import Found, Need, needs
from services.web.site import Frame, Ours, Reader, Site, frame, page, part
from services.words import count

routes = APIRouter(include_in_schema=False)

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Head:
    """What a page says first."""

    kicker: str
    headline: str
    lede: str


@routes.get("/")
def show(request: Request, site: Ours, reader: Reader, *, still: bool = False) -> Response:
    """Show staff the pipeline and the last alerts, subscribers their own alerts. `still`: it does not change itself."""
    with site.store.read() as session:
        around = frame(site, session, request)
        only = own.person_of(reader)
        briefs = briefs_of(session, alerts.page(session, person=only, limit=SHOWN))
        shown = _board(session, around, only)
    return page("overview.html", frame=around, briefs=briefs, still=still, **shown)


def board(site: Site, request: Request) -> str:
    """Make the part of the first page that changes by itself, for staff."""
    with site.store.read() as session:
        around = frame(site, session, request)
        return part("board.html", frame=around, **_board(session, around, None))


def _board(session: Session, around: Frame, only: Owner | None) -> dict[str, Any]:  # Any: what the template shows
    counts = today.count(session, around.midnight, only)
    if only is not None:
        return {"head": _own_head(counts), "today": counts, "needs": []}
    stages = queues.count(session, around.now)
    listed = _needs(session, stages, counts, around)
    channels = latency.by_channel(session, around.now)
    return {
        "head": _staff_head(listed, stages), "today": counts, "needs": listed, "stages": stages, "channels": channels,
        "slowest": latency.by_source(session, around.now),
    }  # fmt: skip


def _needs(session: Session, stages: list[StageCount], counts: today.Today, around: Frame) -> list[Need]:
    found = Found(stages, queues.blocked(session, around.now), counts.dead, today.troubles(session, around.now))
    return needs(found, around.zone, around.now)


def _staff_head(listed: list[Need], stages: list[StageCount]) -> Head:
    waiting = sum(stage.waiting for stage in stages)
    oldest = max((stage.oldest_s for stage in stages if stage.oldest_s is not None), default=None)
    things = count(len(listed), "thing needs", "things need")
    return Head(
        "Is everything all right?",
        f"Nearly: {things} somebody" if listed else "Yes: nothing needs anybody",
        f"{count(waiting, 'waits', 'wait')} at all stages together, the oldest for {words.short_age(oldest)}."
        if waiting
        else "Nothing waits at any stage.",
    )


def _own_head(counts: today.Today) -> Head:
    told = count(counts.alerts, "alert", "alerts") if counts.alerts else "No alert"
    checked = count(counts.articles, "article was", "articles were")
    return Head("Your alerts", f"{told} today", f"{checked} checked since midnight.")
