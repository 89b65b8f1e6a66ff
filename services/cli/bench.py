"""`tocsin bench rules`: how fast articles are matched against rules, beside other systems in the same run."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import terminal
from services.cli.failure import DONE, MISTAKE
from services.cli.options import AsJson
from services.cli.terminal import LOOK, bold

if TYPE_CHECKING:
    from services.bench.figures import SizeResult
    from services.bench.loading import Progress
    from services.bench.peers import Peer

group = typer.Typer(no_args_is_help=True, help="Measure, beside other systems in the same run.")

SIZES = "1000,10000,100000,1000000"
_MOST = 5_000_000


@group.command("rules")
def rules(
    *,
    corpus: Annotated[
        Path | None,
        typer.Option("--corpus", metavar="FILE.jsonl", exists=True, dir_okay=False,
                     help="Articles, one JSON object with text (and title) a line; else made up."),
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option("--rules", metavar="FILE", exists=True, dir_okay=False,
                     help="Rules, one query a line; else drawn from the articles."),
    ] = None,
    sizes: Annotated[str, typer.Option("--sizes", help="How many rules, with commas between.")] = SIZES,
    peers: Annotated[str, typer.Option("--peers", help="Of mokaccino, regex, postgres.")] = "mokaccino",
    as_json: AsJson = False,
) -> int:  # fmt: skip
    """Match the same articles against the same rules with this engine and its peers, and compare."""
    from services.bench import peers as known
    from services.bench import run
    from services.cli.bench_table import show

    counts = _counts(sizes)
    asked = known.asked(peers)
    there = [peer for peer in asked if peer.is_there()]
    _tell_missing([peer for peer in asked if peer not in there])
    if asked and not there:
        return MISTAKE
    results: list[SizeResult] = []
    with _progress() as progress:
        for count in counts:
            progress(f"{count:,} rules", 0.0)
            results.append(run.size(count, corpus, rules, there, _within(progress, count)))
    if as_json:
        terminal.out().json({"sizes": [result.as_json() for result in results]})
    else:
        show(terminal.out(), results)
    return DONE


def _counts(sizes: str) -> list[int]:
    from services.errors import InvalidError

    found = []
    for part in filter(None, (one.strip().replace("_", "") for one in sizes.split(","))):
        if not part.isdecimal() or not 0 < int(part) <= _MOST:
            raise InvalidError(f'Expected numbers from 1 to {_MOST:,}, found "{part}"', field="--sizes")
        found.append(int(part))
    if not found:
        raise InvalidError("Expected at least one number of rules", field="--sizes")
    return list(dict.fromkeys(found))


def _tell_missing(missing: Sequence[Peer]) -> None:
    screen = terminal.err()
    for peer in missing:
        screen.line(LOOK, f" {peer.name} is not installed. To get it:")
        screen.line("  ", bold(peer.missing))


def _within(progress: Progress, count: int) -> Progress:
    return lambda what, done: progress(f"{count:,} rules: {what}", done)


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show on a terminal what goes on; elsewhere say nothing."""
    if not terminal.err().lined:
        yield lambda _what, _done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description:<36}"), BarColumn(30), TimeElapsedColumn(), console=Console(file=sys.stderr),
        transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task("starting", total=1.0)
        yield lambda what, done: bar.update(task, description=what, completed=done)
