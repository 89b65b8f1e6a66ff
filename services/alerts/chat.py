"""Chat messages: one story a message, its order never changes: what, where from, passage, change, why, clock, links.

If a text is too long, the passage is cut first, then what changed to one line, then the reason is shortened to its
first clause, then the clock goes; headline, count and links always stay. Short forms (SMS, push) say it in three lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from services.alerts.chat_dialects import DISCORD, GOOGLE_CHAT, HTML, MARKDOWN, PLAIN, ROCKET, SLACK, Dialect
from services.alerts.message import AlertFacts, DigestFacts, Foot, single
from services.alerts.message_change import change_line, change_rows
from services.alerts.message_clean import MOST_SENTENCE, clip, cut_evidence, plain, web_link
from services.alerts.message_silence import digest_headline, proof_line
from services.alerts.message_words import (
    also_in,
    clause_text,
    clock_rows,
    headline,
    moment,
    place_line,
    told_before,
)


@dataclass(frozen=True, slots=True)
class Form:
    """What a service takes: how it is written, how long, whether the headline goes apart, whether all is short."""

    dialect: Dialect
    limit: int
    apart: bool = False
    short: bool = False


@dataclass(frozen=True, slots=True)
class ChatText:
    """What is sent. `title` is plain and empty where the headline is part of the body."""

    title: str
    body: str


# Characters, below what each service and Apprise take, so that nothing is cut without a sign.
FORMS = {
    "slack": Form(SLACK, 3000),
    "discord": Form(DISCORD, 1990),
    "teams": Form(MARKDOWN, 990),
    "telegram": Form(HTML, 3900),
    "matrix": Form(replace(HTML, newline="<br>\n"), 8000),
    "mattermost": Form(MARKDOWN, 3900),
    "rocketchat": Form(ROCKET, 990),
    "google_chat": Form(GOOGLE_CHAT, 3900),
    "gotify": Form(MARKDOWN, 4000, apart=True),
    "ntfy": Form(PLAIN, 1000, apart=True, short=True),
    "pushover": Form(PLAIN, 900, apart=True, short=True),
    "signal": Form(PLAIN, 1900),
    "sms": Form(PLAIN, 160, short=True),
}


def render_chat(facts: AlertFacts | DigestFacts, foot: Foot, service: str) -> ChatText:
    """Write a message for one of the services of `FORMS`."""
    form = FORMS[service]
    if (alert := single(facts)) is not None:
        return _short(alert, form) if form.short else _alert(alert, foot.zone, form)
    assert isinstance(facts, DigestFacts)
    return _short_digest(facts, foot, form) if form.short else _digest(facts, foot, form)


def notice_text(title: str, text: str, service: str) -> ChatText:
    """Write a message about the channel itself."""
    form = FORMS[service]
    say = form.dialect
    if form.apart:
        return ChatText(title, say.escape(text))
    return ChatText("", clip(say.newline.join([say.bold(say.escape(title)), say.escape(text)]), form.limit))


def _alert(alert: AlertFacts, zone: str, form: Form) -> ChatText:
    title = clip(headline(alert), 250) if form.apart else ""
    for body in _versions(alert, zone, form):
        if len(body) <= form.limit:
            return ChatText(title, body)
    say, clipped = form.dialect, clip(headline(alert), 100)
    return ChatText(title, clip(say.bold(say.escape(clipped)), form.limit))


def _versions(alert: AlertFacts, zone: str, form: Form) -> Iterator[str]:
    """Give the message from its full length to its shortest."""
    passages = [(length, 99, 99, True) for length in (MOST_SENTENCE, 300, 150, 80, 0)]
    for sentence, changes, clauses, clock in [
        *passages, (0, 1, 99, True), (0, 1, 1, True), (0, 1, 1, False), (0, 0, 0, False),
    ]:  # fmt: skip
        yield _body(alert, zone, form, sentence=sentence, changes=changes, clauses=clauses, clock=clock)


def _changes(alert: AlertFacts, say: Dialect, most: int) -> list[str]:
    """Say what changed, in one line if there is room for no more."""
    label, _, text = change_line(alert).partition(": ")
    rows = change_rows(alert) if most > 1 else [(label, text)] if most and text else []
    return [f"{say.bold(f'{label}:')} {say.escape(text)}" if label else say.escape(text) for label, text in rows]


def _body(
    alert: AlertFacts, zone: str, form: Form, *, sentence: int, changes: int, clauses: int, clock: bool
) -> str:  # fmt: skip
    say = form.dialect
    lines = [_top(alert, form), _outlet(alert, say)]
    if alert.evidence and sentence:
        pieces = cut_evidence(alert.evidence, sentence)
        lines.append(
            say.quote("".join(say.bold(say.escape(text)) if hit else say.escape(text) for text, hit in pieces))
        )
    lines += _changes(alert, say, changes)
    reasons = ". ".join(clause_text(clause).rstrip(".") for clause in alert.clauses[:clauses])
    if reasons:
        lines.append(f"{say.bold('Why:')} {say.escape(reasons)}.")
    if before := told_before(alert, zone):
        lines.append(f"{say.bold('Why again:')} {say.escape(before[0].lower() + before[1:])}.")
    if clock:
        lines.append(say.small(_clock(alert, zone)))
    pages = [("Why and feedback", alert.links.why), ("Mute this story", alert.links.mute)]
    if links := [say.link(name, link) for name, url in pages if (link := web_link(url))]:
        lines.append(" · ".join(links))
    return say.newline.join(line for line in lines if line)


def _top(alert: AlertFacts, form: Form) -> str:
    say, link = form.dialect, web_link(alert.url)
    if form.apart:
        return say.link("Read it", link) if link else ""
    text = say.escape(headline(alert))
    return say.bold(say.link(text, link) if link else text)


def _outlet(alert: AlertFacts, say: Dialect) -> str:
    return ", ".join(filter(None, [say.escape(clip(plain(alert.outlet), 80)), also_in(alert)]))


def _clock(alert: AlertFacts, zone: str) -> str:
    text = ", ".join(f"{name.lower()} {time}" for name, time, _ in clock_rows(alert.clock, zone))
    return text[0].upper() + text[1:]


def _short(alert: AlertFacts, form: Form) -> ChatText:
    tight = form.limit <= 160
    links = [link for url in (alert.url, alert.links.why) if (link := web_link(url))]
    link = (min(links, key=len) if tight else links[0]) if links else ""
    link = "" if tight and len(link) > 100 else link
    title = clip(headline(alert), 70 if not form.apart else 120)
    copies = f" +{alert.copies}" if alert.copies else ""
    where = f"{clip(plain(alert.outlet), 40)}{copies}".strip()
    middle = ". ".join(filter(None, [where, _short_why(alert)]))
    room = form.limit - len(link) - 1 - (0 if form.apart else len(title) + 1)
    if room < 12:
        title, middle = clip(title, max(form.limit - len(link) - 1, 12)), ""
    lines = [] if form.apart else [title]
    lines += [clip(middle, room)] if middle else []
    return ChatText(title if form.apart else "", "\n".join([*lines, *([link] if link else [])]) or title)


def _short_why(alert: AlertFacts) -> str:
    if changed := change_line(alert):
        return changed
    names = [plain(clause.name or clause.text) for clause in alert.clauses if clause.label != "Leaves out"]
    names = names[:3] or ([place_line(alert)] if place_line(alert) else [])
    return f"Why: {'; '.join(names)}" if names else ""


def _digest(digest: DigestFacts, foot: Foot, form: Form) -> ChatText:
    say = form.dialect
    head = _heading(digest, foot.zone)
    proof = say.small(say.escape(_proof(foot, digest.now))) if foot.listened else ""
    items = [_item(number, alert, say) for number, alert in enumerate(digest.alerts, 1)]
    top = [] if form.apart else [say.bold(say.escape(head))]
    for kept in range(len(items), -1, -1):
        left = digest.count - kept
        more = f"and {left:,} more" if left else ""
        link = web_link(digest.more_url) if more else None
        tail = [say.link(more, link) if link else more, proof]
        body = say.newline.join(line for line in [*top, *items[:kept], *tail] if line)
        if len(body) <= form.limit:
            break
    return ChatText(head if form.apart else "", body or head)


def _item(number: int, alert: AlertFacts, say: Dialect) -> str:
    text, link = say.escape(clip(headline(alert), 150)), web_link(alert.url)
    return f"{number}. {say.bold(say.link(text, link) if link else text)}  {_outlet(alert, say)}"


def _heading(digest: DigestFacts, zone: str) -> str:
    head = digest_headline(digest, zone)
    if digest.cadence in ("flood", "quiet"):
        return head
    return head if re.search(r"\d\d:\d\d$", head) else f"{head} {moment(digest.since, digest.since, zone)[6:]}"


def _proof(foot: Foot, now: datetime) -> str:
    assert foot.listened is not None
    failing = ", ".join(plain(one.source) for one in foot.listened.unheard[:5] if one.failing)
    quiet = ", ".join(plain(one.source) for one in foot.listened.unheard[:5] if not one.failing)
    parts = [proof_line(foot.listened, now, foot.zone)]
    parts += [f"Failing: {failing}."] if failing else []
    parts += [f"Quiet: {quiet}."] if quiet else []
    return " ".join(parts)


def _short_digest(digest: DigestFacts, foot: Foot, form: Form) -> ChatText:
    head = _heading(digest, foot.zone)
    room = form.limit - (0 if form.apart else len(head) + 1)
    titles = clip("; ".join(headline(alert) for alert in digest.alerts[:10]), max(room, 1))
    body = titles if form.apart else f"{head}\n{titles}".strip()
    return ChatText(head if form.apart else "", body or head)
