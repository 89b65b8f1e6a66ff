"""A wrong merge undone: an article that an operator parts from a story begins one of its own, and is matched anew.

    its row, and those of its later revisions     go to the new story
    its keys                                      point there, so that later copies go there
    their numbers                                 are new, so that every match worker learns of it (`live_stories`)
    what is left of its alerts under the old      is let go; those that were made stay as they were
    the article                                   waits to be matched, and keeps the story that it has

All of it is one transaction under the lock of stories. An article that has a story when it is matched keeps it, so the
match stage merges nothing back. A later revision goes where the one before it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from services.errors import ConflictError, NotFoundError
from services.identity import story_id
from services.store import articles, stories
from services.store.articles import value_of
from services.store.changes import next_number
from services.store.states import ArticleState
from services.store.story_tables import MEMBERS
from services.store.tables import Article, Remainder, Story, StoryKey, StoryMember
from services.stories import exact
from services.stories.decision import Relation

BECAUSE = "an operator parted it from another story"


@dataclass(frozen=True, slots=True)
class Parted:
    """The story that was begun. `done` is false where it had been parted before: nothing changed."""

    story: Story
    articles: int
    done: bool


def along(session: Session, story: str, article: str) -> list[Article]:
    """Give what goes if the article is parted from the story: itself and its later revisions. Raises if it cannot."""
    row = _there(session, article)
    if row.story != story:
        raise ConflictError(f'The article "{article}" is not in this story', field="/article")
    known = session.get_one(Story, story)
    if known.first_article == article:
        raise ConflictError("The story began with this article. Part the others from it instead", field="/article")
    going = _with_revisions(session, row)
    if len(going) >= _count(session, story):
        raise ConflictError("The story has nothing besides it", field="/article")
    return going


def part(session: Session, story: str, article: str, now: datetime) -> Parted:
    """Let the article begin a story of its own. What was parted before stays as it is."""
    stories.lock(session)
    old = stories.get(session, story)
    session.refresh(old)
    row = _there(session, article)
    new = session.get(Story, story_id(article))
    if new is not None and row.story == new.id and new.parted_from == old.id:
        return Parted(new, new.articles, done=False)
    going = along(session, old.id, article)
    new = _begun(session, old, going)
    _move_members(session, new, going)
    _move_keys(session, old, new, going)
    ids = [one.id for one in going]
    session.execute(delete(Remainder).where(col(Remainder.article).in_(ids)))
    session.execute(update(Article).where(col(Article.id).in_(ids)).values(story=new.id))
    _count_anew(session, old, going)
    _match_anew(session, ids, now)
    return Parted(new, len(going), done=True)


def _there(session: Session, article: str) -> Article:
    row = session.get(Article, article, populate_existing=True)
    if row is None:
        raise NotFoundError(f'There is no article "{article}"', field="/article")
    return row


def _with_revisions(session: Session, row: Article) -> list[Article]:
    """Give the article and its later revisions in the story: by number, and those that were told by their wording."""
    same = col(Article.source) == row.source, col(Article.external_id) == row.external_id
    later = select(Article).where(*same, col(Article.revision) > row.revision, col(Article.story) == row.story)
    found = {one.id: one for one in [row, *session.scalars(later)]}
    its = col(StoryMember.story) == row.story, col(StoryMember.relation) == Relation.REVISION.value
    while True:
        near = col(StoryMember.near).in_(found), col(StoryMember.article).not_in(found)
        more = articles.by_ids(session, session.scalars(select(col(StoryMember.article)).where(*its, *near)).all())
        if not more:
            return sorted(found.values(), key=lambda one: (one.id != row.id, one.seen_at, one.revision))
        found |= more


def _begun(session: Session, old: Story, going: Sequence[Article]) -> Story:
    times = [one.matched_at or one.seen_at for one in going]
    first = going[0]
    new = Story(
        id=story_id(first.id), parted_from=old.id, title=first.title, first_article=first.id, articles=len(going),
        first_seen_at=min(times), last_seen_at=max(times),
    )  # fmt: skip
    session.add(new)
    session.flush()
    return new


def _move_members(session: Session, new: Story, going: Sequence[Article]) -> None:
    """Let the rows tell of the new story under new numbers, the first article's first."""
    known = stories.members(session, [one.id for one in going])
    rows = [known[one.id] for one in going if one.id in known]
    if not rows:
        return
    number = next_number(session, MEMBERS, len(rows)) - len(rows)
    for row in rows:
        number += 1
        values: dict[str, object] = {"seq": number, "story": new.id}
        if row.article == new.first_article:
            values |= {"relation": Relation.NEW.value, "because": BECAUSE, "near": None, "changed": None}
        session.execute(update(StoryMember).where(col(StoryMember.article) == row.article).values(**values))
        session.expunge(row)


def _move_keys(session: Session, old: Story, new: Story, going: Sequence[Article]) -> None:
    keys = {key for one in going for key in exact.keys(value_of(one), one.url_canonical)}
    its = col(StoryKey.key).in_(keys), col(StoryKey.story) == old.id
    session.execute(update(StoryKey).where(*its).values(story=new.id))


def _count_anew(session: Session, old: Story, going: Sequence[Article]) -> None:
    """Count what is left. Corrections and updates keep their numbers: alerts were made under them."""
    old.articles = max(1, old.articles - len(going))
    last = session.scalar(select(func.max(col(Article.matched_at))).where(col(Article.story) == old.id))
    old.last_seen_at = last or old.last_seen_at
    session.add(old)
    session.flush()


def _match_anew(session: Session, ids: Sequence[str], now: datetime) -> None:
    """Let it be decided who hears of them. What is old, or whose text was let go, raises no alert."""
    wanted = (
        col(Article.id).in_(ids), col(Article.state) != ArticleState.SET_ASIDE, ~col(Article.old),
        col(Article.text).is_not(None), col(Article.text) != "",
    )  # fmt: skip
    again = {"state": ArticleState.NEW, "due_at": now, "tries": 0, "lease_token": None, "lease_until": None}
    session.execute(update(Article).where(*wanted).values(**again))


def _count(session: Session, story: str) -> int:
    return session.scalar(select(func.count()).select_from(Article).where(col(Article.story) == story)) or 0
