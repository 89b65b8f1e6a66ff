"""`tocsin channels`: where alerts can be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import terminal
from services.cli.failure import DONE, NO
from services.cli.opened import opened
from services.cli.options import AsJson, Config, Data, TeamOption, owner_of
from services.cli.states import state
from services.cli.tables import Cell, Column, Row, same, table
from services.cli.terminal import BAD, GOOD, LOOK, Screen, bold, dim
from services.cli.words import kind as kind_word
from services.cli.words import stamp

if TYPE_CHECKING:
    from sqlmodel import Session

    from services.acts.channel_acts import NewChannel
    from services.store.tables import Channel

group = typer.Typer(help="Channels: where alerts can be sent.", invoke_without_command=True)

_HEADS = (
    Column("Id", "id"), Column("Kind", "kind"), Column("Goes to", "label", gives=True), Column("State", "state"),
    Column("Person", "person", gives=True), Column("", "reason"),
)  # fmt: skip
_PAGE = 500


@group.callback()
def _group(context: typer.Context, *, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """Channels: where alerts can be sent."""
    if context.invoked_subcommand is None:
        list_all(as_json=as_json, data=data, config=config)


@group.command("add")
def add(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="email, webhook or chat.")],
    target: Annotated[str, typer.Argument(metavar="ADDRESS|URL", help="E-mail address, or address of the service.")],
    *,
    person: Annotated[
        str | None, typer.Option("--person", metavar="WHO", help="Address or id of the person.", show_default=False)
    ] = None,
    team: TeamOption = None,
    confirmed: Annotated[bool, typer.Option("--confirmed", help="Confirm it for the person.")] = False,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Add a channel. Unless it is confirmed here, a message goes out that confirms it."""
    from services import clock
    from services.acts import channel_acts

    with opened(data, config) as here:
        checked = channel_acts.checked_target(here.gate, kind, target)
        with here.store.write() as work:
            new = channel_acts.add_channel(
                work, here.vault, here.actor, person=owner_of(work.session, person, team),
                target=checked, confirmed=confirmed, home=here.home,
                now=clock.now(),
            )  # fmt: skip
    screen = terminal.out()
    if as_json:
        screen.json(_object(new.row) | ({"secret": new.secret} if new.secret else {}))
        return
    _tell_added(screen, new)


def _tell_added(screen: Screen, new: NewChannel) -> None:
    row = new.row
    screen.line(GOOD, f" added   {kind_word(row.kind)} ", bold(row.label), dim(f"   {row.id}"))
    if row.state == "active":
        screen.line("  Active.")
    elif row.kind == "email":
        screen.line("  ", LOOK, f" not confirmed: {row.label} gets a message with a link that confirms it")
    else:
        screen.line("  ", LOOK, " not confirmed: it becomes active when it accepts the test message that goes out now")
    if new.secret:
        screen.line("  Messages are signed with this secret, which is shown this once:")
        screen.line("  ", bold(new.secret))


