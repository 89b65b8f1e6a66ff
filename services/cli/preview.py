"""`tocsin preview` and `tocsin diff`: what a query would have caught, and what a change of it changes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import failure, terminal
from services.cli.briefs import clauses, days_of, show, stories
from services.cli.check import Query, read
from services.cli.opened import Opened, opened
from services.cli.options import AsJson, Config, Data
from services.cli.plain import plain as plain_of
from services.cli.progress import progress
from services.cli.terminal import GOOD, NOT_COUNTED, Screen, bold, dim
from services.cli.words import rate
from services.errors import InvalidError
from services.words import count

if TYPE_CHECKING:
    from services.previews.diff import Diff, Stories
    from services.previews.preview import Preview, Span
    from services.queries.parser import Parsed

Days = Annotated[int, typer.Option("--days", min=1, max=366, help="How many days to look back.")]
Shown = Annotated[int, typer.Option("--limit", min=0, max=100, help="How many stories to show, the newest first.")]
Who = Annotated[
    str | None, typer.Option("--person", metavar="WHO", help="Whose days are counted; else UTC.", show_default=False)
]


def preview(
    query: Query, *, days: Days = 30, limit: Shown = 10, person: Who = None, as_json: AsJson = False,
    data: Data = None, config: Config = None,
) -> int:  # fmt: skip
    """Say what a query would have caught in the stored articles. Exit code 1: nothing."""
    from services.previews import as_json as plain
    from services.previews.preview import preview as preview_of

    screen = terminal.out()
    with opened(data, config) as here, here.store.read() as session:
        packs = here.packs()
        parsed = read(query, as_json=as_json, packs=packs)
        if parsed is None:
            return failure.MISTAKE
        began = time.monotonic()
        with _bar() as told:
            found = preview_of(session, packs.trees, parsed, _span(here, days, person), limit, told)
        seconds = time.monotonic() - began
    if as_json:
        said = {"query": parsed.text, "notes": list(parsed.notes), "days": days, "seconds": round(seconds, 3)}
        screen.json(plain_of({**said, **plain.preview(found)}))
    else:
        _show_preview(screen, found, parsed, days, seconds)
    return failure.DONE if found.articles else failure.NO


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The query as it is, or the id of its subscription.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The query as it may become.")],
    *,
    days: Days = 30,
    limit: Shown = 10,
    person: Who = None,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> int:
    """Say which stories a change of a query gains, loses and keeps. Exit code 1: none gained or lost."""
    from services.previews import as_json as plain
    from services.previews.diff import diff as diff_of

    screen = terminal.out()
    with opened(data, config) as here, here.store.read() as session:
        packs = here.packs()
        before = read(_stored(here, old), as_json=as_json, packs=packs)
        after = read(new, as_json=as_json, packs=packs)
        if before is None or after is None:
            return failure.MISTAKE
        began = time.monotonic()
        with _bar() as told:
            found = diff_of(session, packs.trees, before, after, _span(here, days, person), limit, told)
        seconds = time.monotonic() - began
    if as_json:
        said = {"query": after.text, "old": before.text, "notes": list(after.notes), "days": days}
        screen.json(plain_of({**said, "seconds": round(seconds, 3), **plain.diff(found)}))
    else:
        _show_diff(screen, found, before, after, days, seconds)
    return failure.DONE if found.gained.stories or found.lost.stories else failure.NO


def _show_preview(screen: Screen, found: Preview, parsed: Parsed, days: int, seconds: float) -> None:
    said = f"{stories(found.stories)} in {count(days, 'day')}"
    tail = f"   expect {rate(found.alerts_per_day)}" if found.stories else ""
    screen.line(GOOD if found.stories else NOT_COUNTED, " ", bold(said), tail)
    screen.line("  ", parsed.text)
    checked = f"{count(found.checked, 'article')} checked in {seconds:.1f} s"
    folded = f"; {count(found.articles, 'article')} make these stories" if found.articles > found.stories else ""
    screen.line("  ", dim(checked + folded))
    for note in parsed.notes:
        screen.line(NOT_COUNTED, " ", note)
    if found.old_articles:
        screen.line(NOT_COUNTED, f" {count(found.old_articles, 'article')} from before the source was watched,")
        screen.line("  counted apart: such an article raises no alert")
    if found.stories:
        days_of(screen, [(day.day, day.stories) for day in found.days])
        clauses(screen, found.shares)
    for one in found.briefs:
        show(screen, one)
    if found.ignored:
        screen.line()
        screen.line(
            NOT_COUNTED, f" {count(found.ignored_articles, 'article')} would match, but only in zones that do not"
        )
        screen.line("  count, such as READ MORE teasers")
    for one in found.ignored:
        show(screen, one)


def _show_diff(screen: Screen, found: Diff, before: Parsed, after: Parsed, days: int, seconds: float) -> None:
    gained, lost = found.gained.stories, found.lost.stories
    said = f"gains {stories(gained)} and loses {lost:,}" if gained or lost else "changes no story"
    screen.line(GOOD, " ", bold(f"This change {said}"), dim(f"   kept: {found.kept.stories:,}"))
    screen.line("  - ", before.text)
    screen.line("  + ", after.text)
    screen.line(f"  Expect {rate(found.new.alerts_per_day)} instead of {rate(found.old.alerts_per_day)}.")
    screen.line("  ", dim(f"{count(days, 'day')}, {count(found.checked, 'article')} checked in {seconds:.1f} s"))
    clauses(screen, found.shares)
    for name, part in (("Gained", found.gained), ("Lost", found.lost)):
        _show_stories(screen, name, part)


def _show_stories(screen: Screen, name: str, part: Stories) -> None:
    if not part.stories:
        return
    screen.line()
    screen.line(bold(f"{name}: {stories(part.stories)}"))
    for one in part.briefs:
        show(screen, one)


def _bar() -> Any:  # Any: a context manager of a function
    return progress("Looking back", wanted=terminal.err().lined)


def _stored(here: Opened, given: str) -> str:
    """Give the query of a subscription by its id, or what was given."""
    from services.store.tables import Subscription

    with here.store.read() as session:
        row = session.get(Subscription, given) if given.isalnum() else None
    return given if row is None else row.query


def _span(here: Opened, days: int, person: str | None) -> Span:
    from services import clock
    from services.previews.preview import span_of
    from services.store import people

    zone = "UTC"
    if person is not None:
        with here.store.read() as session:
            zone = people.get(session, person).timezone
    try:
        return span_of(days, clock.now(), zone)
    except InvalidError as error:
        error.field = "--days"
        raise
