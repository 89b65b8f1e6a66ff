"""`tocsin subscribe` and `tocsin subscriptions`: what somebody wants to hear of, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import failure, terminal
from services.cli.channels import addresses
from services.cli.opened import opened
from services.cli.options import AsJson, Config, Data, TeamOption, owner_of
from services.cli.states import state
from services.cli.tables import Cell, Column, Row, same, table
from services.cli.terminal import GOOD, bold, dim
from services.cli.words import stamp
from services.errors import InvalidError

if TYPE_CHECKING:
    from sqlmodel import Session

    from services.store.tables import Subscription

_HEADS = (
    Column("Id", "id"), Column("Name", "name", gives=True), Column("Query", "query", gives=True),
    Column("State", "state"), Column("Rhythm", "cadence"), Column("", "person"), Column("", "channels"),
    Column("", "reason"),
)  # fmt: skip
_PAGE = 500

Person = Annotated[str | None, typer.Option("--person", metavar="WHO", help="Address or id.", show_default=False)]


def subscribe(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What to hear of.")],
    *,
    person: Person = None,
    team: TeamOption = None,
    name: Annotated[str, typer.Option("--name", help="What to call it.")],
    channel: Annotated[
        list[str], typer.Option("--channel", metavar="ID", help="Where alerts go; give it again for more.")
    ],
    cadence: Annotated[str, typer.Option(help="instant, hourly, daily or weekly.")] = "instant",
    urgent: Annotated[bool, typer.Option("--urgent", help="Quiet hours do not hold it.")] = False,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> int:
    """Add a subscription. It counts for the next article."""
    from services import clock
    from services.acts import subscription_acts

    with opened(data, config) as here, here.store.write() as work:
        packs = here.packs()
        try:
            subscription_acts.check_query(query, packs.lookups)
        except InvalidError as error:
            return failure.tell_query(query, error)
        row = subscription_acts.add_subscription(
            work, packs.lookups, here.actor, person=owner_of(work.session, person, team), name=name,
            query=query, channel_ids=channel,
            cadence=cadence, urgent=urgent, now=clock.now(),
        )  # fmt: skip
    screen = terminal.out()
    if as_json:
        screen.json(as_object(row, channel))
    else:
        screen.line(GOOD, " subscribed   ", bold(row.name), dim(f"   {row.id}, {row.cadence}"))
        screen.line("  ", row.query)
        screen.line("It counts for the next article.")
    return failure.DONE


group = typer.Typer(help="Subscriptions: what somebody wants to hear of.", invoke_without_command=True)


@group.callback()
def _group(
    context: typer.Context, *, person: Person = None, team: TeamOption = None, as_json: AsJson = False,
    data: Data = None, config: Config = None,
) -> None:  # fmt: skip
    """Subscriptions: what somebody wants to hear of. Alone it lists them."""
    if context.invoked_subcommand is None:
        list_all(person=person, team=team, as_json=as_json, data=data, config=config)


@group.command("list")
def list_all(
    *, person: Person = None, team: TeamOption = None, as_json: AsJson = False, data: Data = None, config: Config = None
) -> None:
    """List subscriptions."""
    from services.store import subscriptions

    with opened(data, config) as here, here.store.read() as session:
        owner = owner_of(session, person, team) if person or team else None
        rows = _all(session, owner)
        channels = subscriptions.channels_of(session, [row.id for row in rows])
        owners = addresses(session)
    screen = terminal.out()
    if as_json:
        for row in rows:
            screen.json(as_object(row, channels[row.id]))
        return
    table(screen, _HEADS, [_row(row, owners[row.person], channels[row.id]) for row in rows])
    for row in rows:
        if row.reason and screen.lined:
            screen.line(state(row.state).sign, f" {row.name}: {row.reason}")


def _all(session: Session, owner: str | None) -> list[Subscription]:
    from services.store import subscriptions

    found: list[Subscription] = []
    while page := subscriptions.page(session, person=owner, after=found[-1].id if found else "", limit=_PAGE):
        found += page
    return found


def _row(row: Subscription, owner: str, channels: list[str]) -> Row:
    shown = state(row.state)
    cells = [
        same(row.id), same(row.name), same(row.query), Cell(shown.word, row.state), same(row.cadence), same(owner),
        same(",".join(channels)), same(row.reason or ""),
    ]  # fmt: skip
    return Row(cells, shown.sign)


def as_object(row: Subscription, channels: list[str]) -> dict[str, Any]:  # Any: JSON
    return {
        "id": row.id, "person": row.person, "name": row.name, "query": row.query, "state": row.state,
        "reason": row.reason, "cadence": row.cadence, "urgent": row.urgent, "channels": channels,
        "created_at": stamp(row.created_at),
    }  # fmt: skip
