"""The clock of an alert: published, seen, matched, sent, with the gaps between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Tick:
    """One moment; `gap_s` is the time until the next one."""

    name: str
    at: datetime
    gap_s: float | None


def ticks(published: datetime | None, seen: datetime, matched: datetime, sent: datetime | None) -> list[Tick]:
    """Give the moments that are known, in the order of the pipeline."""
    known = [("Published", published), ("Seen", seen), ("Matched", matched), ("Sent", sent)]
    moments = [(name, at) for name, at in known if at is not None]
    gaps = [max(0.0, (after - at).total_seconds()) for (_, at), (_, after) in zip(moments, moments[1:], strict=False)]
    return [Tick(name, at, gap) for (name, at), gap in zip(moments, [*gaps, None], strict=True)]
