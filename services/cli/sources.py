"""`tocsin sources`: where articles come from."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from services.articles.mail_address import is_mailbox
from services.cli import terminal
from services.cli.opened import opened
from services.cli.options import AsJson, Config, Data, Home
from services.cli.states import state
from services.cli.tables import Cell, Column, Row, same, table
from services.cli.terminal import GOOD, LOOK, bold, dim
from services.cli.words import moment, stamp
from services.words import count

if TYPE_CHECKING:
    from services.store.tables import Source

group = typer.Typer(help="Sources: where articles come from.", invoke_without_command=True)

_HEADS = (
    Column("Name", "name", gives=True), Column("Address", "url", gives=True), Column("State", "state"),
    Column("Polled", "polled_at"), Column("Next", "next_poll_at"), Column("", "id"), Column("", "reason"),
)  # fmt: skip


@group.callback()
def _group(context: typer.Context, *, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """Sources: where articles come from."""
    if context.invoked_subcommand is None:
        list_all(as_json=as_json, data=data, config=config)


@group.command("add")
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of a site, or of its feed or news sitemap.")],
    *,
    name: Annotated[
        str | None, typer.Option(help="What to call it; else as it calls itself.", show_default=False)
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="Such as en; else told from the text.", show_default=False)
    ] = None,
    home: Home = None,
    pages: Annotated[str, typer.Option(help="Read articles from their pages: auto, always or never.")] = "auto",
    as_is: Annotated[bool, typer.Option("--as-is", help="Watch exactly this address, without looking.")] = False,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Watch a source; the feed of a site is found from its home page. It is polled at once."""
    from services import clock, watching
    from services.acts import source_acts

    screen, note = terminal.out(), ""
    with opened(data, config) as here:
        checked = source_acts.checked_source(here.gate, url)
        found, note = (None, "") if as_is or is_mailbox(url) else watching.feed_of(here.gate, checked)
        if found is not None:
            checked = source_acts.checked_source(here.gate, found.url) if found.url != url else checked
        with here.store.write() as work:
            row = source_acts.add_source(
                work, here.vault, here.actor, url=checked, name=name or watching.name_of(work.session, url, found),
                language=language or (found.language if found else None), pages=pages, home=home, now=clock.now(),
            )  # fmt: skip
    if as_json:
        screen.json(object_of(row))
        return
    screen.line(GOOD, " watched   ", bold(row.name), dim(f"   {row.id}"))
    if found is not None:
        shown = count(found.items, "item")
        screen.line(f"  {without_password(row.url or '')}", dim(f"   {shown} now"))
    if note:
        screen.line(LOOK, f" {note}")
    screen.line("It is polled at once, if workers run. What came: ", bold("tocsin sources list"))


@group.command("list")
def list_all(*, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """List sources in the order of their names."""
    from services import clock, watching

    with opened(data, config) as here, here.store.read() as session:
        rows = list(watching.everything(session))
    screen, now = terminal.out(), clock.now()
    if as_json:
        for row in rows:
            screen.json(object_of(row))
        return
    table(screen, _HEADS, [_row(row, now) for row in rows])
    if screen.lined:
        for row in rows:
            shown = state(_health(row, now))
            if row.reason and shown.sign != " ":
                screen.line(shown.sign, f" {row.name}: {row.reason}")
        if not rows:
            screen.line(dim("  No source is watched yet: tocsin sources add URL"))


def _health(row: Source, now: datetime) -> str:
    from services.store import sources

    return sources.health(row, now).value


def _row(row: Source, now: datetime) -> Row:
    shown = state(_health(row, now))
    url = without_password(row.url or "")
    cells = [
        same(row.name), Cell(url or "pushed to", url), Cell(shown.word, _health(row, now)),
        Cell(moment(row.polled_at, now), stamp(row.polled_at)),
        Cell(moment(row.next_poll_at, now), stamp(row.next_poll_at)),
        same(row.id), same(row.reason or ""),
    ]  # fmt: skip
    return Row(cells, shown.sign)


def without_password(url: str) -> str:
    """Leave the name and password out of an address."""
    before, at, _ = urlsplit(url).netloc.rpartition("@")
    return url.replace(f"{before}{at}", "…@", 1) if at else url


def object_of(row: Source) -> dict[str, Any]:  # Any: JSON
    """Give a source as JSON, without name and password in its address."""
    from services import clock
    from services.store import homes, sources

    return {
        "id": row.id, "name": row.name, "url": None if row.url is None else without_password(row.url),
        "language": row.language, "home": row.home, "home_learned": homes.learned(row), "pages": row.pages,
        "state": sources.health(row, clock.now()).value, "reason": row.reason,
        "polled_at": stamp(row.polled_at) or None,
        "next_poll_at": stamp(row.next_poll_at) or None, "created_at": stamp(row.created_at),
    }  # fmt: skip
