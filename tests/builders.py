"""Rows for tests, with everything that does not matter filled in."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography.fernet import Fernet
from sqlmodel import Session

from services.articles.article import Item
from services.store import articles, channels, people, sources, subscriptions
from services.store.secrets import Vault
from services.store.tables import Article, Channel, Person, Subscription

NOW = datetime(2026, 11, 19, 17, 13, 31, tzinfo=UTC)
VAULT = Vault([Fernet.generate_key().decode()])
TEXT = (
    "The council voted late on Tuesday to call itself a sanctuary city after four hours of comment.\n\n"
    "Residents of San Bernardino filled both halls, and the clerk counted ninety-one speakers before midnight."
)


def a_person(session: Session, email: str = "ana@example.org") -> Person:
    """Add somebody in Los Angeles."""
    return people.find(session, email) or people.add(
        session, email=email, name="Ana", timezone="America/Los_Angeles", role="subscriber", now=NOW
    )


def a_channel(
    session: Session, *, kind: str = "webhook", target: str = "http://127.0.0.1:9/hook", email: str = "ana@example.org"
) -> Channel:
    """Add an active channel."""
    row = channels.add(
        session, VAULT, person=a_person(session, email).id, kind=kind, label=target, target=target,
        secret="whsec_" + "c2VjcmV0" * 4 if kind == "webhook" else None, confirm_token=None, now=NOW,
    )  # fmt: skip
    channels.confirm(session, row, NOW)
    return row


def a_subscription(
    session: Session, channel: Channel, *, name: str = "Sanctuary", query: str = '"sanctuary city"', rule_key: str = "r1",
    cadence: str = "instant",
) -> Subscription:  # fmt: skip
    """Add an active subscription of the channel's person."""
    return subscriptions.add(
        session, person=channel.person, name=name, query=query, rule_key=rule_key, channels=[channel.id],
        cadence=cadence, urgent=False, now=NOW,
    )  # fmt: skip


def an_article(
    session: Session,
    external_id: str = "a1",
    *,
    text: str = TEXT,
    source: str = "push",
    title: str | None = "Council votes",
) -> Article:
    """Take in an article as it comes, not read yet."""
    item = Item(external_id=external_id, title=title, text=text, url=f"https://paper.example/{external_id}")
    row, _ = articles.put(session, sources.pushed(session, source, NOW).id, item, NOW)
    return row
