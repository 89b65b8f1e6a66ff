"""`tocsin sources poll|change|pause|resume|delete|import|export|show`: what operators do with sources."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import files, terminal
from services.cli.opened import Opened, opened
from services.cli.options import AsJson, Config, Data
from services.cli.sources import group, object_of, without_password
from services.cli.states import state
from services.cli.tables import Cell, Column, Row, same, table
from services.cli.terminal import BAD, GOOD, LOOK, bold, dim
from services.cli.words import moment, stamp
from services.words import count

if TYPE_CHECKING:
    from services.store.tables import Source
    from services.store.work import Work

__all__ = ["group"]

Named = Annotated[str, typer.Argument(metavar="NAME", help="Name or id of the source.")]
_POLLS = (
    Column("When", "at"), Column("Answer", "status"), Column("New", "articles"), Column("", "detail", gives=True),
)  # fmt: skip


@group.command("poll")
def poll(
    name: Named,
    *,
    here: Annotated[bool, typer.Option("--here", help="Poll in this process and say what came.")] = False,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> int:
    """Make the next poll of a source due at once, or poll it here."""
    from services import clock
    from services.acts import source_acts

    with opened(data, config) as place:
        with place.store.write() as work:
            row = source_acts.poll_source(work, place.actor, name, clock.now())
        if here:
            return _poll_here(place, row, as_json=as_json)
    _said(row, "due", "an ingest worker polls it next", as_json=as_json)
    return 0


def _poll_here(place: Opened, row: Source, *, as_json: bool) -> int:
    from datetime import timedelta

    from services import clock
    from services.sources.poll import Kit, Poller, one_poll
    from services.sources.rhythm import Rhythm
    from services.store import polls, sources

    bounds = Rhythm(first=timedelta(seconds=place.settings.poll_s), gap=timedelta(seconds=place.settings.host_gap_s))
    kit = Kit(place.store, place.gate, place.vault, clock.now, bounds)
    done = Poller(kit, [one_poll(row.id)]).once()
    with place.store.read() as session:
        row = sources.listed(session, row.id)
        last = polls.last(session, row.id, 1)
    screen = terminal.out()
    if as_json:
        screen.json(object_of(row) | {"polled": bool(done), "articles": last[0].articles if done and last else 0})
    elif not done:
        screen.line(LOOK, f" {row.name} is being polled by a worker, or its host has its pause")
    elif last and not last[0].ok:
        screen.line(BAD, f" {row.name}: {last[0].detail}")
    else:
        screen.line(GOOD, " polled   ", bold(row.name), f"   {count(last[0].articles if last else 0, 'new article')}")
    return 1 if done and last and not last[0].ok else 0


@group.command("pause")
def pause(name: Named, *, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """Stop polling a source until it is resumed."""
    from services import watching

    _said(_done(watching.pause, name, data, config), "paused", "what is pushed for it is still taken", as_json=as_json)


@group.command("resume")
def resume(name: Named, *, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """Poll a source again, at once; also one that is gone."""
    from services import watching

    _said(_done(watching.resume, name, data, config), "resumed", "it is polled at once", as_json=as_json)


@group.command("delete")
def delete(name: Named, *, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """Forget a source; its articles stay. Added again, it comes back with them."""
    from services import watching

    _said(_done(watching.delete, name, data, config), "deleted", "its articles stay", as_json=as_json)


@group.command("change")
def change(
    name: Named,
    *,
    call: Annotated[str | None, typer.Option("--name", help="What to call it.", show_default=False)] = None,
    home: Annotated[
        str | None,
        typer.Option(
            metavar="PLACE", help='Where it is at home: US-CA, or a name; "" lets it be learned.', show_default=False
        ),
    ] = None,
    language: Annotated[
        str | None, typer.Option(help='Such as en; "" lets it be told from the text.', show_default=False)
    ] = None,
    pages: Annotated[str | None, typer.Option(help="auto, always or never.", show_default=False)] = None,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Change what a source is called, where it is at home, its language, or whether its pages are read."""
    from services import clock, watching

    wanted = watching.SourceChange(call, language, home, pages)
    with opened(data, config) as here, here.store.write() as work:
        row = watching.change(work, here.actor, name, wanted, clock.now())
    _said(row, "changed", "it counts for the next article", as_json=as_json)


