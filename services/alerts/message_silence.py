"""What was listened to and what was not heard, in words; and what a digest says of itself."""

from __future__ import annotations

from datetime import datetime

from services.alerts.message import DigestFacts, Foot, Listened, Unheard
from services.alerts.message_clean import plain
from services.alerts.message_words import age, date_words, length, moment, number, zone_words


def digest_headline(digest: DigestFacts, zone: str) -> str:
    """Say what a digest holds: "3 stories since yesterday", "23 more stories in the last hour"."""
    if digest.cadence == "flood":
        return f"{digest.count:,} more {number(digest.count, 'story').partition(' ')[2]} in the last hour"
    if digest.cadence == "quiet":
        return f"{number(digest.count, 'story')} in your quiet hours"
    text = f"{number(digest.count, 'story')} since {since_words(digest, zone)}"
    return text[0].upper() + text[1:]


def next_line(digest: DigestFacts, zone: str) -> str:
    """Say when the next digest comes."""
    if digest.next_at is None:
        return ""
    return f"Next digest: {moment(digest.next_at, digest.now, zone)}, {zone_words(zone)}."


def since_words(digest: DigestFacts, zone: str) -> str:
    """Say from when a digest tells: "yesterday" at the same hour of the day before, else the exact time."""
    if digest.cadence == "daily" and moment(digest.since, digest.now, zone).startswith("yesterday"):
        return "yesterday"
    return moment(digest.since, digest.now, zone)


def sent_line(foot: Foot, now: datetime) -> str:
    """Say to whom a message was sent and since when they want it."""
    because = f" because you subscribed on {date_words(foot.subscribed, now, foot.zone)}" if foot.subscribed else ""
    return f"Sent once to {plain(foot.to)}{because}."


def proof_line(heard: Listened, now: datetime, zone: str) -> str:
    """Say what was checked since when, and how many sources worked the whole time."""
    since = moment(heard.since, now, zone)
    checked = f"{number(heard.articles, 'article')} from {number(heard.sources, 'source')}"
    well = "All were" if not heard.unheard else f"{heard.healthy:,} {'was' if heard.healthy == 1 else 'were'}"
    return f"Since {since} Tocsin checked {checked} for you. {well} healthy the whole time."


def proof_rows(heard: Listened, now: datetime, zone: str) -> list[tuple[str, str, str]]:
    """Give a label, a source and what is to be said of it, for each source that was not heard."""
    rows = []
    for one in heard.unheard[:20]:
        concerns = ", ".join(plain(name) for name in one.concerns[:3])
        more = f" It concerns {concerns}." if concerns else ""
        if one.usual_gap is not None and not one.failing:
            more = f" It usually writes every {age(one.usual_gap)}.{more}"
        rows.append(("Failing" if one.failing else "Quiet", plain(one.source), unheard_trouble(one, now, zone) + more))
    if heard.longest_gap is not None and heard.unheard:
        where = f", {plain(heard.longest_gap_source)}" if heard.longest_gap_source else ""
        rows.append(("Longest gap", "", f"{length(heard.longest_gap)}{where}. You may have missed a story there."))
    return rows


def listened_line(heard: Listened, now: datetime, zone: str) -> str:
    """Say in one or two sentences what was listened to, for the foot of an alert."""
    text = f"{number(heard.articles, 'article')} from {number(heard.sources, 'source')} since your last alert."
    text = text[0].upper() + text[1:]
    if not heard.unheard:
        return f"{text} All sources are healthy."
    parts = [unheard_words(one, now, zone) for one in heard.unheard[:5]]
    return f"{text} {_healthy(heard.healthy)} {'; '.join(parts)}."


def _healthy(count: int) -> str:
    text = f"{number(count, 'source')} {'is' if count == 1 else 'are'} healthy."
    return text[0].upper() + text[1:]


def unheard_words(one: Unheard, now: datetime, zone: str) -> str:
    """Say in one clause what is wrong with a source and since when."""
    if one.failing:
        return f"{plain(one.source)} has failed since {moment(one.since, now, zone)}"
    return f"{plain(one.source)} has been quiet for {age(now - one.since)}"


def unheard_trouble(one: Unheard, now: datetime, zone: str) -> str:
    """Go on after a source's name: " since Wednesday 22:10." or ", nothing for 29 hours."."""
    return f" since {moment(one.since, now, zone)}." if one.failing else f", nothing for {age(now - one.since)}."
