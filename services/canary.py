"""A canary: every few minutes one made-up article goes the way of all articles, and its arrival is checked.

It is matched by a subscription of its own and told to a channel of its own, whose sending reaches nobody. One that does
not arrive in time is an incident (`services.symptoms`): something on the way is broken that no single stage sees.
"""

from __future__ import annotations

import random
import secrets
from datetime import datetime, timedelta

from services.acts import article_acts, subscription_acts
from services.acts.article_acts import Pushed
from services.articles.article import Item
from services.queries.parser import Lookups
from services.store import canary, channels, people, sources, subscriptions, turns
from services.store.secrets import Vault
from services.store.states import Role, SourceState
from services.store.work import Store, Work

_WORD = "tocsincanary"
_LETTERS = "bcdfghklmnprstvw"
_NAMES = ("Canary", "Tocsin canary")


def let_go(store: Store, vault: Vault, lookups: Lookups, every: timedelta, now: datetime) -> bool:
    """Let a canary go if it is time; say whether one went. Safe to run beside itself."""
    with store.read() as session:
        if not turns.is_due(session, "canary", now, every):
            return False
    with store.write() as work:
        if not turns.take(work.session, "canary", now, every):
            return False
        _make_room(work, vault, lookups, now)
        id_ = secrets.token_hex(8)
        item = Item(external_id=id_, title=f"{_WORD} {id_}", text=_text(id_), published=now)
        article_acts.push(work, [Pushed(canary.SOURCE, item)], now)
    return True


def _make_room(work: Work, vault: Vault, lookups: Lookups, now: datetime) -> None:
    """Make the canary's person, channel, source and subscription once."""
    session = work.session
    source = sources.pushed(session, canary.SOURCE, now)
    if source.state != SourceState.PAUSED:  # so that it is never said to have gone quiet
        source.state = SourceState.PAUSED
        session.add(source)
    person = people.find(session, canary.PERSON)
    if person is None:
        person = people.add(session, email=canary.PERSON, name=_NAMES[0], timezone="UTC", role=Role.SUBSCRIBER, now=now)
    if not subscriptions.page(session, person=person.id, limit=1):
        channel = channels.add(
            session, vault, person=person.id, kind=canary.KIND, label="its cage", target="canary:", secret=None,
            confirm_token=None, now=now,
        )  # fmt: skip
        channels.confirm(session, channel, now)
        subscription_acts.add_subscription(
            work, lookups, "tocsin", person=person.id, name=_NAMES[1], query=_WORD, channel_ids=[channel.id],
            cadence="instant", urgent=True, now=now,
        )  # fmt: skip


def _text(seed: str) -> str:
    """Make up words that no other text has, so that no two canaries are one story."""
    draw = random.Random(seed)  # noqa: S311  # words, not secrets
    words = ["".join(draw.choice(_LETTERS) + draw.choice("aeiou") for _ in range(4)) for _ in range(60)]
    return " ".join(words) + "."
