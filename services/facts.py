"""What a message says, gathered from the rows: the stories it tells, why, to whom, and when things happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from services.alerts.change import Changed
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
from services.store import alerts, deliveries, people, sources, stories, windows
from services.store.articles import value_of
from services.store.listening import Listening
from services.store.tables import Alert, Article, Channel, Delivery, Person, Story, Subscription, Window

Told = tuple[Alert, Subscription, Article, Story]
LinksOf = Callable[[str], Links]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the rows say about some deliveries, read at once: one look for a hundred messages, not ten for each."""

    channels: Mapping[str, Channel]
    people: Mapping[str, Person]
    told: Mapping[str, Sequence[Told]]
    emptied: frozenset[str]
    sources: Mapping[str, str]
    outlets: Mapping[str, int]
    first_told: Mapping[tuple[str, str], datetime]
    windows: Mapping[str, Window]
    threads: Mapping[str, tuple[str, ...]]
    changed: Mapping[str, Changed]
    listened: Mapping[str, Listened]

    def way(self, row: Delivery) -> Channel:
        """Give the channel that a delivery goes out by."""
        return self.channels[row.via or row.channel]

    def said(self, row: Delivery, now: datetime, links: LinksOf = lambda _: Links()) -> AlertFacts | DigestFacts | None:
        """Give what a delivery tells; `None` if nothing is left of it. `links` gives the pages about an alert."""
        rows = self.told.get(row.id, ())
        if not rows and (row.kind != "digest" or row.id in self.emptied):
            return None
        by_story: dict[tuple[str, str], list[Told]] = {}
        for told in rows:
            by_story.setdefault((told[3].id, told[0].kind), []).append(told)
        stories = [(self._story(its, now, links), its) for its in by_story.values()]
        if not row.dedupe_key.startswith(("group:", "digest:")):
            return stories[0][0]
        window = self.windows[row.dedupe_key.partition(":")[2]]
        cadence = "group" if window.cadence == "five_minutes" else window.cadence
        return DigestFacts(cadence, window.opens_at, now, _sections(stories), next_at=self._next(row, window))

    def foot(self, row: Delivery, *, unsubscribe: str | None, base_url: str = "") -> Foot:
        """Give to whom a message goes and how to leave. `base_url` is the address of the pages it points to."""
        way = self.way(row)
        asked = {one.id for _, one, _, _ in self.told.get(row.id, ())}
        page = f"{base_url}/subscriptions" if base_url else None
        since = min((one.created_at for _, one, _, _ in self.told.get(row.id, ())), default=None)
        to = way.label if way.kind == "email" else ""
        zone = self.people[way.person].timezone
        return Foot(
            message=row.id, zone=zone, to=to, subscribed=since, unsubscribe=unsubscribe,
            listened=self.listened.get(row.id), sources=f"{base_url}/sources" if base_url else None,
            change=f"{page}/{min(asked)}" if page and len(asked) == 1 else page,
        )  # fmt: skip

    def _next(self, row: Delivery, window: Window) -> datetime | None:
        """Say when the digest after this one leaves, for rhythms that go on."""
        if window.cadence not in windows.DIGESTS:
            return None
        person = self.people[self.channels[row.channel].person]
        return slot(window.cadence, person.timezone, window.closes_at, people.rhythm(person)).closes

    def _story(self, its: Sequence[Told], now: datetime, links: LinksOf) -> AlertFacts:
        alert, _, article, story = its[0]
        notes = dict.fromkeys(one.note for _, one, _, _ in its if one.note)
        return AlertFacts(
            story=story.id,
            kind=alert.kind,
            title=article.title or first_words(_lead(article)),
            url=article.url,
            outlet=self.sources[article.source],
            clock=Clock(
                seen=article.seen_at,
                matched=article.matched_at or alert.created_at,
                sent=now,
                published=article.published_at,
                mark=article.date_mark,
                claimed=article.claimed_at,
            ),
            asked=tuple(Asked(one.id, one.name, its_alert.id) for its_alert, one, _, _ in its),
            evidence=_evidence(alert.reason),
            clauses=tuple(_clause(clause) for clause in alert.reason.get("clauses", [])),
            places=tuple(alert.reason.get("places", [])),
            copies=max(0, self.outlets.get(story.id, 1) - 1),
            told_at=self.first_told.get((story.id, alert.subscription)),
            note="; ".join([*notes, *filter(None, [alert.reason.get("note")])]),
            article=article.id,
            changed=self.changed.get(article.id),
            links=links(alert.id),
        )


