"""Teams: people who share subscriptions and channels.

A team stands in the table of people, because it subscribes as a person does: subscriptions and channels are its own,
and so are its time zone, quiet hours and digests. It has no address and nobody signs in as it; its members act for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlmodel import Session, col

from services.errors import ConflictError, InvalidError, NotFoundError
from services.identity import drawn
from services.store.states import Role
from services.store.tables import Channel, Person, Subscription, TeamMember
from services.store.work import insert_into

MOST_MEMBERS = 500


def add(session: Session, *, name: str, timezone: str, now: datetime) -> Person:
    """Add a team without members; no other team has its name, whatever the case. `timezone` is one that exists."""
    name, handle = _free(session, name)
    row = Person(
        id=drawn(), email=handle, name=name, timezone=timezone, role=Role.SUBSCRIBER, is_team=True, created_at=now
    )
    session.add(row)
    session.flush()
    return row


def rename(session: Session, row: Person, name: str) -> None:
    """Give a team another name."""
    row.name, row.email = _free(session, name, but=row.id)
    session.add(row)
    session.flush()


def _free(session: Session, name: str, but: str | None = None) -> tuple[str, str]:
    """Give the name with single spaces, and what stands where people have their address: it has no `@`."""
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise InvalidError("Enter a name of 1 to 120 characters", field="/name")
    handle = f"team:{name.casefold()}"
    same = session.scalars(select(col(Person.id)).where(col(Person.email) == handle)).first()
    if same not in (None, but):
        raise ConflictError(f'There is a team called "{name}" already', field="/name")
    return name, handle


def find(session: Session, who: str) -> Person | None:
    """Find a team by its id or its name."""
    named = f"team:{' '.join(who.split()).casefold()}"
    query = select(Person).where(col(Person.is_team), (col(Person.id) == who) | (col(Person.email) == named))
    return session.scalars(query).first()


def get(session: Session, who: str, field: str = "/team") -> Person:
    """Find a team by its id or its name, or say that there is none."""
    row = find(session, who)
    if row is None:
        raise NotFoundError(f'There is no team "{who}"', field=field)
    return row


def page(session: Session, *, only: frozenset[str] | None = None, after: str = "", limit: int = 50) -> list[Person]:
    """Give teams in the order of their ids, after the given one; `only` some."""
    query = select(Person).where(col(Person.is_team), col(Person.id) > after).order_by(col(Person.id)).limit(limit)
    return list(session.scalars(query if only is None else query.where(col(Person.id).in_(sorted(only)))))


def of(session: Session, person: str) -> frozenset[str]:
    """Give the ids of the teams that a person is a member of."""
    return frozenset(session.scalars(select(col(TeamMember.team)).where(col(TeamMember.person) == person)))


def among(session: Session, ids: Iterable[str]) -> frozenset[str]:
    """Say which of these who subscribe are teams."""
    query = select(col(Person.id)).where(col(Person.is_team), col(Person.id).in_(set(ids)))
    return frozenset(session.scalars(query))


def named(session: Session, ids: frozenset[str]) -> list[Person]:
    """Give teams in the order of their names."""
    if not ids:
        return []
    query = select(Person).where(col(Person.is_team), col(Person.id).in_(sorted(ids)))
    return list(session.scalars(query.order_by(col(Person.name))))


def members(session: Session, teams: Sequence[str]) -> dict[str, list[Person]]:
    """Give the members of each of the teams, in the order of their addresses."""
    found: dict[str, list[Person]] = {id_: [] for id_ in teams}
    query = select(col(TeamMember.team), Person).join(Person, col(Person.id) == col(TeamMember.person))
    for team, person in session.execute(query.where(col(TeamMember.team).in_(teams)).order_by(col(Person.email))):
        found[team].append(person)
    return found


def join(session: Session, team: str, person: str, now: datetime) -> bool:
    """Let a person be a member; false if they are one already."""
    there = members(session, [team])[team]
    if person in [row.id for row in there]:
        return False
    if len(there) >= MOST_MEMBERS:
        raise ConflictError(f"A team has {MOST_MEMBERS} members at most", field="/person")
    session.execute(
        insert_into(session, TeamMember).values(team=team, person=person, added_at=now).on_conflict_do_nothing()
    )
    return True


def leave(session: Session, team: str, person: str) -> bool:
    """Let a person be a member no longer; false if they are none."""
    mine = col(TeamMember.team) == team, col(TeamMember.person) == person
    return session.execute(delete(TeamMember).where(*mine).returning(col(TeamMember.person))).first() is not None


def remove(session: Session, row: Person) -> None:
    """Remove a team that has no subscription and no channel."""
    used = select(exists().where(col(Subscription.person) == row.id) | exists().where(col(Channel.person) == row.id))
    if session.scalar(used):
        text = f'The team "{row.name}" still has subscriptions or channels. Hand them over first'
        raise ConflictError(text, field="/id")
    session.execute(delete(TeamMember).where(col(TeamMember.team) == row.id))
    session.delete(row)
    session.flush()