@group.command("show")
def show(name: Named, *, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """Show a source with its last polls."""
    from services import clock
    from services.store import polls, sources

    with opened(data, config) as here, here.store.read() as session:
        row = sources.listed(session, name)
        last = polls.last(session, row.id)
    screen, now = terminal.out(), clock.now()
    if as_json:
        told = [
            {"at": stamp(p.at), "ok": p.ok, "status": p.status, "articles": p.articles, "detail": p.detail}
            for p in last
        ]
        screen.json(object_of(row) | {"polls": told})
        return
    shown = state(sources.health(row, now).value)
    screen.line(shown.sign, " ", bold(row.name), f"   {shown.word}", dim(f"   {row.id}"))
    screen.line("  ", without_password(row.url) if row.url else "is pushed to")
    if row.reason:
        screen.line("  ", row.reason)
    if said := _at_home(row):
        screen.line("  ", said)
    if row.gap_s is not None:
        screen.line(
            dim(f"  usually an article every {_length(row.gap_s)}, the last {moment(row.last_article_at, now)}")
        )
    table(screen, _POLLS, [_poll_row(p.at, p.status, p.articles, p.detail, now) for p in last])


def _at_home(row: Source) -> str:
    """Say where a source is at home, and who says so."""
    from services.reading import home_named
    from services.store import homes

    if row.home:
        return f"at home in {home_named(row.home)}, as somebody set it"
    code = homes.learned(row)
    return f"at home in {home_named(code)}, as its articles say" if code else ""


def _poll_row(at: datetime, status: int | None, articles: int, detail: str, now: datetime) -> Row:
    return Row([Cell(moment(at, now), stamp(at)), same(str(status or "–")), same(str(articles)), same(detail)])


def _length(seconds: float) -> str:
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return count(round(seconds / size), unit)
    return count(round(seconds), "second")


@group.command("import")
def import_all(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="OPML list of feeds; - is what is piped in.")],
    *,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> int:
    """Watch all feeds of an OPML list."""
    from services import clock, watching
    from services.articles.opml import read_opml

    outlines = read_opml(files.read_bytes(file))
    with opened(data, config) as here, here.store.write() as work:
        done = watching.import_all(work, here.vault, here.gate, here.actor, outlines, clock.now())
    screen = terminal.out()
    if as_json:
        refused = [{"url": url, "reason": reason} for url, reason in done.refused]
        screen.json({"added": len(done.added), "known": done.known, "refused": refused})
    else:
        known = f", {done.known} watched already" if done.known else ""
        screen.line(GOOD, f" {count(len(done.added), 'source')} added{known}")
        for url, reason in done.refused:
            screen.line(BAD, f" {url}: {reason}")
    return 1 if done.refused else 0


@group.command("export")
def export_all(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Where to write; else to stdout.")] = None,
    *,
    data: Data = None,
    config: Config = None,
) -> None:
    """Write all polled sources as an OPML list, without names and passwords in their addresses."""
    from services import clock, watching

    with opened(data, config) as here, here.store.read() as session:
        text = watching.export_all(session, clock.now())
    if file is None:
        terminal.out().stream.write(text)
        return
    file.write_text(text, encoding="utf-8")
    terminal.out().line(GOOD, f" written to {file}")


def _done(
    act: Callable[[Work, str, str, datetime], Source], name: str, data: Path | None, config: Path | None
) -> Source:
    from services import clock

    with opened(data, config) as here, here.store.write() as work:
        return act(work, here.actor, name, clock.now())


def _said(row: Source, done: str, then: str, *, as_json: bool) -> None:
    screen = terminal.out()
    if as_json:
        screen.json(object_of(row))
    else:
        screen.line(GOOD, f" {done}   ", bold(row.name), f"   {then}")
