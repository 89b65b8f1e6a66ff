"""What a message says, gathered from the rows: the stories it tells, why, to whom, and when things happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from services.alerts.message import AlertFacts, Asked, Clause, Clock, DigestFacts, Evidence, Foot, Section
from services.alerts.reason import first_words, where
from services.articles.article import Zone
from services.store import alerts, people
from services.store.articles import value_of
from services.store.tables import Alert, Article, Channel, Delivery, Source, Story, Subscription, Window

Told = tuple[Alert, Subscription, Article, Story]


def of_delivery(session: Session, row: Delivery, now: datetime) -> AlertFacts | DigestFacts | None:
    """Gather what a delivery tells; `None` if nothing is left of it."""
    rows = alerts.of_delivery(session, row.id)
    if not rows:
        return None
    by_story: dict[tuple[str, str], list[Told]] = {}
    for told in rows:
        by_story.setdefault((told[3].id, told[0].kind), []).append(told)
    stories = [(_story(session, its, now), its) for its in by_story.values()]
    if not row.dedupe_key.startswith(("group:", "digest:")):
        return stories[0][0]
    window = session.get_one(Window, row.dedupe_key.partition(":")[2])
    cadence = "group" if window.cadence == "five_minutes" else window.cadence
    return DigestFacts(cadence, window.opens_at, now, _sections(stories))


def foot(session: Session, row: Delivery, channel: Channel, *, unsubscribe: str | None) -> Foot:
    """Gather to whom a message goes and how to leave."""
    person = people.get(session, channel.person)
    since = session.scalar(
        select(func.min(col(Subscription.created_at)))
        .join(Alert, col(Alert.subscription) == col(Subscription.id))
        .where(col(Alert.story) == row.story if row.story else col(Subscription.person) == person.id)
        .where(col(Subscription.person) == person.id)
    )
    to = channel.label if channel.kind == "email" else ""
    return Foot(message=row.id, zone=person.timezone, to=to, subscribed=since, unsubscribe=unsubscribe)


def _sections(stories: Sequence[tuple[AlertFacts, Sequence[Told]]]) -> tuple[Section, ...]:
    """Put each story under the first subscription that it met."""
    sections: dict[str, list[AlertFacts]] = {}
    for facts, its in stories:
        sections.setdefault(its[0][1].name, []).append(facts)
    return tuple(Section(name, tuple(facts)) for name, facts in sorted(sections.items()))


def _story(session: Session, its: Sequence[Told], now: datetime) -> AlertFacts:
    alert, _, article, story = its[0]
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
        note=alert.reason.get("note", ""),
        article=article.id,
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