@group.command("list")
def list_all(*, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """List channels."""
    with opened(data, config) as here, here.store.read() as session:
        rows, people = _all(session), addresses(session)
    screen = terminal.out()
    if as_json:
        for row in rows:
            screen.json(_object(row))
        return
    table(screen, _HEADS, [_row(row, people.get(row.person, row.person)) for row in rows])
    for row in rows:
        if row.reason and state(row.state).sign != " " and screen.lined:
            screen.line(state(row.state).sign, f" {row.label}: {row.reason}")


@group.command("test")
def try_channel(
    channel: Annotated[str, typer.Argument(metavar="ID", help="Id of the channel.")],
    *,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> int:
    """Send a test message to a channel now. Exit code 1: it was not accepted."""
    from services.cli import channel_test

    with opened(data, config) as here:
        tried = channel_test.try_channel(here, channel)
    screen = terminal.out()
    if as_json:
        answer = {"accepted": tried.accepted, "code": tried.code, "detail": tried.detail}
        screen.json(_object(tried.channel) | answer)
        return DONE if tried.accepted else NO
    name = f"{kind_word(tried.channel.kind)} {tried.channel.label}"
    if tried.accepted:
        screen.line(GOOD, " accepted   ", name, dim(f"   it is {state(tried.channel.state).word}"))
        return DONE
    if tried.link_sent:
        screen.line(LOOK, f" not confirmed   {name} gets the message with the link that confirms it again")
    else:
        screen.line(BAD, f" not accepted   {name}: {tried.detail} ({tried.code})")
    return NO


@group.command("fallback")
def fallback(
    channel: Annotated[str, typer.Argument(metavar="ID", help="Id of the channel that may fail.")],
    other: Annotated[str | None, typer.Argument(metavar="[OTHER]", help="Id of the one used meanwhile.")] = None,
    *,
    after: Annotated[int, typer.Option("--after", metavar="MINUTES", help="After so many minutes of failing.")] = 15,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Say which channel is used, with a notice, while another fails; without OTHER: none."""
    from services import clock
    from services.acts import channel_acts
    from services.store import channels

    with opened(data, config) as here, here.store.write() as work:
        row = channels.get(work.session, channel)
        channel_acts.change_channel(work, here.actor, row, fallback=other, after_s=after * 60, now=clock.now())
        to = channels.get(work.session, other) if other else None
    screen = terminal.out()
    if as_json:
        screen.json(_object(row) | {"fallback": row.fallback, "fallback_after_s": row.fallback_after_s})
    elif to is None:
        screen.line(GOOD, f" {row.label} falls back to nothing: what waits is tried again")
    else:
        screen.line(GOOD, f" {row.label} falls back to {to.label} after {after} minutes of failing, with a notice")


@group.command("operators")
def operators(
    channel: Annotated[str, typer.Argument(metavar="ID", help="Id of an operator's channel.")],
    *,
    off: Annotated[bool, typer.Option("--off", help="Do not tell incidents by it any more.")] = False,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Tell operators by this channel when something needs them: a source that fails, a stage that is late."""
    from services import clock
    from services.acts import channel_acts
    from services.store import channels

    with opened(data, config) as here, here.store.write() as work:
        row = channels.get(work.session, channel)
        channel_acts.tell_operators(work, here.actor, row, clock.now(), on=not off)
    screen = terminal.out()
    if as_json:
        screen.json(_object(row) | {"operators": row.operators})
        return
    said = "does not tell incidents any more" if off else "tells when something needs an operator, and when it is over"
    screen.line(GOOD, f" {row.label} {said}")


@group.command("rotate")
def rotate(
    channel: Annotated[str, typer.Argument(metavar="ID", help="Id of the webhook.")],
    *,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Give a webhook a new secret; for a day messages carry the signatures of both."""
    from services import clock
    from services.acts import channel_acts
    from services.store import channels

    with opened(data, config) as here, here.store.write() as work:
        row = channels.get(work.session, channel)
        secret = channel_acts.rotate_secret(work, here.vault, here.actor, row, clock.now())
    screen = terminal.out()
    if as_json:
        screen.json(_object(row) | {"secret": secret, "old_until": stamp(row.old_secret_until)})
        return
    screen.line(GOOD, f" new secret for {row.label}, shown this once; until {stamp(row.old_secret_until)} both sign")
    screen.line("  ", bold(secret))


def _all(session: Session) -> list[Channel]:
    from services.store import channels

    found: list[Channel] = []
    while page := channels.page(session, after=found[-1].id if found else "", limit=_PAGE):
        found += page
    return found


def addresses(session: Session) -> dict[str, str]:
    """Give people's addresses, and the names of teams, by their ids."""
    from services.store import people, teams

    found: dict[str, str] = {}
    after = ""
    while page := people.page(session, after=after, limit=_PAGE):
        found |= {person.id: person.email for person in page}
        after = page[-1].email
    after = ""
    while page := teams.page(session, after=after, limit=_PAGE):
        found |= {team.id: team.name for team in page}
        after = page[-1].id
    return found


def _row(row: Channel, owner: str) -> Row:
    shown = state(row.state)
    cells = [
        same(row.id), Cell(kind_word(row.kind), row.kind), same(row.label), Cell(shown.word, row.state), same(owner),
        same(row.reason or ""),
    ]  # fmt: skip
    return Row(cells, shown.sign)


def _object(row: Channel) -> dict[str, Any]:  # Any: JSON
    return {
        "id": row.id, "person": row.person, "kind": row.kind, "label": row.label, "state": row.state,
        "reason": row.reason, "created_at": stamp(row.created_at),
    }  # fmt: skip
