"""Alerts, the newest first by day, and one alert with all that is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from services import clock, cursors, reader_acts
from services.accounts import own
from services.alerts.reason import where
from services.errors import InvalidError
from services.reader_links import CHOICES
from services.store import alerts, articles, channels, deliveries, feedback, sources, stories, subscriptions, today
from services.store.tables import Alert, Article, Delivery, StoryMember, Subscription
from services.stories.decision import in_words
from services.web.briefs import briefs_of, by_day, headline
from services.web.clocks import Tick, ticks
from services.web.forms import Filled, onward
from services.web.lists import Cursor, address
from services.web.reading import parts_of
from services.web.site import Ours, Reader, frame, page

routes = APIRouter(include_in_schema=False)

SHOWN = 25
_LIST = "alerts"


@routes.get("/alerts")
def list_all(
    request: Request, site: Ours, reader: Reader, subscription: str = "", words: str = "", cursor: Cursor = None
) -> Response:
    """List alerts of the reader's subscriptions; staff see everybody's."""
    words = " ".join(words.split())[:200]
    before, mine = cursors.by_time(_LIST, cursor), own.person_of(reader)
    with site.store.read() as session:
        around = frame(site, session, request)
        asked = subscriptions.page(session, person=mine, limit=500)
        if subscription:
            own.check(reader, subscriptions.get(session, subscription).person, "subscription", subscription)
        rows = alerts.page(
            session, subscription=subscription or None, person=mine, words=words, before=before, limit=SHOWN + 1
        )
        days = by_day(briefs_of(session, rows[:SHOWN]), around.zone, around.now)
        counts = today.count(session, around.midnight, mine)
        checked = today.count(session, around.now - timedelta(hours=24), mine).articles
        failing = today.troubles(session).failing
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    older = last and address(
        "/alerts", subscription=subscription, words=words, cursor=cursors.time_cursor(_LIST, last.created_at, last.id)
    )
    return page(
        "alerts.html", frame=around, days=days, today=counts, asked=asked, chosen=subscription, words=words,
        older=older, checked=checked, failing=failing, later=cursor is not None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """What became of an alert on one channel."""

    channel: str
    kind: str
    state: str
    delivery: Delivery | None
    answer: str


@dataclass(frozen=True, slots=True)
class Clause:
    """One line of "Why you got this". `number` is its mark in the article."""

    number: int
    clause: str
    where: str
    sentence: str
    marks: list[list[int]]


@routes.get("/alerts/{id}")
def one(id: str, request: Request, site: Ours, reader: Reader) -> Response:  # noqa: A002  # the name in the path
    """Show one alert: why, the clock, the article as it was read, and what happened to its story since."""
    with site.store.read() as session:
        around = frame(site, session, request)
        row = alerts.get(session, id)
        asked = subscriptions.get(session, row.subscription)
        own.check(reader, asked.person, "alert", id)
        article = articles.get(session, row.article)
        told = _told(session, row)
        shown: dict[str, Any] = {  # Any: what the template shows
            "alert": row, "asked": asked, "article": article, "told": told, "title": headline(article),
            "source": sources.names(session, [article.source])[article.source],
            "clauses": _clauses(row), "parts": parts_of(articles.value_of(article), row.reason.get("clauses", [])),
            "ticks": _ticks(row, article, told),
            "said": feedback.of_alert(session, id), "verdicts": CHOICES.items(), "kept": reader_acts.VERDICTS,
            "muted": feedback.is_muted(session, asked.person, row.story),
            "others": _others(session, row, article), "reason_of": reason_of, "story": stories.get(session, row.story),
            "since": briefs_of(session, _since(session, row)), "also": _also(session, row, asked),
        }  # fmt: skip
    return page("alert.html", frame=around, **shown)


@routes.post("/alerts/{id}/feedback")
def say(id: str, site: Ours, reader: Reader, form: Filled) -> Response:  # noqa: A002  # the name in the path
    """Keep what the reader says of an alert, or mute its story and hear it again."""
    said = form.text("say")
    with site.store.write() as work:
        row = alerts.get(work.session, id)
        own.check(reader, subscriptions.get(work.session, row.subscription).person, "alert", id)
        if said in ("mute", "unmute"):
            reader_acts.mute_story(work, reader.name, id, clock.now(), muted=said == "mute")
        elif said in reader_acts.VERDICTS:
            reader_acts.say(work, reader.name, id, reader_acts.VERDICTS[said], clock.now())
        else:
            raise InvalidError(f"Expected one of: {', '.join((*reader_acts.VERDICTS, 'mute', 'unmute'))}", field="/say")
    return onward(f"/alerts/{id}", {"mute": "story-muted", "unmute": "story-heard"}.get(said, "told"))


def _told(session: Session, row: Alert) -> list[Told]:
    found = []
    for link in alerts.links_of(session, [row.id])[row.id]:
        channel = channels.get(session, link.channel)
        delivery = deliveries.get(session, link.delivery) if link.delivery else None
        tries = deliveries.attempts(session, delivery.id) if delivery else []
        answer = (tries[-1].detail or tries[-1].code or "") if tries else ""
        found.append(Told(channel.label, channel.kind, link.state, delivery, answer[:200]))
    return sorted(found, key=lambda told: told.channel)


def _clauses(row: Alert) -> list[Clause]:
    return [
        Clause(
            number,
            one["clause"],
            where(one.get("zone"), one.get("sentence_number")),
            one.get("sentence", ""),
            one.get("marks", []),
        )
        for number, one in enumerate(row.reason.get("clauses", []), start=1)
    ]


def _ticks(row: Alert, article: Article, told: list[Told]) -> list[Tick]:
    sent = min((one.delivery.sent_at for one in told if one.delivery and one.delivery.sent_at), default=None)
    return ticks(article.published_at, article.seen_at, row.created_at, sent)


def _others(session: Session, row: Alert, article: Article) -> list[tuple[Article, str, StoryMember | None]]:
    """Give the other articles of the story with their outlets, what each is to it, and what a revision changed."""
    rows = [one for one in articles.of_story(session, row.story) if one.id != article.id]
    names = sources.names(session, [one.source for one in rows])
    known = stories.members(session, [one.id for one in rows])
    return [(one, names[one.source], known.get(one.id)) for one in rows]


def reason_of(member: StoryMember) -> str:
    """Say why an article is in the story."""
    return in_words(member.because, member.near)


def _since(session: Session, row: Alert) -> list[Alert]:
    known = alerts.page(session, story=row.story, subscription=row.subscription)
    return [one for one in reversed(known) if one.id != row.id]


def _also(session: Session, row: Alert, asked: Subscription) -> list[str]:
    """Name the person's other subscriptions that the story met."""
    known = alerts.page(session, story=row.story, person=asked.person)
    others = {one.subscription for one in known} - {row.subscription}
    return sorted(subscriptions.names(session, sorted(others)).values())
