"""Errors in the terminal: what is wrong, the spot under a caret, what to write instead, the command that mends it.

Exit codes: 0 yes or done, 1 no, 2 a mistake in what was typed, 3 something outside failed.
"""

from __future__ import annotations

from typing import Any

from services.cli import terminal
from services.cli.terminal import BAD, Screen, bold
from services.errors import OutsideError, TocsinError

DONE, NO, MISTAKE, OUTSIDE = 0, 1, 2, 3
STOPPED = 130


def code_of(error: TocsinError) -> int:
    """Say which exit code an error has."""
    return OUTSIDE if isinstance(error, OutsideError) else MISTAKE


def tell(error: TocsinError, screen: Screen | None = None) -> int:
    """Write an error to stderr and give its exit code."""
    screen = screen or terminal.err()
    said, dot, command = error.message.partition("Run: ")
    screen.line(BAD, " ", said.rstrip())
    if error.advice:
        screen.line()
        screen.block(error.advice)
    if dot:
        screen.line("  ", bold(command))
    return code_of(error)


def tell_query(text: str, error: TocsinError, screen: Screen | None = None) -> int:
    """Write an error of a query, with the caret under its spot."""
    from services.queries.caret import draw
    from services.queries.mistake import QueryError, WholeQueryError

    if not isinstance(error, QueryError):
        return tell(error, screen)
    screen = screen or terminal.err()
    screen.line(BAD, " The query cannot be read: ", error.headline)
    if not isinstance(error, WholeQueryError) and error.position is not None:
        screen.line()
        screen.block(draw(text, error.position, error.length))
    sentence = "\n".join(line for line in error.advice.split("\n") if line not in error.readings)
    if sentence:
        screen.line()
        screen.block(sentence, indent="")
    if error.readings:
        screen.line()
        for reading in error.readings:
            screen.line("  ", bold(reading))
    return code_of(error)


def as_object(error: TocsinError) -> dict[str, Any]:  # Any: JSON
    """Give an error as JSON."""
    return {"error": {"message": error.message, "position": error.position, "advice": error.advice}}
