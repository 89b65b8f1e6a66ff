"""How numbers, ages, times and shares of an hour are written in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from services import words

_BARS = "▁▂▃▄▅▆▇█"
_SAID = {"email": "e-mail", "webhook": "webhook", "chat": "chat"}


def age(seconds: float | None) -> str:
    """Write an age for a table, in whole seconds from the first: "0.1 s", "2 s", "12 min"; a dash for none."""
    return words.short_age(seconds, tenths_below_s=1)


def rate(a_day: float) -> str:
    """Write how often alerts come: "about 4 alerts a day", "about one alert every 3 days"."""
    return f"about {words.rate(a_day)}" if a_day > 0 else words.rate(a_day)


def number(value: float) -> str:
    """Write a number with its unit elsewhere, without an idle ".0"."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def plain_number(value: float | None) -> str:
    """Write a number for a program: no thousands, at most three decimals; nothing is 0."""
    return "0" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")


def bars(values: Sequence[int]) -> str:
    """Draw each value as a bar; the largest is full, nothing is the lowest."""
    most = max(1, *values, 1)
    return "".join(_BARS[-(-value * (len(_BARS) - 1) // most)] for value in values)


def moment(at: datetime | None, now: datetime) -> str:
    """Write a time in this machine's zone: "09:13" today, "18 Nov 09:13" this year, "18 Nov 2025" before."""
    if at is None:
        return "–"
    local, today = at.astimezone(), now.astimezone()
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return f"{local.day} {local:%b %H:%M}" if local.year == today.year else f"{local.day} {local:%b %Y}"


def stamp(at: datetime | None) -> str:
    """Write a time for a program: UTC, to the second; nothing is empty."""
    return "" if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def home(path: Path) -> str:
    """Write a path as people do, with ~ for the home folder."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(path)


def kind(name: str) -> str:
    """Name a kind of channel."""
    return _SAID.get(name, name)
