"""Read some matched articles again, without the rule index, and compare: rule I7, and the hourly check of all rules.

The index may be wrong where the evaluator is right, so each query of a sample is evaluated on each article of a sample.
Only subscriptions that have not changed since the article was matched are asked, and articles whose alerts are all
decided. It changes nothing but the kept counts.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlmodel import Session, col

from services.queries.document import document
from services.queries.evaluate import Reader, holds
from services.queries.parser import STORED, parse
from services.queries.tree import Node
from services.store import articles, invariants, sources, topic_packs, turns
from services.store.packs import Packs
from services.store.states import ArticleState, SubscriptionState
from services.store.tables import Alert, Article, Remainder, Rule, Subscription
from services.store.work import Store

log = structlog.get_logger(__name__)

EVERY = timedelta(hours=1)
RECENT = timedelta(days=2)  # older rows were checked while they were young
ARTICLES, SUBSCRIPTIONS = 10, 500
"""How many of each a check takes: 5,000 evaluations are about half a second."""
KNOWN = timedelta(seconds=30)
"""A subscription saved so long before an article was read was known when it was matched."""


def look(store: Store, now: datetime, hard_limit: timedelta, every: timedelta = EVERY) -> dict[str, int] | None:
    """Check all rules if it is time and nobody else does; give how many rows break each, `None` if it is not time."""
    with store.read() as session:
        if not turns.is_due(session, invariants.TURN, now, every):
            return None
    with store.write() as work:
        if not turns.take(work.session, invariants.TURN, now, every):
            return None
    with store.read() as session:
        found = broken(session, now, hard_limit, 1000, now - RECENT)
    counts = {name: len(rows) for name, rows in found.items()}
    with store.write() as work:
        invariants.keep(work.session, counts)
    for name, rows in found.items():
        log.error("a rule of the rows is broken", rule=name, what=invariants.ABOUT[name], some=rows[:5])
    return counts


def broken(
    session: Session, now: datetime, hard_limit: timedelta, most: int = 5, since: datetime = invariants.LONG_AGO
) -> dict[str, list[str]]:
    """Give the rules that are broken, I1 to I8, each with some of the rows that break it."""
    found = invariants.broken(session, now, hard_limit, most, since)
    if differing := differ(session, now, now - EVERY)[:most]:
        found["I7"] = differing
    return found


def differ(session: Session, now: datetime, since: datetime) -> list[str]:
    """Give `ARTICLE SUBSCRIPTION` of those of a sample where the text says one thing and the alerts another."""
    chance = random.Random(now.isoformat())  # noqa: S311  # a sample, no secret
    rows = _sample(session, since, chance)
    if not rows:
        return []
    packs, asking = topic_packs.current(session), _asking(session, chance)
    trees = {one.id: parse(one.query, packs.lookups, STORED).tree for one in asking}
    return [f"{row.id} {one}" for row in rows for one in _of_article(session, row, asking, trees, packs)]


def _sample(session: Session, since: datetime, chance: random.Random) -> list[Article]:
    whole = ~select(col(Remainder.article)).where(col(Remainder.article) == col(Article.id)).exists()
    its = select(col(Article.id)).where(
        col(Article.matched_at) >= since, col(Article.state) == ArticleState.MATCHED, whole
    )
    ids = list(session.scalars(its.order_by(col(Article.matched_at).desc()).limit(1000)))
    picked = chance.sample(ids, min(ARTICLES, len(ids)))
    return list(session.scalars(select(Article).where(col(Article.id).in_(picked)).order_by(col(Article.id))))


def _asking(session: Session, chance: random.Random) -> list[Subscription]:
    """Draw active subscriptions: those that follow a drawn id, since counting all of a million takes long."""
    active = select(Subscription).where(col(Subscription.state) == SubscriptionState.ACTIVE)
    start = f"{chance.getrandbits(64):016x}"
    later = active.where(col(Subscription.id) >= start).order_by(col(Subscription.id)).limit(SUBSCRIPTIONS)
    found = list(session.scalars(later))
    if len(found) < SUBSCRIPTIONS:
        before = active.where(col(Subscription.id) < start).order_by(col(Subscription.id))
        found += session.scalars(before.limit(SUBSCRIPTIONS - len(found)))
    broke = set(session.scalars(select(col(Rule.rule_key)).where(col(Rule.broke_at).is_not(None))))
    return [one for one in found if one.rule_key not in broke]  # a rule that failed on an article owes it nothing


def _of_article(
    session: Session, row: Article, asking: list[Subscription], trees: Mapping[str, Node], packs: Packs
) -> list[str]:
    value = articles.value_of(row, sources.get(session, row.source).name)
    reader, places = Reader(document(value)), articles.places_of(row)
    its = (col(Alert.story) == row.story) | (col(Alert.article) == row.id)
    asked = col(Alert.subscription).in_([one.id for one in asking])
    have = set(session.scalars(select(col(Alert.subscription)).where(its, asked)))
    assert row.read_at is not None  # only matched ones are drawn
    there = [one for one in asking if one.changed_at < row.read_at - KNOWN]
    return [one.id for one in there if one.id not in have and holds(trees[one.id], reader, packs.trees, places)]
