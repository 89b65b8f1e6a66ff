"""`tocsin teams`: who shares subscriptions and channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import terminal
from services.cli.opened import opened
from services.cli.options import AsJson, Config, Data, with_data
from services.cli.tables import Column, Row, same, table
from services.cli.terminal import GOOD, bold, dim
from services.cli.words import stamp

if TYPE_CHECKING:
    from pathlib import Path

    from sqlmodel import Session

    from services.store.tables import Person

group = typer.Typer(help="Teams: who shares subscriptions and channels.", invoke_without_command=True)

_HEADS = (
    Column("Id", "id"), Column("Name", "name", gives=True), Column("Time zone", "timezone"),
    Column("Members", "members", gives=True),
)  # fmt: skip
_PAGE = 500

Team = Annotated[str, typer.Argument(metavar="TEAM", help="Name or id of the team.")]
People = Annotated[list[str], typer.Argument(metavar="WHO…", help="Addresses or ids of people.")]


@group.callback()
def _group(context: typer.Context, *, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """Teams: who shares subscriptions and channels."""
    if context.invoked_subcommand is None:
        list_all(as_json=as_json, data=data, config=config)


@group.command("add")
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the team is called.")],
    members: Annotated[list[str] | None, typer.Argument(metavar="[WHO…]", help="Addresses or ids of people.")] = None,
    *,
    timezone: Annotated[str, typer.Option(help="Such as America/Los_Angeles.")] = "UTC",
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Add a team, with its first members."""
    from services import clock
    from services.acts import team_acts

    with opened(data, config) as here, here.store.write() as work:
        row = team_acts.add_team(work, here.actor, name=name, timezone=timezone, members=members or (), now=clock.now())
        shown = _object(work.session, row)
    screen = terminal.out()
    if as_json:
        screen.json(shown)
        return
    screen.line(GOOD, " added   ", bold(row.name), dim(f"   {row.id}, {row.timezone}, {_of(shown['members'])}"))
    screen.line("Next: ", bold(with_data(f"tocsin channels add --team {row.id} email ADDRESS", here.settings)))


@group.command("list")
def list_all(*, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """List teams with their members."""
    with opened(data, config) as here, here.store.read() as session:
        rows = [_object(session, row) for row in _all(session)]
    screen = terminal.out()
    if as_json:
        for row in rows:
            screen.json(row)
        return
    table(screen, _HEADS, [_row(row) for row in rows])


@group.command("join")
def join(team: Team, who: People, *, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """Let people share what is the team's, from their next page or call on."""
    _change(team, who, joining=True, as_json=as_json, opening=(data, config))


@group.command("leave")
def leave(team: Team, who: People, *, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """Let people share what is the team's no longer; what they added stays the team's."""
    _change(team, who, joining=False, as_json=as_json, opening=(data, config))


def _change(
    team: str, who: list[str], *, joining: bool, as_json: bool, opening: tuple[Path | None, Path | None]
) -> None:
    from services import clock
    from services.acts import team_acts
    from services.store import people, teams

    with opened(*opening) as here, here.store.write() as work:
        row = teams.get(work.session, team)
        change = team_acts.join_team if joining else team_acts.leave_team
        for one in who:
            change(work, here.actor, row, people.one(work.session, one), clock.now())
        shown = _object(work.session, row)
    screen = terminal.out()
    if as_json:
        screen.json(shown)
    else:
        screen.line(GOOD, " ", bold(row.name), f"   {_of(shown['members'])}")


@group.command("remove")
def remove(team: Team, *, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """Remove a team that has no subscription and no channel."""
    from services import clock
    from services.acts import team_acts
    from services.store import teams

    with opened(data, config) as here, here.store.write() as work:
        row = teams.get(work.session, team)
        team_acts.remove_team(work, here.actor, row, clock.now())
    screen = terminal.out()
    if as_json:
        screen.json({"id": row.id, "removed": True})
    else:
        screen.line(GOOD, f" removed   {row.name}")


def _all(session: Session) -> list[Person]:
    from services.store import teams

    found: list[Person] = []
    while page := teams.page(session, after=found[-1].id if found else "", limit=_PAGE):
        found += page
    return found


def _of(members: list[str]) -> str:
    return ", ".join(members) or "nobody is in"


def _row(row: dict[str, Any]) -> Row:  # Any: as `_object` has it
    return Row([same(row["id"]), same(row["name"]), same(row["timezone"]), same(", ".join(row["members"]))])


def _object(session: Session, row: Person) -> dict[str, Any]:  # Any: JSON
    from services.store import teams

    members = [one.email for one in teams.members(session, [row.id])[row.id]]
    return {
        "id": row.id, "name": row.name, "timezone": row.timezone, "members": members,
        "created_at": stamp(row.created_at),
    }  # fmt: skip
