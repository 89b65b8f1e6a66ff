"""`tocsin bounce`: read a mail that came back, as a mail server pipes it in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from services.cli import terminal
from services.cli.failure import DONE, NO
from services.cli.opened import opened
from services.cli.options import AsJson, Config, Data
from services.cli.terminal import GOOD, NOT_COUNTED


def bounce(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="The mail; - is what is piped in.")] = "-",
    *,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> int:
    """Read a report of a mail that could not be delivered, or a mail that asks to leave. Exit code 1: it is neither."""
    from services import clock, reader_acts
    from services.alerts.bounce import MOST_BYTES

    mail = sys.stdin.buffer.read(MOST_BYTES) if file == "-" else Path(file).read_bytes()[:MOST_BYTES]
    with opened(data, config) as here, here.store.write() as work:
        done = reader_acts.take_back(work, here.vault, mail, clock.now())
    screen = terminal.out()
    if as_json:
        screen.json({"known": done is not None, "what": done})
    else:
        screen.line(GOOD if done else NOT_COUNTED, f" {done or 'it carries no token of ours: nothing was done'}")
    return DONE if done else NO
