"""Take in articles that are pushed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services import pipeline
from services.articles.article import Item
from services.errors import InvalidError
from services.store import sources
from services.store.tables import Article
from services.store.work import Work

MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Pushed:
    """An article as a program pushes it: the item and the name of its source."""

    source: str
    item: Item


def push(work: Work, pushed: Sequence[Pushed], now: datetime) -> list[Article]:
    """Take in articles, all or none."""
    ids = {name: sources.pushed(work.session, name, now).id for name in dict.fromkeys(p.source for p in pushed)}
    rows = []
    for number, one in enumerate(pushed):
        try:
            rows.append(pipeline.take_in(work, ids[one.source], one.item, now))
        except InvalidError as error:
            error.field = f"/articles/{number}{error.field or ''}" if len(pushed) > 1 else error.field
            raise
    return rows