def gather(session: Session, rows: Sequence[Delivery], listening: Listening, now: datetime) -> Facts:
    """Read what the deliveries tell; of those that are written already only where they go."""
    ways = {id_ for row in rows for id_ in (row.channel, row.via) if id_ is not None}
    its = {row.id: row for row in session.scalars(select(Channel).where(col(Channel.id).in_(ways)))}
    owners = {channel.person for channel in its.values()}
    fresh = [row for row in rows if row.body is None]
    told = alerts.of_deliveries(session, [row.id for row in fresh])
    all_told = [one for group in told.values() for one in group]
    their_windows = {row.dedupe_key.partition(":")[2] for row in fresh if row.kind in ("digest", "group")}
    facts = Facts(
        channels=its,
        people={row.id: row for row in session.scalars(select(Person).where(col(Person.id).in_(owners)))},
        told=told,
        emptied=frozenset(alerts.emptied(session, [row.id for row in rows])),
        sources=sources.names(session, [article.source for _, _, article, _ in all_told]),
        outlets=alerts.outlets(session, {story.id for _, _, _, story in all_told}),
        first_told=alerts.first_told(session, [alert for alert, _, _, _ in all_told if alert.kind != "new"]),
        windows={row.id: row for row in session.scalars(select(Window).where(col(Window.id).in_(their_windows)))},
        threads={
            row.id: deliveries.thread(session, row) for row in fresh if its[row.via or row.channel].kind == "email"
        },
        changed=stories.changes(session, [article.id for alert, _, article, _ in all_told if alert.kind != "new"]),
        listened={},
    )
    heard = {row.id: _heard(session, facts, row, listening, now) for row in fresh if _says_silence(facts, row)}
    return replace(facts, listened=heard)


def _says_silence(facts: Facts, row: Delivery) -> bool:
    """Say whether a message tells what was listened to: every mail and every digest."""
    return row.kind not in ("confirm", "notice") and (row.kind == "digest" or facts.way(row).kind == "email")


def _heard(session: Session, facts: Facts, row: Delivery, listening: Listening, now: datetime) -> Listened:
    """Say what was listened to since the window opened, or since the message before."""
    way = facts.way(row)
    window = facts.windows.get(row.dedupe_key.partition(":")[2])
    if window is not None:
        return listening.since(session, window.opens_at, now, way.person)
    before = col(Delivery.channel) == row.channel, col(Delivery.created_at) < row.created_at
    last = select(func.max(col(Delivery.created_at))).where(*before, col(Delivery.kind) != "confirm")
    return listening.since(session, session.scalar(last) or way.created_at, now, way.person)


def _sections(stories: Sequence[tuple[AlertFacts, Sequence[Told]]]) -> tuple[Section, ...]:
    """Put each story under the first subscription that it met."""
    sections: dict[str, list[AlertFacts]] = {}
    for facts, its in stories:
        sections.setdefault(its[0][1].name, []).append(facts)
    return tuple(Section(name, tuple(facts)) for name, facts in sorted(sections.items()))


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
        name.partition(":")[0].rstrip("~"), "Words"
    )
    if clause.get("how"):
        place, _, how = str(clause["how"]).partition(": ")
        return Clause(label, how, place)
    return Clause(label, where(clause["zone"], clause["sentence_number"]), name)
