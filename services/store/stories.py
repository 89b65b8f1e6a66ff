"""Stories: which one an article belongs to is decided under one lock, so that two copies at once make one story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from services.errors import NotFoundError
from services.identity import story_id
from services.store.owners import Owner, belongs
from services.store.tables import Alert, Article, Story, StoryAlias, StoryKey, Subscription
from services.store.work import insert_into, serialise
from services.stories.exact import WINDOW


@dataclass(frozen=True, slots=True)
class Joined:
    """The story of an article. `by` says what made it a copy; `None` if it began the story."""

    story: Story
    by: str | None


def lock(session: Session) -> None:
    """Let one transaction at a time assign stories."""
    serialise(session, "stories")


def assign(session: Session, row: Article, keys: Sequence[str], earlier: Article | None, now: datetime) -> Joined:
    """Find the article's story by its earlier revision or a key in common, or begin one. Call under `lock`."""
    story, by = _known(session, keys, earlier, now)
    if story is None:
        story = Story(
            id=story_id(row.id), title=row.title, first_article=row.id, articles=1, first_seen_at=now, last_seen_at=now
        )
        session.add(story)
    else:
        story.articles += 1
        story.last_seen_at = max(story.last_seen_at, now)
    session.flush()
    for key in keys:
        upsert = insert_into(session, StoryKey).values(key=key, story=story.id, seen_at=now)
        session.execute(upsert.on_conflict_do_update(index_elements=["key"], set_={"story": story.id, "seen_at": now}))
    return Joined(story, by)


def get(session: Session, id_: str) -> Story:
    """Give a story by its id, or by one it had before a merge."""
    row = session.get(Story, id_)
    if row is None and (alias := session.get(StoryAlias, id_)) is not None:
        row = session.get(Story, alias.story)
    if row is None:
        raise NotFoundError(f'There is no story "{id_}"', field="/id")
    return row


def by_ids(session: Session, ids: Sequence[str]) -> dict[str, Story]:
    """Give stories by their ids."""
    return {row.id: row for row in session.scalars(select(Story).where(col(Story.id).in_(set(ids))))}


def page(
    session: Session, *, before: tuple[datetime, str] | None = None, limit: int = 50, heard_by: Owner | None = None
) -> list[Story]:
    """Give stories, the newest first, before the given (first seen, id); `heard_by`: those a person was alerted of."""
    query = select(Story).order_by(col(Story.first_seen_at).desc(), col(Story.id).desc()).limit(limit)
    if before is not None:
        at, id_ = before
        same = (col(Story.first_seen_at) == at) & (col(Story.id) < id_)
        query = query.where((col(Story.first_seen_at) < at) | same)
    if heard_by is not None:
        query = query.where(_heard_by(heard_by))
    return list(session.scalars(query))


def was_heard(session: Session, row: Story, person: Owner | None) -> bool:
    """Say whether a person was alerted of the story; `None` hears everything."""
    if person is None:
        return True
    return session.scalars(select(col(Story.id)).where(col(Story.id) == row.id, _heard_by(person))).first() is not None


def _heard_by(person: Owner) -> ColumnElement[bool]:
    told = select(col(Alert.story)).join(Subscription, col(Subscription.id) == col(Alert.subscription))
    return col(Story.id).in_(told.where(belongs(Subscription.person, person)))


def _known(
    session: Session, keys: Sequence[str], earlier: Article | None, now: datetime
) -> tuple[Story | None, str | None]:
    if earlier is not None and earlier.story is not None:
        return session.get(Story, earlier.story), "revision"
    found = {row.key: row.story for row in session.scalars(select(StoryKey).where(col(StoryKey.key).in_(keys)))}
    for key in keys:
        story = session.get(Story, found[key]) if key in found else None
        if story is not None and story.last_seen_at >= now - WINDOW:
            return story, key.partition(":")[0]
    return None, None
