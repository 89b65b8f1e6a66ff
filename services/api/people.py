"""People: who subscribes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import Field

from services import clock, reader_acts
from services.accounts import own
from services.acts import person_acts
from services.api import cursors
from services.api.cursors import Cursor, Limit
from services.api.etags import When
from services.api.once import OnceOnly
from services.api.parts import Here, Who
from services.api.routing import router
from services.api.shapes import Name, Page, Sent, Shown, page
from services.store import people
from services.store.people import PersonChange
from services.store.tables import Person

routes = router("people")

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Theme = Literal["system", "light", "dark"]
DAYS: tuple[Day, ...] = get_args(Day)


class NewPerson(Sent):
    """A person to add."""

    email: Annotated[str, Field(max_length=254)]
    name: Name = ""
    timezone: Annotated[str, Field(max_length=64)] = "UTC"
    role: Annotated[str, Field(max_length=20)] = "subscriber"


class Quiet(Sent):
    """Local times between which only what is urgent is told, such as 22:00 and 07:00."""

    begins: Annotated[str, Field(max_length=5)]
    ends: Annotated[str, Field(max_length=5)]


class Change(Sent):
    """What to change of a person; what is left out stays. `quiet` null: no quiet hours."""

    name: Name | None = None
    timezone: Annotated[str, Field(max_length=64)] | None = None
    quiet: Quiet | None = None
    digest_at: Annotated[str, Field(max_length=5)] | None = None
    digest_day: Day | None = None
    empty_digests: bool | None = None
    theme: Theme | None = None
    single_keys: bool | None = None


class PersonChanged(Change):
    """What to change of a person. `role`, by an admin: it counts from the next request on and ends their sessions."""

    role: Annotated[str, Field(max_length=20)] | None = None


class QuietShown(Shown):
    """Quiet hours, as local times."""

    begins: str
    ends: str


class PersonShown(Shown):
    """A person, and how they are told: quiet hours, and when digests leave, by the clock of their time zone."""

    id: str
    email: str
    name: str
    timezone: str
    role: str
    quiet: QuietShown | None
    digest_at: str
    digest_day: str
    empty_digests: bool
    theme: str
    single_keys: bool
    created_at: datetime


def show(row: Person) -> PersonShown:
    """Show a person."""
    quiet = QuietShown(begins=row.quiet_from, ends=row.quiet_until) if row.quiet_from and row.quiet_until else None
    return PersonShown(
        id=row.id, email=row.email, name=row.name, timezone=row.timezone, role=row.role, quiet=quiet,
        digest_at=row.digest_at, digest_day=DAYS[row.digest_day], empty_digests=row.empty_digests,
        theme=row.theme, single_keys=row.single_keys,
        created_at=row.created_at,
    )  # fmt: skip


@routes.post("", status_code=201)
def add(new: NewPerson, here: Here, who: Who, once: OnceOnly) -> PersonShown:
    """Add a person. An address belongs to one person."""
    with here.store.write() as work:
        once.before(work.session)
        row = person_acts.add_person(
            work, who.name, email=new.email, name=new.name, timezone=new.timezone, role=new.role, now=clock.now()
        )
        return once.keep(work.session, show(row))


@routes.get("")
def list_all(here: Here, who: Who, limit: Limit = 50, cursor: Cursor = None) -> Page[PersonShown]:
    """List people in the order of their addresses. Subscribers see themselves."""
    after = cursors.by_name("people", cursor)
    with here.store.read() as session:
        only = own.person_of(who) is not None
        rows = [people.get(session, who.person)] if only else people.page(session, after=after, limit=limit + 1)
    return page(rows, limit, show, lambda row: cursors.name_cursor("people", row.email))


@routes.get("/{id}")
def one(id: str, here: Here, who: Who) -> PersonShown:  # noqa: A002  # the name in the path
    """Show one person."""
    with here.store.read() as session:
        row = people.one(session, id, "/id")
    own.check(who, row.id, "person", id)
    return show(row)


@routes.patch("/{id}")
def change(id: str, change: PersonChanged, here: Here, who: Who, when: When) -> PersonShown:  # noqa: A002  # the name in the path
    """Change how a person is told: name, time zone, quiet hours, and when digests leave."""
    with here.store.write() as work:
        when.hold(work.session)
        found = people.one(work.session, id, "/id")
        own.check(who, found.id, "person", id)
        when.check(show(found))
        if change.role is not None:
            person_acts.change_role(work, who, found, change.role, clock.now())
        row = reader_acts.change_person(work, who.name, found.id, wanted_of(change), clock.now())
    return show(row)


def wanted_of(change: Change) -> PersonChange:
    """Say what a body wants changed."""
    quiet = None
    if "quiet" in change.model_fields_set:
        quiet = (change.quiet.begins, change.quiet.ends) if change.quiet else ()
    day = None if change.digest_day is None else DAYS.index(change.digest_day)
    return PersonChange(
        name=change.name, timezone=change.timezone, quiet=quiet, digest_at=change.digest_at, digest_day=day,
        empty_digests=change.empty_digests, theme=change.theme, single_keys=change.single_keys,
    )  # fmt: skip
