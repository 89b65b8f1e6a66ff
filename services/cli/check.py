"""`tocsin check`: how a query is read, or where it cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import failure, terminal
from services.cli.options import AsJson
from services.cli.terminal import GOOD, NOT_COUNTED, bold
from services.errors import InvalidError

if TYPE_CHECKING:
    from services.queries.parser import Parsed
    from services.store.packs import Packs

Query = Annotated[str, typer.Argument(metavar="QUERY", help="What to hear of.")]


def check(query: Query, *, as_json: AsJson = False) -> int:
    """Show how a query is read, or where it cannot be read."""
    from services.rules.anyway import warning

    parsed = read(query, as_json=as_json)
    if parsed is None:
        return failure.MISTAKE
    warned = warning(parsed.tree)
    notes = [*parsed.notes, *([warned] if warned else [])]
    screen = terminal.out()
    if as_json:
        screen.json({"query": parsed.text, "notes": notes})
        return failure.DONE
    screen.line(GOOD, " is read as   ", bold(parsed.text))
    if notes:
        screen.line()
    for note in notes:
        screen.line(NOT_COUNTED, " ", note)
    return failure.DONE


def read(query: str, *, as_json: bool, packs: Packs | None = None) -> Parsed | None:
    """Read a query with these topics, else with those that ship.

    Gives `None` once the mistake was told: on stderr, and as JSON if asked.
    """
    from services.queries.parser import parse
    from services.store.packs import shipped

    try:
        return parse(query, (packs or shipped()).lookups)
    except InvalidError as error:
        if as_json:
            terminal.out().json(failure.as_object(error))
        failure.tell_query(query, error)
        return None
