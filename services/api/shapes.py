"""What JSON bodies have in common: those that are sent name every field they know, those that are shown never change.

Texts, numbers and lists are taken as they are and never converted. Times are RFC 3339 with a zone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)")


class Sent(BaseModel):
    """A body as a client sends it. A field that is not known is refused by its name."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Shown(BaseModel):
    """A body as it is shown."""

    model_config = ConfigDict(frozen=True)


Item = TypeVar("Item", bound=Shown)
Row = TypeVar("Row")


class Page(Shown, Generic[Item]):
    """One page of a list; `next` is the cursor of the page after it, or null at the end."""

    items: list[Item]
    next: str | None


def page(rows: Sequence[Row], limit: int, show: Callable[[Row], Item], cursor: Callable[[Row], str]) -> Page[Item]:
    """Make a page of rows that were asked for with one more than the limit."""
    shown = rows[:limit]
    after = cursor(shown[-1]) if len(rows) > limit else None
    return Page(items=[show(row) for row in shown], next=after)


def read_time(given: object) -> datetime:
    """Read an RFC 3339 time with its zone."""
    if isinstance(given, str) and _TIME.fullmatch(given):
        try:
            return datetime.fromisoformat(given.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    message = "Expected a time with its zone as RFC 3339 has it, such as 2026-11-19T09:13:31-08:00"
    raise ValueError(message)


Time = Annotated[datetime, BeforeValidator(read_time), WithJsonSchema({"type": "string", "format": "date-time"})]
Name = Annotated[str, Field(max_length=120)]
HomeArea = Annotated[
    str,
    Field(min_length=1, max_length=120, description="where a source is at home: a code such as US-CA or GB, or a name"),
]
Id = Annotated[str, Field(min_length=1, max_length=100)]
