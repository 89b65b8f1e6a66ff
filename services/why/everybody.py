"""Whom an article concerns, of all people: for operators who ask of a link without naming a subscription.

Subscriptions that were alerted of the article or its story come first; then those whose query holds for it as it is
now, whatever kept the alert back. A query that does not hold concerns nobody. Rules are tried once, however many share
them, and at most `MOST_RULES`; the answer says how many there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from services.errors import InvalidError
from services.queries.document import document
from services.queries.parser import STORED, parse
from services.queries.reader import Reader
from services.queries.truth import is_true
from services.store import articles, links, sources
from services.store.packs import Packs
from services.store.tables import Alert, Article, Subscription

MOST = 200
MOST_RULES = 2_000


@dataclass(frozen=True, slots=True)
class Concerned:
    """The subscriptions that an article concerns, at most `MOST`; how many rules were tried, of how many."""

    subscriptions: Sequence[Subscription]
    more: bool = False
    rules_tried: int = 0
    rules: int = 0


def concerned(session: Session, packs: Packs, url: str) -> Concerned:
    """Give the subscriptions of all people that the article of a link concerns."""
    rows = links.by_link(session, url)
    if not rows:
        return Concerned([])
    told = _told(session, rows)
    row = next((one for one in rows if one.read_at is not None), None)
    if row is None or len(told) > MOST:
        return Concerned(told[:MOST], more=len(told) > MOST)
    untried = _rules(session, {one.rule_key for one in told})
    total = session.scalar(select(func.count(col(Subscription.rule_key).distinct()))) or 0
    holding = _holding(session, packs, row, untried) | {one.rule_key for one in told}
    known = {one.id for one in told}
    asked = select(Subscription).where(col(Subscription.rule_key).in_(holding), col(Subscription.id).not_in(known))
    others = session.scalars(asked.order_by(col(Subscription.name), col(Subscription.id)).limit(MOST + 1)).all()
    found = [*told, *others]
    tried = len(untried) + len({one.rule_key for one in told})
    return Concerned(found[:MOST], len(found) > MOST, tried, total)


def _told(session: Session, rows: Sequence[Article]) -> list[Subscription]:
    stories = {row.story for row in rows if row.story}
    here = col(Alert.article).in_([row.id for row in rows]) | col(Alert.story).in_(stories)
    ids = select(col(Alert.subscription)).where(here)
    query = select(Subscription).where(col(Subscription.id).in_(ids))
    return list(session.scalars(query.order_by(col(Subscription.name), col(Subscription.id)).limit(MOST + 1)))


def _rules(session: Session, known: set[str]) -> dict[str, str]:
    """Give the queries of rules to try, by rule."""
    query = select(col(Subscription.rule_key), func.min(col(Subscription.query))).group_by(col(Subscription.rule_key))
    rows = session.execute(query.order_by(col(Subscription.rule_key)).limit(MOST_RULES + len(known)))
    return dict([(key, text) for key, text in rows if key not in known][:MOST_RULES])


def _holding(session: Session, packs: Packs, row: Article, rules: Mapping[str, str]) -> set[str]:
    article = articles.value_of(row, sources.get(session, row.source).name)
    reader, places = Reader(document(article)), articles.places_of(row)
    found = set()
    for key, text in rules.items():
        try:
            if is_true(parse(text, packs.lookups, STORED).tree, reader, packs.trees, places):
                found.add(key)
        except InvalidError:  # a query of a topic that is gone holds for nothing
            continue
    return found
