"""`tocsin why`: how far the article of a link came for each subscription, and what stopped it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from services.cli import terminal
from services.cli.failure import DONE, NO
from services.cli.opened import Opened, opened
from services.cli.options import AsJson, Config, Data, with_data
from services.cli.plain import plain
from services.cli.terminal import BAD, GOOD, NOT_REACHED, WIDTH, Screen, Text, bold, dim, folded
from services.cli.words import moment
from services.why.line import PASSES, STOPS
from services.words import count

if TYPE_CHECKING:
    from services.store.tables import Subscription
    from services.why.ask import Answer
    from services.why.line import Line, Stage

_LEFT = 28


def why(
    url: Annotated[str, typer.Argument(metavar="URL", help="Link of the article.")],
    *,
    subscription: Annotated[
        str | None, typer.Option("--subscription", metavar="ID", help="Only for this one.", show_default=False)
    ] = None,
    person: Annotated[
        str | None,
        typer.Option("--person", metavar="WHO", help="Only theirs, in their zone.", show_default=False),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Also show all whose query did not hold.")] = False,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> int:
    """Say for each subscription how far the article of a link came. Exit code 0: somebody got it, 1: nobody."""
    from services.why.ask import to_json
    from services.why.ask import why as why_of

    screen = terminal.out()
    with opened(data, config) as here, here.store.read() as session:
        asked, words = _asked(here, subscription, person)
        answer = why_of(session, here.packs(), url, asked, words)
        hint = with_data("tocsin sources add", here.settings)
    if as_json:
        screen.json(plain(to_json(answer)))
    else:
        _show(screen, answer, hint, every=every or subscription is not None)
    return DONE if any(line.got for line in answer.lines) else NO


def _asked(here: Opened, subscription: str | None, person: str | None):  # type: ignore[no-untyped-def]  # a pair of lazily imported types
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    from services import clock
    from services.store import links, people, subscriptions
    from services.why.words import Words

    now = clock.now()
    zone = datetime.now().astimezone().tzinfo or UTC
    with here.store.read() as session:
        owner = people.get(session, person) if person else None
        if subscription is not None:
            rows: list[Subscription] = [subscriptions.get(session, subscription)]
        else:
            rows = links.subscriptions_of(session, owner.id if owner else None)
    return rows, Words(ZoneInfo(owner.timezone) if owner else zone, now)


def _show(screen: Screen, answer: Answer, hint: str, *, every: bool) -> None:
    if answer.article is None:
        stopped = answer.shared.stopped
        assert stopped is not None
        first, *rest = folded(stopped.text, WIDTH - 2)
        screen.line(BAD, " ", bold(first))
        for text in rest:
            screen.line("  ", text)
        if stopped.because == "unknown_source":
            screen.line("  Watch it: ", bold(f"{hint} https://{urlsplit(answer.url).hostname or ''}"))
        return
    from services import clock

    screen.line(bold(screen.cut(answer.title or answer.url, WIDTH)))
    screen.line(dim(f"{answer.source}, {moment(answer.article.seen_at, clock.now())}"))
    if answer.shared.stopped is not None or not answer.lines:
        screen.line()
        _stages(screen, answer.shared.stages)
        return
    shown = answer.lines if every else _telling(answer.lines)
    for line in shown:
        screen.line()
        screen.line(bold(line.name))
        _stages(screen, line.stages)
    left = len(answer.lines) - len(shown)
    if left:
        screen.line()
        screen.line(f"{count(left, 'other subscription')}: the query did not hold. Show them: --all")


def _telling(lines: Sequence[Line]) -> list[Line]:
    """Show all that came further than their query, then those whose query came nearest, three in all at least."""
    others = [line for line in lines if line.stopped is None or line.stopped.step.value != "query"]
    missed = [line for line in lines if line not in others]
    missed.sort(key=_distance)
    return [*others, *missed[: max(0, 3 - len(others))]]


def _distance(line: Line) -> tuple[bool, float]:
    """Say how far a query was from holding: nearest where only a place or a zone stood in the way."""
    stopped = line.stopped
    assert stopped is not None
    parts = stopped.facts["parts"]
    false = sum(not part["holds"] for part in parts) / max(1, len(parts))
    return stopped.because == "false_clause", false


def _stages(screen: Screen, stages: Sequence[Stage]) -> None:
    for stage in stages:
        name = stage.step.value
        if stage.passed.value == "unreached":
            screen.line("  ", NOT_REACHED, f" {PASSES[name]:<{_LEFT}} ", dim("not reached"))
            continue
        stopped = stage.passed.value == "stopped"
        said = f" {STOPS[name] if stopped else PASSES[name]:<{_LEFT}} "
        sign: Text = BAD if stopped else GOOD
        first, *rest = folded(stage.text, WIDTH - 5 - len(said)) if not stopped else [""]
        screen.line("  ", sign, said, dim(first))
        for line in rest:
            screen.line(" " * (len(said) + 3), dim(line))
        if stopped:
            for line in folded(stage.text, WIDTH - 6):
                screen.line("      ", line)
