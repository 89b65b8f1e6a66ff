"""`tocsin stories`: which articles tell one event: a stream of articles in, their stories out; a wrong merge undone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import terminal
from services.cli.failure import DONE, MISTAKE
from services.cli.opened import opened
from services.cli.options import AsJson, Config, Data
from services.errors import InvalidError
from services.words import count

if TYPE_CHECKING:
    from services.stories.stream import Told

NO_WINDOW = "none"

group = typer.Typer(no_args_is_help=False, invoke_without_command=True, help="Which articles tell one event.")


@group.callback()
def stories(
    context: typer.Context,
    *,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read articles from stdin, one JSON object a line; write their stories.")
    ] = False,
    window: Annotated[
        str, typer.Option("--window", metavar="HOURS|none", help="How long after its last article a story is open.")
    ] = "72",
) -> int:
    """Group articles by the event they tell, in one pass over what is piped in."""
    if context.invoked_subcommand is not None:
        return DONE
    if not jsonl:
        raise InvalidError(
            "Say --jsonl and pipe articles in, one a line",
            advice='{"id", "title", "text", "published", "source"}: tocsin stories --jsonl < in > out',
        )
    return _stream(_hours(window))


def _hours(text: str) -> float | None:
    if text == NO_WINDOW:
        return None
    try:
        hours = float(text)
    except ValueError:
        hours = 0.0
    if not 0 < hours < 1e6:
        raise InvalidError(f'A number of hours or "none" is expected, not "{text}"', field="--window")
    return hours


def _stream(hours: float | None) -> int:
    from services.store.packs import terms_table
    from services.stories.stream import Stream

    stream, refused = Stream(terms_table(), hours), 0
    screen = terminal.out()
    for number, line in _lines():
        try:
            told = stream.take(line)
        except InvalidError as error:
            refused += 1
            screen.flush()
            terminal.err().line(terminal.BAD, f" Line {number}: {error.message}")
            continue
        screen.json(_object(told))
    return MISTAKE if refused else DONE


def _lines() -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(sys.stdin.buffer, 1):
        if line.strip():
            yield number, line


def _object(told: Told) -> dict[str, str]:
    return {
        "id": told.id, "story": told.story, "thread": told.thread, "relation": told.relation.value,
        "because": told.because,
    }  # fmt: skip


@group.command("split")
def split(
    story: Annotated[str, typer.Argument(metavar="STORY", help="The id of the story.")],
    article: Annotated[str, typer.Argument(metavar="ARTICLE", help="The id of the article that is another story.")],
    *, as_json: AsJson = False, data: Data = None, config: Config = None,
) -> None:  # fmt: skip
    """Part an article from a story that it does not belong to; it begins its own, and is told to who missed it."""
    from services import clock
    from services.acts import story_acts

    with opened(data, config) as here, here.store.write() as work:
        parted = story_acts.split(work, here.actor, story, article, clock.now())
    screen = terminal.out()
    if as_json:
        screen.json({"story": parted.story.id, "parted_from": story, "articles": parted.articles, "done": parted.done})
    elif parted.done:
        screen.line(terminal.GOOD, f" {count(parted.articles, 'article')} began the story {parted.story.id}")
    else:
        screen.line(terminal.GOOD, f" it was parted before, and began the story {parted.story.id}")
