"""The other articles of an article's story, for those who heard of it."""

from __future__ import annotations

from sqlmodel import Session

from services.alerts.reason import title_of
from services.queries.as_json import Json
from services.store import articles, sources
from services.store.owners import Owner
from services.store.tables import Article

MOST = 20


def copies_of(session: Session, row: Article | None, person: Owner | None) -> list[Json]:
    """Give the copies of an article that the person may see, the first seen first; `None`: somebody who sees all."""
    if row is None or row.story is None or not articles.was_heard(session, row, person):
        return []
    others = [one for one in articles.of_story(session, row.story, MOST + 1) if one.id != row.id]
    return [
        {
            "id": one.id, "title": title_of(one.title, articles.value_of(one)), "url": one.url,
            "source": sources.get(session, one.source).name, "seen_at": one.seen_at,
        }
        for one in others[:MOST]
    ]  # fmt: skip
