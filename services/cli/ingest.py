"""`tocsin ingest`: take in articles from files, an address or what is piped in, straight into the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import files, terminal
from services.cli.failure import DONE
from services.cli.opened import Opened, opened
from services.cli.options import AsJson, Config, Data, with_data
from services.cli.terminal import GOOD, LOOK, NOT_COUNTED, WIDTH, Screen, bold, dim
from services.cli.words import stamp
from services.errors import InvalidError
from services.words import count

if TYPE_CHECKING:
    from services.articles.article import Item
    from services.store.tables import Article

AT_ONCE = 100
"""Articles of one transaction."""
_BEATS = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """An article row, the title it is shown by, and whether it was not there before."""

    row: Article
    title: str
    new: bool


def ingest(
    what: Annotated[str, typer.Argument(metavar="FILE|URL|-", help="Text, HTML page or feed; - is what is piped in.")],
    *,
    source: Annotated[
        str, typer.Option("--source", metavar="NAME", help="Where it comes from; a new name is made.")
    ] = "push",
    url: Annotated[str | None, typer.Option("--url", help="Its address, for a file.", show_default=False)] = None,
    title: Annotated[str | None, typer.Option("--title", help="Its title, if it has none.", show_default=False)] = None,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> int:
    """Take in articles: a file, an address, or what is piped in."""
    with opened(data, config) as here:
        items = _titled(_told(_items(here, what, url), what), title)
        taken = _take_in(here, items, source)
        at_work = _at_work(here)
    screen = terminal.out()
    if as_json:
        for one in taken:
            screen.json(_object(one, source))
    else:
        _tell(screen, taken, at_work=at_work, start=with_data("tocsin up", here.settings))
    return DONE


def _items(here: Opened, what: str, url: str | None) -> list[Item]:
    if "://" in what and not Path(what).exists():
        body, content_type, final = files.fetched(here.gate, what)
        return files.items_of(what, body, content_type=content_type, url=url or final)
    return files.items_of(what, files.read_bytes(what), url=url)


def _told(items: Sequence[Item], what: str) -> list[Item]:
    told = [item for item in items if item.tells]
    if not told:
        raise InvalidError(f"{'What was piped in' if what == files.STDIN else what} is a feed without items")
    return told


def _titled(items: Sequence[Item], title: str | None) -> list[Item]:
    if title is None:
        return list(items)
    if len(items) > 1:
        raise InvalidError(f"--title names one article; this is a feed with {len(items)}", field="--title")
    return [replace(items[0], title=title)]


def _take_in(here: Opened, items: Sequence[Item], source: str) -> list[TakenIn]:
    from services import clock
    from services.acts import article_acts

    taken: list[TakenIn] = []
    for at in range(0, len(items), AT_ONCE):
        part = items[at : at + AT_ONCE]
        now = clock.now()
        with here.store.write() as work:
            rows = article_acts.push(work, [article_acts.Pushed(source, item) for item in part], now)
        taken += [TakenIn(row, _title(item), row.seen_at == now) for row, item in zip(rows, part, strict=True)]
    return taken


def _title(item: Item) -> str:
    """Give a title that tells articles apart before they are read."""
    from services.alerts.reason import first_words

    if item.title:
        return item.title
    if item.html is not None:
        return item.url or "a page"
    return first_words(item.text or "") or "no text"


def _at_work(here: Opened) -> set[str]:
    from services import clock
    from services.store import workers

    with here.store.read() as session:
        return set(workers.alive(session, clock.now() - _BEATS))


def _tell(screen: Screen, taken: Sequence[TakenIn], *, at_work: set[str], start: str) -> None:
    for one in taken:
        if one.new:
            screen.line(GOOD, " taken in   ", bold(screen.cut(one.title, WIDTH - 13)))
        else:
            screen.line(NOT_COUNTED, " known already   ", screen.cut(one.title, WIDTH - 18))
        screen.line("  ", dim(f"{one.row.id}   {_state(one.row)}"))
    if len(taken) > 1:
        screen.line(f"{count(sum(one.new for one in taken), 'new article')} of {len(taken)}.")
    if not any(one.row.state == "new" for one in taken):
        return
    if {"ingest", "match", "deliver"} <= at_work:
        screen.line("Next: it is read, matched and told. What came of it: ", bold("tocsin alerts"))
    else:
        screen.line(LOOK, " It waits, because no worker is at work: ", bold(start))


def _state(row: Article) -> str:
    if row.state == "new":
        return "waits to be matched" if row.read_at else "waits to be read"
    return f"set aside: {row.reason}" if row.state == "set_aside" else "matched"


def _object(one: TakenIn, source: str) -> dict[str, Any]:  # Any: JSON
    row = one.row
    return {
        "id": row.id, "title": one.title, "url": row.url, "source": source, "external_id": row.external_id,
        "revision": row.revision, "state": row.state, "new": one.new, "seen_at": stamp(row.seen_at),
    }  # fmt: skip
