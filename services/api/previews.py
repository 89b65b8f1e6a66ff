"""Previews: what a query would have caught in the stored articles, and what a change changes. Nothing is saved."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, model_validator

from services import clock
from services.accounts import own
from services.accounts.tokens import Caller
from services.acts import subscription_acts
from services.api.evidence import EvidenceShown, MissingShown
from services.api.parts import Here, Who
from services.api.queries import QueryText
from services.api.routing import router
from services.api.shapes import Id, Sent, Shown
from services.previews import as_json
from services.previews.diff import diff as diff_of
from services.previews.preview import LONGEST_DAYS, Span, span_of
from services.previews.preview import preview as preview_of
from services.previews.turns import turn
from services.store import people, subscriptions

routes = router("subscriptions")

Days = Annotated[int, Field(ge=1, le=LONGEST_DAYS)]
Limit = Annotated[int, Field(ge=0, le=100)]
Zone = Annotated[str, Field(max_length=60)]


class ToPreview(Sent):
    """A query, how many days to look back, and how many stories to show. `timezone`: whose days are counted."""

    query: QueryText
    days: Days = 30
    limit: Limit = 20
    timezone: Zone | None = None


class ToCompare(Sent):
    """A query, and the one it is compared with: `old`, or that of a subscription."""

    query: QueryText
    old: QueryText | None = None
    subscription: Id | None = None
    days: Days = 30
    limit: Limit = 20
    timezone: Zone | None = None

    @model_validator(mode="after")
    def _one_old(self) -> ToCompare:
        if (self.old is None) == (self.subscription is None):
            raise ValueError('Expected exactly one of the fields "old" and "subscription"')
        return self


class CaughtArticle(Shown):
    """The first article of a story that was caught. One without a title has its first sentence for one."""

    id: str
    title: str
    url: str | None
    source: str
    language: str | None
    published: datetime | None
    seen_at: datetime


class BriefShown(Shown):
    """One story: how many of its articles were caught, and how many sources tell it.

    `evidence`: why. `ignored`: for an article that was not caught, hits in zones that do not count. `because`: in a
    diff, the leaves for which the other query does not catch it. `old`: its source had it before Tocsin watched it, so
    it raised no alert.
    """

    article: CaughtArticle
    story: str | None
    articles: int
    outlets: int
    old: bool
    evidence: list[EvidenceShown]
    ignored: list[EvidenceShown]
    because: list[MissingShown]


class DayShown(Shown):
    """One day: caught articles, and stories that began on it."""

    day: str
    articles: int
    stories: int


class ClauseShown(Shown):
    """What a clause brings, in stories.

    `role`: `either` of several is enough, `both` must hold, `without` must not. `stories`: those it holds for, `share`
    their part of all. `only`: those that would be lost without it. `kept_out`: those besides that would be caught
    without it, where that can be said.
    """

    clause: str
    role: str
    stories: int
    only: int
    share: float
    kept_out: int | None


class PreviewShown(Shown):
    """What a query would have caught. `alerts_per_day` is what to expect: an alert a story."""

    query: str
    notes: list[str]
    days: int
    since: datetime
    until: datetime
    timezone: str
    checked: int
    articles: int
    stories: int
    old_articles: int
    alerts_per_day: float
    per_day: list[DayShown]
    clauses: list[ClauseShown]
    items: list[BriefShown]
    ignored_articles: int
    ignored: list[BriefShown]
    seconds: float


class TwoCounts(Shown):
    """A count for the old query and for the new one."""

    old: int
    new: int


class TwoRates(Shown):
    """Alerts a day for the old query and for the new one."""

    old: float
    new: float


class DayOfTwo(Shown):
    """Stories that began on one day, for the old query and for the new one."""

    day: str
    old: int
    new: int


class StoriesShown(Shown):
    """How many stories, and the newest of them."""

    stories: int
    items: list[BriefShown]


class DiffShown(Shown):
    """What a change of a query changes. `clauses` are those of the new one."""

    query: str
    old: str
    notes: list[str]
    days: int
    since: datetime
    until: datetime
    timezone: str
    checked: int
    stories: TwoCounts
    alerts_per_day: TwoRates
    per_day: list[DayOfTwo]
    clauses: list[ClauseShown]
    gained: StoriesShown
    lost: StoriesShown
    kept: StoriesShown
    seconds: float


@routes.post("/preview")
def preview(sent: ToPreview, here: Here, who: Who) -> PreviewShown:
    """Say what a query would have caught in the stored articles of the last days, and how many alerts to expect."""
    parsed = subscription_acts.check_query(sent.query, here.packs.lookups)
    here.pressure.check_preview()
    with turn(), here.store.read() as session:
        began = time.monotonic()
        found = preview_of(session, here.packs.trees, parsed, _span(here, who, sent), sent.limit)
        shown = as_json.preview(found)
    return PreviewShown.model_validate(
        {"query": parsed.text, "notes": list(parsed.notes), "days": sent.days, **shown, **_since(began)}
    )


@routes.post("/diff")
def diff(sent: ToCompare, here: Here, who: Who) -> DiffShown:
    """Say which stories a change of a query gains, loses and keeps, over the stored articles of the last days."""
    parsed = subscription_acts.check_query(sent.query, here.packs.lookups)
    before = subscription_acts.check_query(_old(here, who, sent), here.packs.lookups, "/old")
    here.pressure.check_preview()
    with turn(), here.store.read() as session:
        began = time.monotonic()
        found = diff_of(session, here.packs.trees, before, parsed, _span(here, who, sent), sent.limit)
        shown = as_json.diff(found)
    said = {"query": parsed.text, "old": before.text, "notes": list(parsed.notes), "days": sent.days}
    return DiffShown.model_validate({**said, **shown, **_since(began)})


def _old(here: Here, who: Caller, sent: ToCompare) -> str:
    if sent.subscription is None:
        return sent.old or ""
    with here.store.read() as session:
        row = subscriptions.get(session, sent.subscription)
        own.check(who, row.person, "subscription", sent.subscription)
        return row.query


def _span(here: Here, who: Caller, sent: ToPreview | ToCompare) -> Span:
    zone = sent.timezone
    if zone is None:
        with here.store.read() as session:
            zone = people.get(session, who.person).timezone
    return span_of(sent.days, clock.now(), zone)


def _since(began: float) -> dict[str, Any]:  # Any: a field of a shape
    return {"seconds": round(time.monotonic() - began, 3)}
