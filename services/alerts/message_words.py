"""The words of messages: headlines, outlets and places, times and gaps as people say them.

Times are in the reader's zone. "today" and "yesterday" are as seen from `now`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.alerts.message import AlertFacts, Clause, Clock, DigestFacts
from services.alerts.message_clean import clip, plain
from services.articles.timely import DateMark

MOST_TITLE = 300
MOST_SUBJECT = 200
PLACED = ("Place", "About", "Government")
"""The labels of clauses that ask for a place."""

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def headline(alert: AlertFacts) -> str:
    """Give the title, with what has changed before it."""
    before = {"update": "Update: ", "correction": "Correction: "}.get(alert.change, "")
    title = plain(alert.title) or "Untitled"
    if before and title.casefold().startswith(before.casefold().strip()):
        before = ""
    return clip(before + title, MOST_TITLE)


def subject(facts: AlertFacts | DigestFacts, zone: str, checked: int | None = None) -> str:
    """Give the subject of a mail: the headline alone, or how many stories for which day."""
    if isinstance(facts, AlertFacts):
        return clip(headline(facts), MOST_SUBJECT)
    if facts.count == 0 and checked is not None:
        return f"No stories, {number(checked, 'article')} checked"
    return f"{number(facts.count, 'story')} for {day(facts.now, zone)}"


def number(count: int, thing: str) -> str:
    """Say a count with its thing: "1 story", "2,318 articles", "no stories"."""
    many = thing[:-1] + "ies" if thing.endswith("ry") else thing + "s"
    return f"1 {thing}" if count == 1 else f"{count:,} {many}" if count else f"no {many}"


def outlet_line(alert: AlertFacts, zone: str) -> str:
    """Say where a story comes from and when: "Inland Courier, today 09:12"."""
    when = alert.clock.published or alert.clock.seen
    said = ", ".join(filter(None, [clip(plain(alert.outlet), 80), moment(when, alert.clock.sent, zone)]))
    return said + odd_date(alert.clock, zone)


def odd_date(clock: Clock, zone: str) -> str:
    """Say what is odd about the time that a source gives, or nothing."""
    if clock.mark == DateMark.LATE:
        return f" (late: first seen {moment(clock.seen, clock.sent, zone)})"
    if clock.mark == DateMark.FUTURE and clock.claimed is not None:
        return f" (the source dates it in the future: {clock.claimed.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M})"
    return ""


def also_in(alert: AlertFacts) -> str:
    """Say how many other outlets have the story, or nothing."""
    return f"also in {number(alert.copies, 'outlet')}" if alert.copies > 0 else ""


def clause_text(clause: Clause) -> str:
    """Say a clause in one line."""
    return plain(clause.name) + clause_rest(clause)


def clause_rest(clause: Clause) -> str:
    """Give what follows a clause's name, with the sign between."""
    text = plain(clause.text)
    return f": {text}" if clause.name and text and not text.startswith(",") else text


def place_line(alert: AlertFacts) -> str:
    """Say the place of a story: the line of a clause that has one, else the places in words."""
    lines = [clause_text(clause) for clause in alert.clauses if clause.label in PLACED]
    return lines[0] if lines else "; ".join(plain(place) for place in alert.places[:4])


def told_before(alert: AlertFacts, zone: str) -> str:
    """Say when the story was told before, for updates and corrections."""
    if alert.told_at is None or alert.change == "new":
        return ""
    return f"You were told of this story {_on(alert.told_at, alert.clock.sent, zone)}"


def _on(at: datetime, now: datetime, zone: str) -> str:
    words = moment(at, now, zone)
    return f"on {words}" if words[0].isdigit() or words.split()[0] in _DAYS else words


def city(zone: str) -> str:
    """Give the name people know a time zone by."""
    return zone.rpartition("/")[2].replace("_", " ")


def zone_words(zone: str) -> str:
    """Name the zone that times are in: "Los Angeles time", "UTC"."""
    return f"{city(zone)} time" if "/" in zone else zone


def moment(at: datetime, now: datetime, zone: str) -> str:
    """Say a time to the minute: "today 09:12", "yesterday 21:40", "Wednesday 22:10", "2 October 08:00"."""
    then, current = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    days = (current.date() - then.date()).days
    if days in {0, 1}:
        return f"{'yesterday' if days else 'today'} {then:%H:%M}"
    if 1 < days < 7 or -7 < days < 0:
        return f"{_DAYS[then.weekday()]} {then:%H:%M}"
    return f"{date_words(at, now, zone)} {then:%H:%M}"


def date_words(at: datetime, now: datetime, zone: str) -> str:
    """Say a date without its weekday, with the year if it is another one: "2 October"."""
    then, current = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    year = "" if then.year == current.year else f" {then.year}"
    return f"{then.day} {_MONTHS[then.month - 1]}{year}"


def day(at: datetime, zone: str) -> str:
    """Say a day in full: "Thursday 19 November"."""
    then = at.astimezone(ZoneInfo(zone))
    return f"{_DAYS[then.weekday()]} {then.day} {_MONTHS[then.month - 1]}"


def clock_rows(clock: Clock, zone: str) -> list[tuple[str, str, str]]:
    """Give name, time to the second and gap of each step; a step on another day carries its date."""
    steps = [("Published", clock.published), ("Seen", clock.seen), ("Matched", clock.matched), ("Sent", clock.sent)]
    rows: list[tuple[str, str, str]] = []
    before: datetime | None = None
    for name, at in steps:
        if at is None:
            continue
        then = at.astimezone(ZoneInfo(zone))
        same = then.date() == clock.sent.astimezone(ZoneInfo(zone)).date()
        words = f"{then:%H:%M:%S}" if same else f"{then.day} {_MONTHS[then.month - 1][:3]} {then:%H:%M:%S}"
        rows.append((name, words, "" if before is None else gap(at - before)))
        before = at
    return rows


def gap(delta: timedelta) -> str:
    """Say how much later a step came; nothing if the clocks disagree."""
    seconds = round(delta.total_seconds())
    if seconds < 0:
        return ""
    if seconds < 120:
        return f"{seconds} s later"
    if seconds < 2 * 3600:
        return f"{seconds // 60} min later"
    if seconds < 48 * 3600:
        return f"{seconds // 3600} h {seconds % 3600 // 60} min later"
    return f"{seconds // 86400} days later"


def length(delta: timedelta) -> str:
    """Say a length of time to the minute: "9 hours 20 minutes"."""
    minutes = max(round(delta.total_seconds()), 0) // 60
    parts = [number(count, thing) for count, thing in ((minutes // 60, "hour"), (minutes % 60, "minute")) if count]
    return " ".join(parts) or age(delta)


def age(delta: timedelta) -> str:
    """Say a length of time, rounded: "87 seconds", "12 minutes", "31 hours", "3 days"."""
    seconds = max(round(delta.total_seconds()), 0)
    for size, thing in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return number(seconds // size, thing)
    return number(seconds, "second")
