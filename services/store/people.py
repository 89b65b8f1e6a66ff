"""People: who subscribes, and in which time zone they read."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlmodel import Session, col

from services.errors import ConflictError, InvalidError, NotFoundError
from services.identity import drawn
from services.store.states import Role
from services.store.tables import Person

_ADDRESS = re.compile(
    r"[^\s@<>,;:\"()\[\]\\\x00-\x1f]+@[^\s@<>,;:\"()\[\]\\\x00-\x1f.]+(?:\.[^\s@<>,;:\"()\[\]\\\x00-\x1f.]+)*"
)


def add(session: Session, *, email: str, name: str, timezone: str, role: str, now: datetime) -> Person:
    """Add a person; an address belongs to one person."""
    email = checked_address(email, "/email")
    if timezone not in available_timezones():
        raise InvalidError(
            f'There is no time zone "{timezone}". Expected a name such as America/Los_Angeles', field="/timezone"
        )
    if role not in set(Role):
        raise InvalidError(f'There is no role "{role}". Expected one of: {", ".join(Role)}', field="/role")
    if find(session, email) is not None:
        raise ConflictError(f"{email} is already the address of somebody else", field="/email")
    person = Person(id=drawn(), email=email, name=name, timezone=timezone, role=role, created_at=now)
    session.add(person)
    session.flush()
    return person


def checked_address(address: str, field: str) -> str:
    """Give a single e-mail address in lower case, or say what is expected."""
    address = address.strip()
    if len(address) > 254 or not _ADDRESS.fullmatch(address):
        raise InvalidError("Enter an e-mail address, such as name@office.example", field=field)
    return address.lower()


def find(session: Session, who: str) -> Person | None:
    """Find a person by id or by address."""
    return session.get(Person, who) or session.scalars(select(Person).where(col(Person.email) == who.lower())).first()


def get(session: Session, who: str, field: str = "/person") -> Person:
    """Find a person by id or by address, or say that there is none."""
    person = find(session, who)
    if person is None:
        raise NotFoundError(f'There is no person "{who}"', field=field)
    return person


def page(session: Session, *, after: str = "", limit: int = 50) -> list[Person]:
    """Give people in the order of their addresses, after the given one."""
    return list(session.scalars(select(Person).where(col(Person.email) > after).order_by(Person.email).limit(limit)))
