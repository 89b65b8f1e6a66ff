"""What to make of the time that a source gives an article: one in the future is not believed, one long past is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

AHEAD = timedelta(minutes=10)  # clocks differ
LATE = timedelta(hours=24)


class DateMark(StrEnum):
    """`late`: seen a day or more after it was published. `future`: published, it says, after it was seen."""

    LATE = "late"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class Dated:
    """When an article counts as published, and what was odd about the time that was claimed."""

    published: datetime | None
    mark: DateMark | None = None


def judged(claimed: datetime | None, seen: datetime) -> Dated:
    """Judge a claimed time of publication by when the article was seen; a future one becomes that moment."""
    if claimed is None:
        return Dated(None)
    if claimed > seen:
        return Dated(seen, DateMark.FUTURE if claimed - seen > AHEAD else None)
    return Dated(claimed, DateMark.LATE if seen - claimed >= LATE else None)
