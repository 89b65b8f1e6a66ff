"""What readers of alerts say and do: relevant, wrong, muted; and the change of a query that follows.

Nothing here changes a query: a proposal is shown with what it would lose and keep, and a person takes it or not.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from services.acts import subscription_acts
from services.alerts import bounce
from services.alerts.proposal import Judged, Proposal, propose
from services.queries.parser import Lookups, parse
from services.queries.tree import Node
from services.reader_links import CHOICES
from services.store import alerts, articles, audit, breaker, channels, deliveries, feedback, people, subscriptions
from services.store.people import PersonChange
from services.store.secrets import Vault
from services.store.states import FeedbackVerdict
from services.store.tables import Alert, Article, Person, Subscription
from services.store.work import Work

BACK = timedelta(days=30)
VERDICTS = dict(zip(CHOICES, FeedbackVerdict, strict=True))
"""The words in links and what they stand for."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A changed query for a subscription, and the articles of the last 30 days that it would lose and keep."""

    subscription: Subscription
    proposal: Proposal
    lost: tuple[Article, ...]
    kept: tuple[Article, ...]


def say(work: Work, actor: str, alert: str, verdict: FeedbackVerdict, now: datetime) -> Alert:
    """Keep what a reader says of an alert; said again, the last word counts."""
    row = alerts.get(work.session, alert)
    feedback.put(work.session, row, verdict, now)
    audit.record(work.session, now, actor, "feedback", row.id, after=verdict)
    return row


def mute_story(work: Work, actor: str, alert: str, now: datetime, *, muted: bool) -> Alert:
    """Tell the person of an alert no more of its story, or again."""
    row = alerts.get(work.session, alert)
    person = subscriptions.get(work.session, row.subscription).person
    if muted:
        feedback.mute_story(work.session, person, row.story, now)
    else:
        feedback.unmute_story(work.session, person, row.story)
    audit.record(work.session, now, actor, "story muted" if muted else "story unmuted", row.story, after=person)
    return row


def change_person(work: Work, actor: str, person: str, wanted: PersonChange, now: datetime) -> Person:
    """Change how a person is told."""
    row = people.get(work.session, person)
    people.change(work.session, row, wanted)
    audit.record(work.session, now, actor, "person changed", row.id)
    return row


def proposal(
    session: Session, subscription: Subscription, lookups: Lookups, topics: Mapping[str, Node], now: datetime
) -> Proposed | None:
    """Propose a change of a subscription's query from what was said of its alerts in 30 days."""
    told = feedback.judged(session, subscription.id, now - BACK)
    wrong = (FeedbackVerdict.WRONG_PLACE, FeedbackVerdict.WRONG_SENSE)
    rows = {row.id: row for row, _ in told}
    judged = [
        Judged(row.id, articles.value_of(row), said in wrong, said is FeedbackVerdict.RELEVANT) for row, said in told
    ]
    found = propose(parse(subscription.query, lookups).tree, judged, topics)
    if found is None:
        return None
    lost, kept = (tuple(rows[id_] for id_ in dict.fromkeys(ids)) for ids in (found.lost, found.kept))
    return Proposed(subscription, found, lost, kept)


def take_back(work: Work, vault: Vault, mail: bytes, now: datetime) -> str | None:
    """Read a mail that came back: count the bounce, or let its reader leave. Gives what was done, or `None`.

    Nothing is answered, so that no two programs write to each other for ever.
    """
    found = bounce.read(mail)
    if isinstance(found, bounce.Leave):
        left = subscription_acts.leave(work, found.token, now)
        return f"unsubscribed from {len(left.subscriptions)} subscriptions"
    if found is None or not hmac.compare_digest(
        vault.mark(f"bounce:{found.delivery}")[:10].encode(), found.mark.encode()
    ):
        return None
    row = deliveries.get(work.session, found.delivery)
    if (row.reason or "").startswith("came back"):
        return "the same report again: nothing to do"
    row.reason = f"came back: {found.status} {found.said}".strip()[:500]
    work.session.add(row)
    audit.record(work.session, now, "bounce", "mail came back", row.id, after=row.reason)
    if found.hard:
        breaker.bounced(
            work.session, channels.get(work.session, row.via or row.channel), f"{found.status} {found.said}", now
        )
    return row.reason
