"""How counts, ages and rates are written, in the terminal as on the pages."""

from __future__ import annotations


def count(value: int, one: str, many: str = "") -> str:
    """Write a number with its noun: "1 article", "1,312 articles"."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def short_age(seconds: float | None, *, tenths_below_s: int) -> str:
    """Write an age for a table: "0.1 s", "24 s", "12 min", "2 h 29 min", "3 d 4 h"; a dash for none."""
    if seconds is None:
        return "–"
    if seconds < tenths_below_s:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = int(seconds // 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h"


def rate(per_day: float) -> str:
    """Write how many alerts to expect: "12 alerts a day", "one alert a day", "one alert every 3 days", "no alert"."""
    if per_day >= 1.5:
        return f"{per_day:,.0f} alerts a day"
    if per_day <= 0:
        return "no alert"
    days = round(1 / per_day)
    return f"one alert every {days:,} days" if days > 1 else "one alert a day"
