"""The tables of what readers say: of single alerts, and of stories they want to hear no more of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, String
from sqlmodel import Field, SQLModel

from services.store.checks import one_of
from services.store.states import FeedbackVerdict


class StoryMute(SQLModel, table=True):
    """A person wants to hear no more of a story."""

    __tablename__ = "story_mute"
    person: str = Field(sa_column=Column(String, ForeignKey("person.id"), primary_key=True))
    story: str = Field(sa_column=Column(String, ForeignKey("story.id"), primary_key=True, index=True))
    at: datetime


class Feedback(SQLModel, table=True):
    """What a reader said of an alert; the last word counts."""

    __tablename__ = "feedback"
    __table_args__ = (one_of("verdict", FeedbackVerdict),)
    alert: str = Field(sa_column=Column(String, ForeignKey("alert.id"), primary_key=True))
    subscription: str = Field(foreign_key="subscription.id", index=True)
    verdict: str
    at: datetime
