"""Teams: who shares subscriptions and channels, and handing one's own over to a team."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from services import clock, cursors
from services.accounts import own
from services.accounts.tokens import Caller
from services.acts import team_acts
from services.errors import ConflictError, InvalidError, NotFoundError
from services.store import channels, people, subscriptions, teams
from services.store.people import PersonChange
from services.store.states import Role
from services.store.tables import Person
from services.store.work import Work
from services.web.forms import Filled, Form, Refused, onward, refused
from services.web.lists import Cursor, address
from services.web.site import Ours, Reader, Site, frame, page

routes = APIRouter(include_in_schema=False)

SHOWN = 100
_LIST = "teams"
_SAID = {"join": "joined", "leave": "left", "hand": "handed", "remove": "removed"}


@routes.get("/teams")
def list_all(request: Request, site: Ours, reader: Reader, cursor: Cursor = None) -> Response:
    """List the reader's teams; admins see all."""
    return _list(request, site, reader, Form({"timezone": ["UTC"]}), cursor=cursor)


@routes.post("/teams")
def add(request: Request, site: Ours, reader: Reader, form: Filled) -> Response:
    """Add a team with its first members."""
    given = [one.strip() for one in form.text("members").replace(",", "\n").splitlines()]
    try:
        with site.store.write() as work:
            row = team_acts.add_team(
                work, reader.name, name=form.text("name"), timezone=form.text("timezone") or "UTC",
                members=[one for one in given if one], now=clock.now(),
            )  # fmt: skip
    except (InvalidError, ConflictError, NotFoundError) as error:
        return _list(request, site, reader, form, problem=refused(error))
    return onward(f"/teams/{row.id}", "team")


@routes.get("/teams/{id}")
def one(id: str, request: Request, site: Ours, reader: Reader) -> Response:  # noqa: A002  # the name in the path
    """Show a team: its members, subscriptions and channels."""
    return _one(id, request, site, reader, Form({}))


@routes.post("/teams/{id}")
def change(id: str, request: Request, site: Ours, reader: Reader, form: Filled) -> Response:  # noqa: A002  # as above
    """Rename a team, let somebody in or out, hand a subscription over to it, or remove it."""
    act = form.text("act")
    try:
        with site.store.write() as work:
            row = _its(work.session, reader, id)
            _do(act, work, reader, row, form)
    except (InvalidError, ConflictError, NotFoundError) as error:
        return _one(id, request, site, reader, form, problem=refused(error))
    gone = act == "remove" or (act == "leave" and form.text("person") == reader.person)
    return onward("/teams" if gone else f"/teams/{id}", _SAID.get(act, "saved"))


def _do(act: str, work: Work, reader: Caller, row: Person, form: Form) -> None:
    now, admin = clock.now(), reader.is_admin
    match act:
        case "join" if admin:
            person = people.one(work.session, form.text("person").lower(), "/person")
            team_acts.join_team(work, reader.name, row, person, now)
        case "leave" if admin or form.text("person") == reader.person:
            person = people.one(work.session, form.text("person"), "/person")
            team_acts.leave_team(work, reader.name, row, person, now)
        case "remove" if admin:
            team_acts.remove_team(work, reader.name, row, now)
        case "hand":
            one = subscriptions.get(work.session, form.text("subscription"))
            own.check(reader, one.person, "subscription", one.id)
            team_acts.hand_over_subscription(work, reader.name, one, row, form.many("channel"), now)
        case "":
            wanted = PersonChange(name=form.text("name"), timezone=form.text("timezone"))
            team_acts.change_team(work, reader.name, row, wanted, now)
        case _:
            raise InvalidError("Only an admin may do this", field="/act")


def _its(session: Session, reader: Caller, id_: str) -> Person:
    own.check(reader, id_, "team", id_)
    row = teams.find(session, id_)
    if row is None or row.id != id_:
        raise NotFoundError(f'There is no team "{id_}"', field="/id")
    return row


def _list(
    request: Request, site: Site, reader: Caller, form: Form, *, problem: Refused | None = None,
    cursor: str | None = None,
) -> Response:  # fmt: skip
    with site.store.read() as session:
        around = frame(site, session, request)
        only = None if own.person_of(reader) is None else reader.teams
        rows = teams.page(session, only=only, after=cursors.by_name(_LIST, cursor), limit=SHOWN + 1)
        members = teams.members(session, [row.id for row in rows])
    older = len(rows) > SHOWN and address("/teams", cursor=cursors.name_cursor(_LIST, rows[SHOWN - 1].id))
    return page(
        "teams.html", status=422 if problem else 200, frame=around, rows=rows[:SHOWN], members=members, form=form,
        refused=problem, older=older, admin=reader.role is Role.ADMIN,
    )  # fmt: skip


def _one(
    id_: str, request: Request, site: Site, reader: Caller, form: Form, problem: Refused | None = None
) -> Response:
    with site.store.read() as session:
        around = frame(site, session, request)
        row = _its(session, reader, id_)
        members = teams.members(session, [id_])[id_]
        its = subscriptions.page(session, person=id_, limit=SHOWN)
        goes = channels.page(session, person=id_, limit=SHOWN)
        mine = subscriptions.page(session, person=reader.person, limit=SHOWN)
    return page(
        "team.html", status=422 if problem else 200, frame=around, row=row, members=members, subscriptions=its,
        channels=goes, mine=mine, form=form, refused=problem, admin=reader.role is Role.ADMIN, me=reader.person,
    )  # fmt: skip
