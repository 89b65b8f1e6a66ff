"""People: who subscribes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services import acts, clock
from services.accounts import own
from services.api import cursors
from services.api.cursors import Cursor, Limit
from services.api.parts import Here, Who
from services.api.routing import router
from services.api.shapes import Name, Page, Sent, Shown, page
from services.store import people
from services.store.tables import Person

routes = router("people")


class NewPerson(Sent):
    """A person to add."""

    email: Annotated[str, Field(max_length=254)]
    name: Name = ""
    timezone: Annotated[str, Field(max_length=64)] = "UTC"
    role: Annotated[str, Field(max_length=20)] = "subscriber"


class PersonShown(Shown):
    """A person."""

    id: str
    email: str
    name: str
    timezone: str
    role: str
    created_at: datetime


def show(row: Person) -> PersonShown:
    """Show a person."""
    return PersonShown(
        id=row.id, email=row.email, name=row.name, timezone=row.timezone, role=row.role, created_at=row.created_at
    )


@routes.post("", status_code=201)
def add(new: NewPerson, here: Here, who: Who) -> PersonShown:
    """Add a person. An address belongs to one person."""
    with here.store.write() as work:
        row = acts.add_person(
            work, who.name, email=new.email, name=new.name, timezone=new.timezone, role=new.role, now=clock.now()
        )
    return show(row)


@routes.get("")
def list_all(here: Here, who: Who, limit: Limit = 50, cursor: Cursor = None) -> Page[PersonShown]:
    """List people in the order of their addresses. Subscribers see themselves."""
    after = cursors.by_name("people", cursor)
    with here.store.read() as session:
        only = own.person_of(who)
        rows = [people.get(session, only)] if only else people.page(session, after=after, limit=limit + 1)
    return page(rows, limit, show, lambda row: cursors.name_cursor("people", row.email))


@routes.get("/{id}")
def one(id: str, here: Here, who: Who) -> PersonShown:  # noqa: A002  # the name in the path
    """Show one person."""
    with here.store.read() as session:
        row = people.get(session, id, "/id")
    own.check(who, row.id, "person", id)
    return show(row)
