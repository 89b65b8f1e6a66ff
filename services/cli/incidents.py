"""`tocsin incidents`: what needs an operator now, and what did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import terminal
from services.cli.failure import DONE, NO
from services.cli.opened import opened
from services.cli.options import AsJson, Config, Data
from services.cli.tables import Column, Row, same, table
from services.cli.terminal import BAD, GOOD
from services.cli.words import stamp

if TYPE_CHECKING:
    from services.store.tables import Incident

_HEADS = (Column("Since", "began_at"), Column("Until", "ended_at"), Column("Kind", "kind"),
          Column("What", "text", gives=True))  # fmt: skip


def incidents(
    *,
    past: Annotated[bool, typer.Option("--past", help="Also those that are over, the newest first.")] = False,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> int:
    """Show what needs an operator. Exit code 1: something does."""
    from services.store import incidents

    with opened(data, config) as here, here.store.read() as session:
        lasting = incidents.open_ones(session)
        rows = incidents.page(session, limit=200) if past else lasting
    screen = terminal.out()
    if as_json:
        for row in rows:
            screen.json({
                "id": row.id, "kind": row.kind, "text": row.text, "page": row.page, "began_at": stamp(row.began_at),
                "ended_at": stamp(row.ended_at), "told_at": stamp(row.told_at),
            })  # fmt: skip
    elif rows:
        table(screen, _HEADS, [_row(row) for row in rows])
    else:
        screen.line(GOOD, " nothing needs an operator")
    return NO if lasting else DONE


def _row(row: Incident) -> Row:
    cells = [same(stamp(row.began_at)), same(stamp(row.ended_at) or ""), same(row.kind), same(row.text)]
    return Row(cells, BAD if row.ended_at is None else " ")
