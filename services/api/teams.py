"""Teams: people who share subscriptions and channels. Admins make them and say who is in; members act for them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Response
from pydantic import Field
from sqlmodel import Session

from services import clock
from services.accounts import own
from services.accounts.tokens import Caller
from services.acts import team_acts
from services.api import cursors
from services.api.cursors import Cursor, Limit
from services.api.etags import When
from services.api.once import OnceOnly
from services.api.parts import Here, Who
from services.api.people import DAYS, Change, QuietShown, wanted_of
from services.api.routing import router
from services.api.shapes import Id, Name, Page, Sent, Shown, page
from services.errors import NotFoundError
from services.store import people, teams
from services.store.tables import Person

routes = router("teams")


class NewTeam(Sent):
    """A team to add; `members` are people by id or address."""

    name: Name
    timezone: Annotated[str, Field(max_length=64)] = "UTC"
    members: Annotated[list[Annotated[str, Field(min_length=1, max_length=254)]], Field(max_length=500)] = Field(
        default_factory=list
    )


class Member(Shown):
    """A member of a team."""

    id: str
    email: str
    name: str


class TeamShown(Shown):
    """A team, its members, and how it is told: quiet hours, and when digests leave, by the clock of its time zone."""

    id: str
    name: str
    timezone: str
    quiet: QuietShown | None
    digest_at: str
    digest_day: str
    empty_digests: bool
    members: list[Member]
    created_at: datetime


def show_all(session: Session, rows: list[Person]) -> dict[str, TeamShown]:
    """Show teams with their members."""
    members = teams.members(session, [row.id for row in rows])
    return {row.id: _show(row, members[row.id]) for row in rows}


def _show(row: Person, members: list[Person]) -> TeamShown:
    quiet = QuietShown(begins=row.quiet_from, ends=row.quiet_until) if row.quiet_from and row.quiet_until else None
    return TeamShown(
        id=row.id, name=row.name, timezone=row.timezone, quiet=quiet, digest_at=row.digest_at,
        digest_day=DAYS[row.digest_day], empty_digests=row.empty_digests,
        members=[Member(id=one.id, email=one.email, name=one.name) for one in members], created_at=row.created_at,
    )  # fmt: skip


@routes.get("")
def list_all(here: Here, who: Who, limit: Limit = 50, cursor: Cursor = None) -> Page[TeamShown]:
    """List teams. Subscribers see those that they are a member of."""
    after = cursors.by_name("teams", cursor)
    only = None if own.person_of(who) is None else who.teams
    with here.store.read() as session:
        rows = teams.page(session, only=only, after=after, limit=limit + 1)
        shown = show_all(session, rows)
    return page(rows, limit, lambda row: shown[row.id], lambda row: cursors.name_cursor("teams", row.id))


@routes.post("", status_code=201)
def add(new: NewTeam, here: Here, who: Who, once: OnceOnly) -> TeamShown:
    """Add a team."""
    with here.store.write() as work:
        once.before(work.session)
        row = team_acts.add_team(
            work, who.name, name=new.name, timezone=new.timezone, members=new.members, now=clock.now()
        )
        return once.keep(work.session, show_all(work.session, [row])[row.id])


@routes.get("/{id}")
def one(id: str, here: Here, who: Who) -> TeamShown:  # noqa: A002  # the name in the path
    """Show one team."""
    with here.store.read() as session:
        return show_all(session, [_its(session, who, id)])[id]


@routes.patch("/{id}")
def change(id: str, change: Change, here: Here, who: Who, when: When) -> TeamShown:  # noqa: A002  # the name in the path
    """Change what a team is called, and how it is told."""
    with here.store.write() as work:
        when.hold(work.session)
        row = _its(work.session, who, id)
        when.check(show_all(work.session, [row])[id])
        team_acts.change_team(work, who.name, row, wanted_of(change), clock.now())
        return show_all(work.session, [row])[id]


@routes.delete("/{id}", status_code=204)
def remove(id: str, here: Here, who: Who, when: When) -> Response:  # noqa: A002  # the name in the path
    """Remove a team that has no subscription and no channel."""
    with here.store.write() as work:
        when.hold(work.session)
        row = _its(work.session, who, id)
        when.check(show_all(work.session, [row])[id])
        team_acts.remove_team(work, who.name, row, clock.now())
    return Response(status_code=204)


class Joining(Sent):
    """A person who is to be a member, by id or address."""

    person: Id


@routes.post("/{id}/members")
def join(id: str, sent: Joining, here: Here, who: Who) -> TeamShown:  # noqa: A002  # the name in the path
    """Let a person share what is the team's; who is a member already stays one."""
    with here.store.write() as work:
        row = _its(work.session, who, id)
        team_acts.join_team(work, who.name, row, people.one(work.session, sent.person), clock.now())
        return show_all(work.session, [row])[id]


@routes.delete("/{id}/members/{person}", status_code=204)
def leave(id: str, person: str, here: Here, who: Who) -> Response:  # noqa: A002  # the name in the path
    """Let a person be a member no longer. Everybody may leave; an admin may take others out."""
    if not who.is_admin and person != who.person:
        raise NotFoundError(f'There is no person "{person}"', field="/person")
    with here.store.write() as work:
        row = _its(work.session, who, id)
        team_acts.leave_team(work, who.name, row, people.one(work.session, person), clock.now())
    return Response(status_code=204)


def _its(session: Session, who: Caller, id_: str) -> Person:
    own.check(who, id_, "team", id_)
    row = teams.find(session, id_)
    if row is None or row.id != id_:
        raise NotFoundError(f'There is no team "{id_}"', field="/id")
    return row
