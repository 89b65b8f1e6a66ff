"""Stories: which one an article belongs to is decided under one lock, so that two copies at once make one story."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, SQLModel, col

from services.alerts.change import Change, Changed, compare
from services.errors import NotFoundError
from services.identity import story_id
from services.store import sources
from services.store.articles import value_of
from services.store.owners import Owner, belongs
from services.store.tables import Alert, Article, Story, StoryAlias, StoryKey, StoryMember, Subscription
from services.store.work import serialise
from services.stories.decision import REVISION_SHARE, Decision, Relation
from services.stories.exact import WINDOW

PUSHED = "push"  # the source of articles that were pushed without saying whose they are


@dataclass(frozen=True, slots=True)
class Joined:
    """The story of an article, what it is to it, and what it changed if it is a later text of an earlier one.

    `begun`: the article has just begun it.
    """

    story: Story
    decision: Decision
    changed: Changed | None = None
    begun: bool = False


def lock(session: Session) -> None:
    """Let one transaction at a time assign stories."""
    serialise(session, "stories")


def assign(
    session: Session, row: Article, keys: Sequence[str], earlier: Article | None, now: datetime, *,
    known: Mapping[str, str], window: timedelta = WINDOW, likeness: Callable[[], Decision] | None = None,
) -> Joined:  # fmt: skip
    """Find the article's story by its earlier text, a key in common, or its likeness, or begin one.

    Call under `lock`. `earlier` is the revision before it or what had its address; it is joined whatever its age.
    `known` are the stories of those of the keys that have one; its own are put by `put_keys`, and the story is written
    with the next flush. `likeness` is asked only where neither an earlier text nor a key is known.
    """
    decision, since = Decision(Relation.NEW, "no story is open that is like it"), now - window
    story = session.get(Story, earlier.story) if earlier is not None and earlier.story is not None else None
    if story is not None and earlier is not None:
        decision = _revision(earlier, row)
    elif (by_key := _by_key(session, keys, known, since)) is not None:
        story, decision = by_key
    elif likeness is not None:
        story, decision = _by_likeness(session, row, likeness(), since)
    return _joined(session, row, story, decision, now)


def keyed(session: Session, keys: Collection[str]) -> dict[str, str]:
    """Give the story of each of the keys that an article had before."""
    if not keys:
        return {}
    return {key: story for key, story in session.execute(_KEYED, {"its_keys": sorted(keys)})}  # noqa: C416  # rows


def put_keys(session: Session, stories: Mapping[str, str], now: datetime) -> None:
    """Let each of the keys stand for its story from now on."""
    if stories:
        session.flush()
        rows = [{"key": key, "story": story, "seen_at": now} for key, story in sorted(stories.items())]
        session.connection().execute(_putting(session.get_bind().dialect.name), rows)


_KEYED = select(col(StoryKey.key), col(StoryKey.story)).where(
    col(StoryKey.key).in_(bindparam("its_keys", expanding=True))
)


@cache
def _putting(dialect: str) -> Any:  # Any: two dialects' Insert, which share no type
    insert = (pg_insert if dialect == "postgresql" else sqlite_insert)(SQLModel.metadata.tables["story_key"])
    here = {"story": insert.excluded.story, "seen_at": insert.excluded.seen_at}
    return insert.on_conflict_do_update(index_elements=["key"], set_=here)


def _joined(session: Session, row: Article, story: Story | None, decision: Decision, now: datetime) -> Joined:
    if story is None:
        thread = decision.thread if decision.relation is Relation.RELATED else None
        story = Story(
            id=story_id(row.id), thread=thread, title=row.title, first_article=row.id, articles=1, first_seen_at=now,
            last_seen_at=now,
        )  # fmt: skip
        session.add(story)
        return Joined(story, decision, begun=True)
    story.articles += 1
    story.last_seen_at = max(story.last_seen_at, now)
    earlier = session.get(Article, decision.near) if decision.relation is Relation.REVISION else None
    if earlier is None or earlier.text is None:
        return Joined(story, decision)
    changed = compare(value_of(earlier), value_of(row), since=earlier.id)
    if changed.kind is Change.NONE and earlier.source != row.source:
        return Joined(story, replace(decision, relation=Relation.COPY))
    return Joined(story, decision, changed)


def _revision(earlier: Article, row: Article) -> Decision:
    same = earlier.source == row.source and earlier.external_id == row.external_id
    said = "a later text of the same article" if same else "it has the same address"
    return Decision(Relation.REVISION, said, story=earlier.story, near=earlier.id, score=1.0)


def _by_key(
    session: Session, keys: Sequence[str], known: Mapping[str, str], since: datetime
) -> tuple[Story, Decision] | None:
    for key in keys:
        story = session.get(Story, known[key]) if key in known else None
        if story is not None and story.last_seen_at >= since:
            said = "it has the same address" if key.startswith("url:") else "it has the same words"
            return story, Decision(Relation.COPY, said, story=story.id, near=story.first_article, score=1.0)
    return None


def _by_likeness(session: Session, row: Article, decision: Decision, since: datetime) -> tuple[Story | None, Decision]:
    """Check what memory says against the rows: a story that is over takes nothing in."""
    if decision.story is None:
        return None, decision
    known = session.get(Story, decision.story)
    if known is None or known.last_seen_at < since:
        return None, Decision(Relation.NEW, f"that story is over: {decision.because}", near=decision.near)
    if decision.relation is Relation.COPY and _same_outlet(session, row, decision):
        decision = replace(decision, relation=Relation.REVISION)
    return known, decision


def _same_outlet(session: Session, row: Article, decision: Decision) -> bool:
    """Say whether a copy is the same outlet's own article anew: its headline again, and most of its wording.

    What was pushed without saying whose it is has no outlet.
    """
    if decision.near is None or decision.score < REVISION_SHARE or not row.title:
        return False
    near = session.get(Article, decision.near)
    if near is None or near.source != row.source or near.title != row.title:
        return False
    return sources.get(session, row.source).name != PUSHED


def joined_before(session: Session, row: Article) -> Joined:
    """Give what an article that has a story is to it, and what it changed, as it was kept."""
    story = session.get_one(Story, row.story)
    member = members(session, [row.id]).get(row.id)
    if member is None:
        return Joined(story, Decision(Relation.NEW, ""))
    decision = Decision(Relation(member.relation), member.because, story=story.id, near=member.near)
    return Joined(story, decision, Changed.from_json(member.changed) if member.changed else None)


def get(session: Session, id_: str) -> Story:
    """Give a story by its id, or by one it had before a merge."""
    row = session.get(Story, id_)
    if row is None and (alias := session.get(StoryAlias, id_)) is not None:
        row = session.get(Story, alias.story)
    if row is None:
        raise NotFoundError(f'There is no story "{id_}"', field="/id")
    return row


def members(session: Session, articles: Sequence[str]) -> dict[str, StoryMember]:
    """Give what each of the articles was to its story, and what a revision changed; those grouped before 0017 are not
    among them.
    """
    rows = session.scalars(select(StoryMember).where(col(StoryMember.article).in_(set(articles))))
    return {row.article: row for row in rows}


def changes(session: Session, articles: Sequence[str]) -> dict[str, Changed]:
    """Give what those of the articles changed that are later texts of earlier ones."""
    known = members(session, articles) if articles else {}
    return {id_: Changed.from_json(row.changed) for id_, row in known.items() if row.changed}


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
