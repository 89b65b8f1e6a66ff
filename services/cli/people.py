"""`tocsin people`: who subscribes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import terminal
from services.cli.opened import opened
from services.cli.options import AsJson, Config, Data, TeamOption, with_data
from services.cli.tables import Column, Row, same, table
from services.cli.terminal import GOOD, LOOK, bold, dim
from services.cli.words import stamp

if TYPE_CHECKING:
    from sqlmodel import Session

    from services.store.tables import Person

group = typer.Typer(help="People: who subscribes.", invoke_without_command=True)

_HEADS = (
    Column("Id", "id"), Column("Address", "email", gives=True), Column("Name", "name", gives=True),
    Column("Time zone", "timezone"), Column("Role", "role"),
)  # fmt: skip
_PAGE = 500


@group.callback()
def _group(context: typer.Context, *, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """People: who subscribes."""
    if context.invoked_subcommand is None:
        list_all(as_json=as_json, data=data, config=config)


@group.command("add")
def add(
    email: Annotated[str, typer.Argument(metavar="ADDRESS", help="E-mail address.")],
    *,
    name: Annotated[str, typer.Option(help="How to address them.")] = "",
    timezone: Annotated[str, typer.Option(help="Such as America/Los_Angeles.")] = "UTC",
    role: Annotated[str, typer.Option(help="subscriber, operator or admin.")] = "subscriber",
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Add a person."""
    from services import clock
    from services.acts import person_acts

    with opened(data, config) as here, here.store.write() as work:
        person = person_acts.add_person(
            work, here.actor, email=email, name=name, timezone=timezone, role=role, now=clock.now()
        )
    screen = terminal.out()
    if as_json:
        screen.json(as_object(person))
        return
    screen.line(GOOD, " added   ", bold(person.email), dim(f"   {person.id}, {person.role}, {person.timezone}"))
    next_ = f"tocsin channels add --person {person.email} email {person.email}"
    screen.line("Next: ", bold(with_data(next_, here.settings)))


@group.command("invite")
def invite(
    email: Annotated[str, typer.Argument(metavar="ADDRESS", help="E-mail address.")],
    *,
    role: Annotated[str, typer.Option(help="subscriber, operator or admin.")] = "subscriber",
    team: TeamOption = None,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Mail somebody a link that makes them a person here, once, within seven days."""
    from services import clock, sign_up
    from services.acts import invitation_acts
    from services.channels.post import open_mail
    from services.sign_in import Letters
    from services.store import teams

    with opened(data, config) as here:
        sign_up.check_invites(here.settings.sign_up)
        now = clock.now()
        with here.store.write() as work:
            row, secret = invitation_acts.invite(work, here.actor, email=email, role=role, team=team, now=now)
            name = teams.get(work.session, row.team).name if row.team else None
        letters = Letters(open_mail(here.settings), here.home)
        text = sign_up.invitation_text(letters.link(f"join/{secret}"), row, name)
        letters.post_now(row.email, sign_up.INVITED, text, now)
    screen = terminal.out()
    if as_json:
        screen.json({"id": row.id, "email": row.email, "role": row.role, "expires_at": stamp(row.expires_at)})
        return
    screen.line(GOOD, " invited   ", bold(row.email), dim(f"   {row.role}, until {stamp(row.expires_at)}"))
    if not here.settings.smtp_url:
        screen.line(LOOK, f" no SMTP server is set: the mail is in {here.settings.data / 'mail'}")


@group.command("list")
def list_all(*, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """List people in the order of their addresses."""
    with opened(data, config) as here, here.store.read() as session:
        rows = _all(session)
    screen = terminal.out()
    if as_json:
        for person in rows:
            screen.json(as_object(person))
        return
    table(screen, _HEADS, [_row(person) for person in rows])


def _all(session: Session) -> list[Person]:
    from services.store import people

    found: list[Person] = []
    while page := people.page(session, after=found[-1].email if found else "", limit=_PAGE):
        found += page
    return found


def _row(person: Person) -> Row:
    return Row([same(text) for text in (person.id, person.email, person.name, person.timezone, person.role)])


def as_object(person: Person) -> dict[str, Any]:  # Any: JSON
    return {
        "id": person.id, "email": person.email, "name": person.name, "timezone": person.timezone,
        "role": person.role, "created_at": stamp(person.created_at),
    }  # fmt: skip
