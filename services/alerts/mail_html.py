"""The HTML part of a mail: one column of tables with inline styles, no image, no script, nothing remote.

Every value is escaped by Jinja2 wherever it is placed; addresses are http or https. A digest stops at 50 stories,
because mail programs cut what is longer than 100 kB.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jinja2

from services.alerts.message import AlertFacts, DigestFacts, Foot
from services.alerts.message_change import change_line, change_rows, labelled_once
from services.alerts.message_clean import cut_evidence, plain, web_link
from services.alerts.message_silence import digest_headline, listened_line, next_line, proof_line, proof_rows, sent_line
from services.alerts.message_words import (
    also_in,
    city,
    clause_rest,
    clock_rows,
    day,
    headline,
    moment,
    number,
    outlet_line,
    place_line,
    told_before,
)

_KINDS = {
    "hourly": "Hourly digest", "daily": "Daily digest", "weekly": "Weekly digest", "quiet": "After your quiet hours",
    "snooze": "After your snooze", "flood": "Told together",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Story:
    """One story as the templates show it."""

    headline: str
    url: str | None
    outlet: str
    copies: str
    copies_url: str | None
    pieces: list[tuple[str, bool]]
    told: str
    said: str
    changed: str
    read: str
    why: str | None
    mute: str | None


def alert_html(alert: AlertFacts, foot: Foot) -> str:
    """Draw a mail that tells one story."""
    story = _story(alert, foot.zone)
    names = [plain(one.name) for one in alert.asked]
    others = [f"and {len(names) - 1} more of yours"] if len(names) > 1 else []
    heard = foot.listened
    return _page(
        "mail_alert.html",
        foot,
        alert.clock.sent,
        title=story.headline,
        ear=[*names[:1], *others],
        preheader=_preheader(alert, story),
        story=story,
        changes=[(label, "", text) for label, text in labelled_once(change_rows(alert))],
        rows=_rows(alert, names),
        clock=clock_rows(alert.clock, foot.zone),
        feedback=[(plain(name), link) for name, url in alert.links.feedback if (link := web_link(url))],
        listened=listened_line(heard, alert.clock.sent, foot.zone) if heard else "",
    )


def digest_html(digest: DigestFacts, foot: Foot) -> str:
    """Draw a mail that tells several stories."""
    titles = "; ".join(headline(alert) for alert in digest.alerts[:3])
    heard = foot.listened
    checked = f" {number(heard.articles, 'article')} checked." if heard else ""
    when = moment(digest.now, digest.now, foot.zone).partition(" ")[2]
    kind = _KINDS.get(digest.cadence, "Together")
    return _page(
        "mail_digest.html",
        foot,
        digest.now,
        title=digest_headline(digest, foot.zone),
        ear=[kind, f"{day(digest.now, foot.zone)}, {when}"],
        preheader=f"{titles}.{checked}" if titles else checked.strip(),
        heading=digest_headline(digest, foot.zone),
        sections=[
            {"name": plain(section.name), "stories": [_story(alert, foot.zone) for alert in section.alerts]}
            for section in digest.sections
        ],
        more=f"{digest.more:,}" if digest.more else "",
        more_url=web_link(digest.more_url),
        proof=proof_line(heard, digest.now, foot.zone) if heard else "",
        proof_rows=proof_rows(heard, digest.now, foot.zone) if heard else [],
        next_line=next_line(digest, foot.zone),
    )


def _page(name: str, foot: Foot, now: datetime, **values: Any) -> str:  # Any: what a template shows
    pages = [("Change the query", foot.change), ("Change the rhythm", foot.rhythm)]
    pages.append(("Ask why you did not get something", foot.ask))
    return (
        _templates()
        .get_template(name)
        .render(
            foot=_Foot(foot.message, web_link(foot.unsubscribe), web_link(foot.sources)),
            foot_links=[(text, link) for text, url in pages if (link := web_link(url))],
            sent_line=sent_line(foot, now) if foot.to else "",
            times=f"Times are for {city(foot.zone)}." if "/" in foot.zone else f"Times are in {foot.zone}.",
            **values,
        )
    )


@dataclass(frozen=True, slots=True)
class _Foot:
    message: str
    unsubscribe: str | None
    sources: str | None


def _story(alert: AlertFacts, zone: str) -> _Story:
    told = told_before(alert, zone)
    place = place_line(alert)
    return _Story(
        headline=headline(alert),
        url=web_link(alert.url),
        outlet=outlet_line(alert, zone),
        copies=also_in(alert),
        copies_url=web_link(alert.links.copies),
        pieces=cut_evidence(alert.evidence) if alert.evidence else [],
        told=told,
        said=f"{told}." if told else f"Place: {place}." if place else "",
        changed=change_line(alert),
        read=f"Read at {plain(alert.outlet)[:60]}" if alert.outlet.strip() else "Read it",
        why=web_link(alert.links.why),
        mute=web_link(alert.links.mute),
    )


def _rows(alert: AlertFacts, names: list[str]) -> list[tuple[str, str, str]]:
    rows = [(plain(clause.label), plain(clause.name), clause_rest(clause)) for clause in alert.clauses]
    if len(names) > 1:
        rows += [("Meets" if place == 0 else "", "", name) for place, name in enumerate(names)]
    return rows + ([("Your note", "", plain(alert.note))] if alert.note else [])


def _preheader(alert: AlertFacts, story: _Story) -> str:
    sentence = "".join(text for text, _ in story.pieces)
    where = ", ".join(filter(None, [plain(alert.outlet), story.copies]))
    first = f"“{sentence}”" if sentence else story.changed
    return f"{first} {where}." if first else where


@functools.cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("services.alerts"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
