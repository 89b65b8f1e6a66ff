"""The tables of stories: which articles tell one event, what makes them known, what each was to its story."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, Text
from sqlmodel import Field, SQLModel

from services.store.checks import one_of
from services.stories.decision import Relation

MEMBERS = "story_member"
"""The counter that numbers the rows of members."""


class Story(SQLModel, table=True):
    """The articles that tell one event.

    `thread` is the story whose thread this one is shown in; null: its own. `parted_from` is the story that an operator
    parted this one from.
    """

    __tablename__ = "story"
    id: str = Field(primary_key=True)
    thread: str | None = Field(default=None, index=True)
    parted_from: str | None = None
    title: str | None = None
    first_article: str
    articles: int = 1
    updates: int = 0
    corrections: int = 0
    first_seen_at: datetime
    last_seen_at: datetime = Field(index=True)


class StoryKey(SQLModel, table=True):
    """What makes an article a copy: `url:` and its canonical URL, `text:` and the hash of its text."""

    __tablename__ = "story_key"
    key: str = Field(primary_key=True)
    story: str = Field(foreign_key="story.id", index=True)
    seen_at: datetime = Field(index=True)


class StoryMember(SQLModel, table=True):
    """What an article was to its story, why, and its signature. Numbers are given in the order of commits.

    `near` is the article it was compared with, `changed` what a revision changed.
    """

    __tablename__ = "story_member"
    __table_args__ = (one_of("relation", Relation), Index("ix_story_member_story", "story", "seq"))
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    article: str = Field(foreign_key="article.id", unique=True, ondelete="CASCADE")
    story: str = Field(foreign_key="story.id")
    relation: str
    because: str = Field(sa_type=Text)
    near: str | None = None
    changed: dict[str, Any] | None = Field(default=None, sa_type=JSON)  # Any: as services.alerts.change writes it
    signature: bytes = Field(sa_type=LargeBinary)
    at: datetime


class StoryAlias(SQLModel, table=True):
    __tablename__ = "story_alias"
    old_id: str = Field(primary_key=True)
    story: str = Field(foreign_key="story.id")
