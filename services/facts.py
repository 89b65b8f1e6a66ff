"""What a message says, gathered from the rows: the stories it tells, why, to whom, and when things happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from services.alerts.digest import slot
from services.alerts.message import (
    AlertFacts,
    Asked,
    Clause,
    Clock,
    DigestFacts,
    Evidence,
    Foot,
    Links,
    Listened,
    Section,
)
from services.alerts.reason import first_words, where
from services.articles.article import Zone
from services.store import alerts, people, windows
from services.store.articles import value_of
from services.store.tables import Alert, Article, Channel, Delivery, Source, Story, Subscription, Window

Told = tuple[Alert, Subscription, Article, Story]


def of_delivery(
    session: Session, row: Delivery, now: datetime, links: Callable[[str], Links] = lambda _: Links()
) -> AlertFacts | DigestFacts | None:
    """Gather what a delivery tells; `None` if nothing is left of it. `links` gives the pages about an alert."""
    rows = alerts.of_delivery(session, row.id)
    if not rows and (row.kind != "digest" or alerts.had_any(session, row.id)):
        return None
    by_story: dict[tuple[str, str], list[Told]] = {}
    for told in rows:
        by_story.setdefault((told[3].id, told[0].kind), []).append(told)
    stories = [(_story(session, its, now, links), its) for its in by_story.values()]
    if not row.dedupe_key.startswith(("group:", "digest:")):
        return stories[0][0]
    window = session.get_one(Window, row.dedupe_key.partition(":")[2])
    cadence = "group" if window.cadence == "five_minutes" else window.cadence
    return DigestFacts(cadence, window.opens_at, now, _sections(stories), next_at=_next(session, window))


def _next(session: Session, window: Window) -> datetime | None:
    """Say when the digest after this one leaves, for rhythms that go on."""
    if window.cadence not in windows.DIGESTS:
        return None
    person = people.get(session, session.get_one(Channel, window.channel).person)
    return slot(window.cadence, person.timezone, window.closes_at, people.rhythm(person)).closes


def foot(
    session: Session, row: Delivery, channel: Channel, *, unsubscribe: str | None, listened: Listened | None = None
) -> Foot:
    """Gather to whom a message goes and how to leave."""
    person = people.get(session, channel.person)
    since = session.scalar(
        select(func.min(col(Subscription.created_at)))
        .join(Alert, col(Alert.subscription) == col(Subscription.id))
        .where(col(Alert.story) == row.story if row.story else col(Subscription.person) == person.id)
        .where(col(Subscription.person) == person.id)
    )
    to = channel.label if channel.kind == "email" else ""
    return Foot(
        message=row.id, zone=person.timezone, to=to, subscribed=since, unsubscribe=unsubscribe, listened=listened
    )


def listened_since(session: Session, row: Delivery, said: AlertFacts | DigestFacts, channel: Channel) -> datetime:
    """Say from when on a message tells what was listened to: since the window opened, or the message before."""
    if isinstance(said, DigestFacts):
        return said.since
    before = col(Delivery.channel) == row.channel, col(Delivery.created_at) < row.created_at
    last = select(func.max(col(Delivery.created_at))).where(*before, col(Delivery.kind) != "confirm")
    return session.scalar(last) or channel.created_at


def _sections(stories: Sequence[tuple[AlertFacts, Sequence[Told]]]) -> tuple[Section, ...]:
    """Put each story under the first subscription that it met."""
    sections: dict[str, list[AlertFacts]] = {}
    for facts, its in stories:
        sections.setdefault(its[0][1].name, []).append(facts)
    return tuple(Section(name, tuple(facts)) for name, facts in sorted(sections.items()))


def _story(session: Session, its: Sequence[Told], now: datetime, links: Callable[[str], Links]) -> AlertFacts:
    alert, _, article, story = its[0]
    notes = dict.fromkeys(one.note for _, one, _, _ in its if one.note)
    source = session.get_one(Source, article.source)
    return AlertFacts(
        story=story.id,
        kind=alert.kind,
        title=article.title or first_words(_lead(article)),
        url=article.url,
        outlet=source.name,
        clock=Clock(
            seen=article.seen_at,
            matched=article.matched_at or alert.created_at,
            sent=now,
            published=article.published_at,
        ),
        asked=tuple(Asked(one.id, one.name, its_alert.id) for its_alert, one, _, _ in its),
        evidence=_evidence(alert.reason),
        clauses=tuple(_clause(clause) for clause in alert.reason.get("clauses", [])),
        places=tuple(alert.reason.get("places", [])),
        copies=_other_outlets(session, story),
        told_at=None if alert.kind == "new" else _told_at(session, story.id, alert.subscription),
        note="; ".join([*notes, *filter(None, [alert.reason.get("note")])]),
        article=article.id,
        links=links(alert.id),
    )


def _lead(article: Article) -> str:
    value = value_of(article)
    spans = [p for p in value.passages if p.zone in (Zone.LEAD, Zone.BODY)]
    return value.text[spans[0].start : spans[0].end] if spans else value.text


def _evidence(reason: dict[str, Any]) -> Evidence | None:  # Any: evidence as JSON
    if not reason.get("sentence"):
        return None
    marks = tuple((int(low), int(high)) for low, high in reason.get("marks", []))
    return Evidence(reason["sentence"], marks, reason["clause"], reason["zone"] or "")


def _clause(clause: dict[str, Any]) -> Clause:  # Any: evidence as JSON
    name = str(clause["clause"])
    label = {"topic": "Topic", "place": "Place", "about": "About", "gov": "Government"}.get(
        name.partition(":")[0], "Words"
    )
    return Clause(label, where(clause["zone"], clause["sentence_number"]), name)


def _other_outlets(session: Session, story: Story) -> int:
    sources = select(func.count(func.distinct(col(Article.source)))).where(col(Article.story) == story.id)
    return max(0, int(session.scalar(sources) or 1) - 1)


def _told_at(session: Session, story: str, subscription: str) -> datetime | None:
    first = select(func.min(col(Alert.created_at))).where(
        col(Alert.story) == story, col(Alert.subscription) == subscription, col(Alert.kind) == "new"
    )
    return session.scalar(first)
