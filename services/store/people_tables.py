"""Tables of people: who they are, their tokens, and how they sign in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String
from sqlmodel import Field, SQLModel

from services.store.checks import one_of
from services.store.states import Role


class Person(SQLModel, table=True):
    """Who subscribes: a person, or a team of people (`services.store.teams`)."""

    __tablename__ = "person"
    __table_args__ = (one_of("role", Role),)
    id: str = Field(primary_key=True)
    email: str = Field(unique=True)
    name: str = ""
    timezone: str = "UTC"
    role: str = Role.SUBSCRIBER
    password: str | None = None
    quiet_from: str | None = None
    quiet_until: str | None = None
    digest_at: str = "07:30"
    digest_day: int = 0
    empty_digests: bool = Field(default=False, index=True)
    is_team: bool = False
    theme: str = "system"
    single_keys: bool = True
    created_at: datetime


class TeamMember(SQLModel, table=True):
    __tablename__ = "team_member"
    team: str = Field(sa_column=Column(String, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True))
    person: str = Field(
        sa_column=Column(String, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    )
    added_at: datetime


class Invitation(SQLModel, table=True):
    """An address that may become a person by the link mailed to it. `by` null: its owner asked for it themselves."""

    __tablename__ = "invitation"
    id: str = Field(primary_key=True)
    sha256: str = Field(unique=True)
    email: str = Field(index=True)
    role: str
    team: str | None = Field(sa_column=Column(String, ForeignKey("person.id", ondelete="SET NULL"), nullable=True))
    by: str | None = None
    created_at: datetime
    expires_at: datetime = Field(index=True)
    used_at: datetime | None = None


class Token(SQLModel, table=True):
    __tablename__ = "token"
    id: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id", index=True)
    name: str
    sha256: str = Field(unique=True)
    scopes: str
    created_at: datetime
    used_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


class SignInLink(SQLModel, table=True):
    __tablename__ = "sign_in_link"
    sha256: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id")
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class SignInTry(SQLModel, table=True):
    """A sign-in that failed, or a link that was asked for; kept for as long as it slows the next one."""

    __tablename__ = "sign_in_try"
    __table_args__ = (Index("ix_sign_in_try_key", "key", "at"),)
    id: int | None = Field(default=None, primary_key=True)
    key: str
    at: datetime


class BrowserSession(SQLModel, table=True):
    __tablename__ = "browser_session"
    sha256: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id", index=True)
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
