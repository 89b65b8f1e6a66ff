"""How numbers, times and passages are written on the pages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from services import words


def number(value: int) -> str:
    """Write a number with its thousands apart: "1,312"."""
    return f"{value:,}"


def rounded(people: int) -> str:
    """Write how many people live somewhere, to three digits: "216,000", "2.66 million"."""
    if people >= 1_000_000:
        return f"{people / 1_000_000:.3g} million"
    unit = 10 ** max(0, len(str(people)) - 3)
    return f"{round(people / unit) * unit:,}"


def short_age(seconds: float | None) -> str:
    """Write an age for a table, with tenths below ten seconds: "0.1 s", "12 min", "2 h 29 min"; a dash for none."""
    return words.short_age(seconds, tenths_below_s=10)


def age(seconds: float) -> str:
    """Write an age in a sentence, rounded from two minutes on: "12 seconds", "4 minutes", "31 hours", "3 days"."""
    whole = max(0, round(seconds))
    if whole < 120:
        return words.count(whole, "second")
    if whole < 120 * 60:
        return words.count(whole // 60, "minute")
    if whole < 48 * 3600:
        return words.count(whole // 3600, "hour")
    return words.count(whole // 86400, "day")


def place_of(zone: str) -> str:
    """Name a time zone as readers do: "Los Angeles"."""
    return zone.rpartition("/")[2].replace("_", " ")


def day(at: datetime) -> str:
    """Write a day: "Thursday 19 November 2026"."""
    return f"{at:%A} {at.day} {at:%B %Y}"


def moment(at: datetime, zone: str, now: datetime) -> str:
    """Write a time of day, and the day if it is another: "09:13", "yesterday 22:10", "18 November 22:10"."""
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    clock = f"{local:%H:%M}"
    days = (today.date() - local.date()).days
    if days == 0:
        return clock
    if days == 1:
        return f"yesterday {clock}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {local:%B}{year} {clock}"


def marked(sentence: str, marks: Sequence[Sequence[int]]) -> Markup:
    """Mark the matched words of a passage; everything else is text."""
    parts: list[Markup] = []
    at = 0
    for low, high in sorted((int(low), int(high)) for low, high in marks):
        if at <= low < high <= len(sentence):
            parts += [escape(sentence[at:low]), Markup("<mark>"), escape(sentence[low:high]), Markup("</mark>")]
            at = high
    return Markup("").join([*parts, escape(sentence[at:])])


def spark(bars: Sequence[int]) -> str:
    """Draw a line through the values, in a box of 100 by 28: the `d` of an SVG path."""
    most = max(1, *bars)
    step = 100 / max(1, len(bars) - 1)
    points = [f"{index * step:.1f} {26 - 24 * value / most:.1f}" for index, value in enumerate(bars)]
    return "M" + " L".join(points)


def on_scale(seconds: float) -> str:
    """Give where a time stands on a line of 136 from 0.1 seconds to an hour, which grows by its logarithm."""
    share = math.log(max(0.1, min(3600.0, seconds)) / 0.1) / math.log(36_000)
    return f"{4 + 136 * share:.0f}"


def coded(text: str) -> Markup:
    """Write a docstring for the page: what stands between backticks is code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if index % 2 else escape(part) for index, part in enumerate(parts)
    )
