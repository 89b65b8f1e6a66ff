"""People: who subscribes, and in which time zone they read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlmodel import Session, col

from services.alerts.digest import Rhythm
from services.alerts.quiet import read_time
from services.errors import ConflictError, InvalidError, NotFoundError
from services.identity import drawn
from services.recipient import check_address
from services.store.states import Role
from services.store.tables import Person

THEMES = ("system", "light", "dark")


def add(session: Session, *, email: str, name: str, timezone: str, role: str, now: datetime) -> Person:
    """Add a person; an address belongs to one person."""
    email = checked_address(email, "/email")
    timezone = known_zone(timezone)
    if role not in set(Role):
        raise InvalidError(f'There is no role "{role}". Expected one of: {", ".join(Role)}', field="/role")
    if find(session, email) is not None:
        raise ConflictError(f"{email} is already the address of somebody else", field="/email")
    person = Person(id=drawn(), email=email, name=name, timezone=timezone, role=role, created_at=now)
    session.add(person)
    session.flush()
    return person


def known_zone(timezone: str) -> str:
    """Give the name of a time zone that exists, or say what is expected."""
    if timezone not in available_timezones():
        raise InvalidError(
            f'There is no time zone "{timezone}". Expected a name such as America/Los_Angeles', field="/timezone"
        )
    return timezone


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What to change of a person; `None` stays as it is. `quiet`: two local times, or an empty tuple for none."""

    name: str | None = None
    timezone: str | None = None
    quiet: tuple[str, ...] | None = None
    digest_at: str | None = None
    digest_day: int | None = None
    empty_digests: bool | None = None
    theme: str | None = None
    single_keys: bool | None = None


def change(session: Session, person: Person, wanted: PersonChange) -> None:
    """Change how a person is told: name, time zone, quiet hours, when digests leave and whether also empty ones do."""
    if wanted.name is not None:
        person.name = wanted.name
    if wanted.timezone is not None:
        person.timezone = known_zone(wanted.timezone)
    if wanted.quiet is not None:
        times = [f"{read_time(text, '/quiet'):%H:%M}" for text in wanted.quiet]
        if len(times) == 2 and times[0] == times[1]:
            raise InvalidError("Quiet hours begin and end at different times", field="/quiet")
        person.quiet_from, person.quiet_until = (times[0], times[1]) if times else (None, None)
    if wanted.digest_at is not None:
        person.digest_at = f"{read_time(wanted.digest_at, '/digest_at'):%H:%M}"
    if wanted.digest_day is not None:
        person.digest_day = wanted.digest_day
    if wanted.empty_digests is not None:
        person.empty_digests = wanted.empty_digests
    _look(person, wanted)
    session.add(person)
    session.flush()


def _look(person: Person, wanted: PersonChange) -> None:
    """Change how the pages look and act: the theme, and whether single keys do something."""
    if wanted.theme is not None:
        if wanted.theme not in THEMES:
            text = f'There is no theme "{wanted.theme[:40]}". Expected one of: {", ".join(THEMES)}'
            raise InvalidError(text, field="/theme")
        person.theme = wanted.theme
    if wanted.single_keys is not None:
        person.single_keys = wanted.single_keys


def rhythm(person: Person) -> Rhythm:
    """Give when a person's digests leave."""
    return Rhythm(read_time(person.digest_at, "/digest_at"), person.digest_day)


def checked_address(address: str, field: str) -> str:
    """Give a single e-mail address in lower case, or say what is expected."""
    return check_address(address, field).lower()


def _written(address: str) -> set[str]:
    """Give the ways in which an address may be kept: its domain in ASCII, or as it was typed to an older version."""
    try:
        return {address.lower(), checked_address(address, "/email")}
    except InvalidError:
        return {address.lower()}


def by_address(session: Session, address: str) -> Person | None:
    """Find who signs in with an address; nobody signs in as a team."""
    mine = col(Person.email).in_(_written(address)), col(Person.is_team).is_(False)
    return session.scalars(select(Person).where(*mine)).first()


def find(session: Session, who: str) -> Person | None:
    """Find who subscribes by id or by address: a person, or a team by its id."""
    by_email = select(Person).where(col(Person.email).in_(_written(who)))
    return session.get(Person, who) or session.scalars(by_email).first()


def get(session: Session, who: str, field: str = "/person") -> Person:
    """Find who subscribes by id or by address, or say that there is none."""
    person = find(session, who)
    if person is None:
        raise NotFoundError(f'There is no person "{who}"', field=field)
    return person


def one(session: Session, who: str, field: str = "/person") -> Person:
    """Find a person, and no team, by id or by address."""
    person = get(session, who, field)
    if person.is_team:
        raise NotFoundError(f'There is no person "{who}"', field=field)
    return person


def called(person: Person) -> str:
    """Give what somebody who subscribes is called in lists: the address of a person, the name of a team."""
    return person.name if person.is_team else person.email


def is_last_admin(session: Session, id_: str) -> bool:
    """Say whether nobody else is an admin."""
    others = select(col(Person.id)).where(col(Person.role) == Role.ADMIN, col(Person.id) != id_)
    return session.scalars(others.limit(1)).first() is None


def page(session: Session, *, after: str = "", limit: int = 50) -> list[Person]:
    """Give people in the order of their addresses, after the given one."""
    return list(
        session.scalars(
            select(Person)
            .where(col(Person.email) > after, col(Person.is_team).is_(False))
            .order_by(Person.email)
            .limit(limit)
        )
    )


def all_of(session: Session, ids: Iterable[str]) -> list[Person]:
    """Give people at once; while they are held, `get` asks the database for none of them."""
    return list(session.scalars(select(Person).where(col(Person.id).in_(set(ids)))))
