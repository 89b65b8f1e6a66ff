"""`tocsin sources`: where articles come from."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from services.cli import terminal
from services.cli.opened import opened
from services.cli.options import AsJson, Config, Data
from services.cli.states import state
from services.cli.tables import Cell, Column, Row, same, table
from services.cli.terminal import GOOD, bold, dim
from services.cli.words import moment, stamp

if TYPE_CHECKING:
    from sqlmodel import Session

    from services.store.tables import Source

group = typer.Typer(help="Sources: where articles come from.", invoke_without_command=True)

_HEADS = (
    Column("Name", "name", gives=True), Column("Address", "url", gives=True), Column("State", "state"),
    Column("Polled", "polled_at"), Column("Next", "next_poll_at"), Column("", "id"), Column("", "reason"),
)  # fmt: skip
_PAGE = 500


@group.callback()
def _group(context: typer.Context, *, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """Sources: where articles come from."""
    if context.invoked_subcommand is None:
        list_all(as_json=as_json, data=data, config=config)


@group.command("add")
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of an RSS, Atom, RDF or JSON feed.")],
    *,
    name: Annotated[str | None, typer.Option(help="What to call it; else its host.", show_default=False)] = None,
    language: Annotated[
        str | None, typer.Option(help="Such as en; else told from the text.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Watch a source. It is polled at once."""
    from services import acts, clock

    with opened(data, config) as here:
        checked = acts.checked_source(here.gate, url)
        with here.store.write() as work:
            row = acts.add_source(
                work, here.vault, here.actor, url=checked, name=name or _host(url), language=language, now=clock.now()
            )
    screen = terminal.out()
    if as_json:
        screen.json(_object(row))
        return
    screen.line(GOOD, " watched   ", bold(row.name), dim(f"   {row.id}"))
    screen.line("It is polled at once, if workers run. What came: ", bold("tocsin sources list"))


@group.command("list")
def list_all(*, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """List sources in the order of their names."""
    from services import clock

    with opened(data, config) as here, here.store.read() as session:
        rows = _all(session)
    screen, now = terminal.out(), clock.now()
    if as_json:
        for row in rows:
            screen.json(_object(row))
        return
    table(screen, _HEADS, [_row(row, now) for row in rows])
    if screen.lined:
        for row in rows:
            if row.reason and state(row.state).sign != " ":
                screen.line(state(row.state).sign, f" {row.name}: {row.reason}")
        if not rows:
            screen.line(dim("  No source is watched yet: tocsin sources add URL"))


@group.command("poll")
def poll(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name or id of the source.")],
    *,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Make the next poll of a source due at once."""
    from services import acts, clock

    with opened(data, config) as here, here.store.write() as work:
        row = acts.poll_source(work, here.actor, name, clock.now())
    screen = terminal.out()
    if as_json:
        screen.json(_object(row))
        return
    screen.line(GOOD, " due   ", bold(row.name), "   an ingest worker polls it next")


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or url[:120]
    except ValueError:
        return url[:120]


def _all(session: Session) -> list[Source]:
    from services.store import sources

    found: list[Source] = []
    while page := sources.page(session, after=found[-1].name if found else "", limit=_PAGE):
        found += page
    return found


def _row(row: Source, now: datetime) -> Row:
    shown = state(row.state)
    url = without_password(row.url or "")
    cells = [
        same(row.name), Cell(url or "pushed to", url), Cell(shown.word, row.state),
        Cell(moment(row.polled_at, now), stamp(row.polled_at)),
        Cell(moment(row.next_poll_at, now), stamp(row.next_poll_at)),
        same(row.id), same(row.reason or ""),
    ]  # fmt: skip
    return Row(cells, shown.sign)


def without_password(url: str) -> str:
    """Leave the name and password out of an address."""
    before, at, _ = urlsplit(url).netloc.rpartition("@")
    return url.replace(f"{before}{at}", "…@", 1) if at else url


def _object(row: Source) -> dict[str, Any]:  # Any: JSON
    return {
        "id": row.id, "name": row.name, "url": None if row.url is None else without_password(row.url),
        "language": row.language, "state": row.state, "reason": row.reason, "polled_at": stamp(row.polled_at) or None,
        "next_poll_at": stamp(row.next_poll_at) or None, "created_at": stamp(row.created_at),
    }  # fmt: skip
