"""The text part of a mail: written for reading, 72 columns, `*matched words*`, `-- ` before the foot.

Each address stands on its own line or at the end of its row, so that programs make a link of all of it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from datetime import datetime

from services.alerts.message import AlertFacts, DigestFacts, Foot, Listened
from services.alerts.message_change import change_line, change_rows, labelled_once
from services.alerts.message_clean import cut_evidence, plain, web_link
from services.alerts.message_silence import digest_headline, listened_line, next_line, proof_line, proof_rows, sent_line
from services.alerts.message_words import (
    also_in,
    clause_text,
    clock_rows,
    headline,
    outlet_line,
    place_line,
    told_before,
    zone_words,
)

WIDTH = 72


def alert_text(alert: AlertFacts, foot: Foot) -> str:
    """Write the text of a mail that tells one story."""
    blocks = [_top(alert, foot.zone), _changes(alert), _reasons(alert), _clock(alert, foot.zone), _pages(alert)]
    body = "\n".join(block for block in [*blocks, _feedback(alert)] if block)
    return f"{body}\n{_foot(foot, alert.clock.sent, _listened(foot, alert.clock.sent))}"


def digest_text(digest: DigestFacts, foot: Foot) -> str:
    """Write the text of a mail that tells several stories."""
    lines = [*_wrap(digest_headline(digest, foot.zone)), ""]
    count = 0
    for section in digest.sections:
        lines += ["", *_wrap(plain(section.name).upper()), ""]
        for alert in section.alerts:
            count += 1
            lines += _story(count, alert, foot.zone)
    if digest.more:
        lines += ["", f"and {digest.more:,} more", *_link(digest.more_url), ""]
    if foot.listened is not None:
        lines += ["", "PROOF OF SILENCE", "", *_proof(foot.listened, digest.now, foot.zone), ""]
    after = [*_wrap(next_line(digest, foot.zone)), ""] if digest.next_at else []
    return "\n".join(lines) + "\n" + _foot(foot, digest.now, after)


def _top(alert: AlertFacts, zone: str) -> str:
    lines = _wrap(headline(alert))
    lines += _wrap(", ".join(filter(None, [outlet_line(alert, zone), also_in(alert)])))
    if quoted := marked_text(alert):
        lines += ["", *_wrap(f'"{quoted}"', first="  ", rest="  ")]
    if before := told_before(alert, zone):
        lines += ["", *_wrap(before + ".")]
    if link := web_link(alert.url):
        lines += ["", "Read it:", link]
    return "\n".join([*lines, ""])


def marked_text(alert: AlertFacts) -> str:
    """Give the sentence with `*` around what matched."""
    pieces = cut_evidence(alert.evidence) if alert.evidence else []
    return "".join(f"*{text.strip()}*" if hit else text for text, hit in pieces).strip()


def _changes(alert: AlertFacts) -> str:
    rows = list(labelled_once(change_rows(alert)))
    return "\n".join(["", "WHAT CHANGED", "", *_table(rows), ""]) if rows else ""


def _reasons(alert: AlertFacts) -> str:
    rows = [(plain(clause.label), clause_text(clause)) for clause in alert.clauses]
    names = [plain(one.name) for one in alert.asked]
    rows += [("Meets" if place == 0 else "", name) for place, name in enumerate(names)] if len(names) > 1 else []
    rows += [("Your note", plain(alert.note))] if alert.note else []
    if not rows:
        return ""
    return "\n".join(["", "WHY YOU GOT THIS", "", *_table(rows), ""])


def _table(rows: list[tuple[str, str]]) -> list[str]:
    wide = min(max(len(label) for label, _ in rows), 20) + 2
    lines: list[str] = []
    for label, text in rows:
        lines += _wrap(text, first=label.ljust(wide), rest=" " * wide)
    return lines


def _clock(alert: AlertFacts, zone: str) -> str:
    rows = clock_rows(alert.clock, zone)
    wide = max(len(time) for _, time, _ in rows)
    later = max(len(gap) for _, _, gap in rows)
    lines = [f"{name:<9} {time:>{wide}}  {gap:>{later}}".rstrip() for name, time, gap in rows]
    lines[-1] += f"   ({zone_words(zone)})"
    return "\n".join([*lines, ""])


def _pages(alert: AlertFacts) -> str:
    rows = [("See it in the article", alert.links.why), ("Mute this story", alert.links.mute)]
    lines = [f"{name:<21}  {link}" for name, url in rows if (link := web_link(url))]
    return "\n".join([*lines, ""]) if lines else ""


def _feedback(alert: AlertFacts) -> str:
    lines = [f"{plain(name):<18}  {link}" for name, url in alert.links.feedback if (link := web_link(url))]
    return "\n".join(["", "WAS THIS RIGHT?", "", *lines, ""]) if lines else ""


def _story(count: int, alert: AlertFacts, zone: str) -> list[str]:
    start = f"{count}. "
    pad = " " * len(start)
    lines = _wrap(headline(alert), first=start, rest=pad)
    lines += _wrap(", ".join(filter(None, [outlet_line(alert, zone), also_in(alert)])), first=pad, rest=pad)
    if quoted := marked_text(alert):
        lines += ["", *_wrap(f'"{quoted}"', first=pad, rest=pad)]
    said = told_before(alert, zone) or (f"Place: {place}" if (place := place_line(alert)) else "")
    lines += ["", *(_wrap(said.rstrip(".") + ".", first=pad, rest=pad) if said else [])]
    lines += _wrap(changed, first=pad, rest=pad) if (changed := change_line(alert)) else []
    lines += [pad + link for url in (alert.url, alert.links.why) if (link := web_link(url))]
    return [*lines, ""]


def _listened(foot: Foot, now: datetime) -> list[str]:
    if foot.listened is None:
        return []
    return [*_wrap(f"What was listened to: {listened_line(foot.listened, now, foot.zone)}"), ""]


def _proof(heard: Listened, now: datetime, zone: str) -> list[str]:
    lines = _wrap(proof_line(heard, now, zone))
    if rows := proof_rows(heard, now, zone):
        lines += ["", *_table([(label, f"{name}{text}") for label, name, text in rows])]
    return lines


def _foot(foot: Foot, now: datetime, before: Iterable[str]) -> str:
    lines = ["-- ", *before]
    if foot.to:
        lines += _wrap(sent_line(foot, now))
    pages = [("Unsubscribe", foot.unsubscribe), ("Change the query", foot.change), ("Change the rhythm", foot.rhythm)]
    pages.append(("Ask why you did not get something", foot.ask))
    lines += [f"{name}: {link}" for name, url in pages if (link := web_link(url))]
    return "\n".join([*lines, f"Message {foot.message}", ""])


def _link(url: str | None) -> list[str]:
    link = web_link(url)
    return [link] if link else []


def _wrap(text: str, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    ) or [first.rstrip()]
