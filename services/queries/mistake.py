"""A mistake in a query: what is wrong, at which character, and what to write instead."""

from __future__ import annotations

from collections.abc import Sequence

from services.errors import InvalidError

_LONGEST_SHOWN = 40


class QueryError(InvalidError):
    """A query that cannot be read.

    `message` names the position in words, `headline` is the same without it, for where a caret shows the spot.
    `length` is how many characters the caret marks. `readings` are whole queries, of which one may be meant;
    `advice` has them too, a line each. `what` alone reads "{what}, at character 5"; `rest` goes on after that.
    """

    def __init__(
        self,
        what: str,
        start: int,
        *,
        rest: str = "",
        length: int = 1,
        advice: str = "",
        readings: Sequence[str] = (),
    ) -> None:
        position = start + 1
        comma = " " if rest.startswith(" ") else ", "
        lines = [line for line in (advice, *readings) if line]
        message = f"{what}{comma}at character {position:,}{rest}"
        super().__init__(message, field="query", position=position, advice="\n".join(lines))
        self.headline = what + rest
        self.length = max(1, length)
        self.readings = tuple(readings)


class WholeQueryError(QueryError):
    """A mistake that is not at one spot: the message names no character; `position` is where it begins to matter."""

    def __init__(self, what: str, start: int = 0, *, advice: str = "") -> None:
        super().__init__(what, start, advice=advice)
        self.message = self.headline = what
        self.args = (what,)


def cited(text: str) -> str:
    """Give typed text as an error shows it: at most 40 characters."""
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
