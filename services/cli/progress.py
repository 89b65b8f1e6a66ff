"""A bar on a terminal for work that may take more than a moment; nothing elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(what: str, *, wanted: bool) -> Iterator[Callable[[int, int], None]]:
    """Give what is told how much is done, of how much."""
    if not wanted:
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = TextColumn("{task.description}"), BarColumn(30), TextColumn("{task.fields[said]}")
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=1, said="")
        yield lambda done, total: bar.update(task, completed=done, total=max(1, total), said=f"{done:,} of {total:,}")
