"""A mail as bytes: subject, text and HTML of what is told, and headers that make it one thread, once, easy to leave.

The same facts give the same bytes: the Message-ID is the delivery's id, the date is when it was first rendered, the
boundary follows from the id. Body parts are quoted-printable, so that every line is short ASCII on any mail server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from zoneinfo import ZoneInfo

from services.alerts.mail_html import alert_html, digest_html
from services.alerts.mail_text import alert_text, digest_text
from services.alerts.message import AlertFacts, DigestFacts, Foot, Section, single
from services.alerts.message_clean import clip, plain
from services.alerts.message_words import MOST_SUBJECT, subject
from services.errors import InvalidError

MOST_STORIES = 50
MOST_HTML_BYTES = 95_000  # Gmail cuts a mail at 102 kB


@dataclass(frozen=True, slots=True)
class Mail:
    """What a reader sees. `html` is empty in a mail of text alone."""

    subject: str
    text: str
    html: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the headers say. `sender` is "Name <address>"; `thread` holds the ids of earlier messages of the story."""

    id: str
    sender: str
    to: str
    date: datetime
    zone: str = "UTC"
    list_id: str = ""
    list_name: str = ""
    unsubscribe: str | None = None
    unsubscribe_mail: str | None = None
    thread: tuple[str, ...] = ()
    feedback_id: str = ""


def render_mail(facts: AlertFacts | DigestFacts, foot: Foot) -> Mail:
    """Write the mail of one story or of several; a digest that would be cut says how many more there are."""
    if (alert := single(facts)) is not None:
        return Mail(subject(alert, foot.zone), alert_text(alert, foot), alert_html(alert, foot))
    assert isinstance(facts, DigestFacts)
    checked = foot.listened.articles if foot.listened else None
    for most in (MOST_STORIES, 40, 30, 20, 10):
        digest = fold(facts, most)
        html = digest_html(digest, foot)
        if len(html.encode()) <= MOST_HTML_BYTES:
            break
    return Mail(subject(facts, foot.zone, checked), digest_text(digest, foot), html)


def fold(digest: DigestFacts, most: int) -> DigestFacts:
    """Keep the first `most` stories and count the others."""
    left = most
    sections: list[Section] = []
    for section in digest.sections:
        kept = section.alerts[: max(left, 0)]
        left -= len(kept)
        if kept:
            sections.append(replace(section, alerts=kept))
    return replace(digest, sections=tuple(sections), more=digest.more + max(len(digest.alerts) - most, 0))


def compose(mail: Mail, envelope: Envelope) -> bytes:
    """Make the message that is stored and sent, for exactly one recipient."""
    name, address = parseaddr(envelope.sender)
    local, _, domain = address.rpartition("@")
    if not local or not domain:
        raise InvalidError(
            f'"{envelope.sender}" is not a sender, such as Tocsin <alerts@office.example>', field="mail_from"
        )
    message = EmailMessage(policy=_Policy(linesep="\r\n", cte_type="7bit"))
    message["From"] = Address(display_name=_headed(name), addr_spec=address)
    message["To"] = Address(addr_spec=envelope.to)
    message["Subject"] = clip(_headed(mail.subject), MOST_SUBJECT)
    message["Date"] = format_datetime(envelope.date.astimezone(ZoneInfo(envelope.zone)))
    message["Message-ID"] = f"<{envelope.id}@{domain}>"
    for header, value in _list_headers(envelope, domain):
        message[header] = value
    message.set_content(mail.text, cte="quoted-printable")
    if mail.html:
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
        message.set_boundary(f"=_{envelope.id}")  # "=_" cannot stand in quoted-printable
    return message.as_bytes()


def _headed(text: str) -> str:
    """Give text as a header holds it, without the beginning of an encoded word.

    The standard library decodes one in what it is given and writes a line break that it held as one: a headline
    `=?utf-8?q?x=0d=0aBcc:_a@b.example?=` would add a header.
    """
    return plain(text).replace("=?", "= ?")


def _list_headers(envelope: Envelope, domain: str) -> list[tuple[str, str]]:
    headers = [("Auto-Submitted", "auto-generated")]
    if envelope.thread:
        ids = [f"<{id_}@{domain}>" for id_ in envelope.thread]
        headers += [("In-Reply-To", ids[-1]), ("References", " ".join([*ids[:1], *ids[1:][-9:]]))]
    if envelope.list_id:
        name = _headed(envelope.list_name).replace("\\", "").replace('"', "'")
        ascii_name = clip(name.encode("ascii", "ignore").decode(), 100).replace("…", "")
        headers.append(("List-Id", f'"{ascii_name}" <{envelope.list_id}.{domain}>'))
    ways = [envelope.unsubscribe, f"mailto:{envelope.unsubscribe_mail}" if envelope.unsubscribe_mail else None]
    if any(ways):
        headers.append(("List-Unsubscribe", ", ".join(f"<{way}>" for way in ways if way)))
    if envelope.unsubscribe and envelope.unsubscribe.startswith("https://"):
        headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    if envelope.feedback_id:
        headers.append(("Feedback-ID", _headed(envelope.feedback_id)))
    return headers


_ENDED = re.compile(r"(?:\r\n|\r(?!\n)|(?<!\r)\n)(?![ \t]|\Z)")


def _one_header(folded: str) -> str:
    """Let a line that would begin another header go on with this one, whatever it came from."""
    return _ENDED.sub("\r\n ", folded)


class _Policy(EmailPolicy):
    """As `email.policy.SMTP`, but addresses in list headers stay whole: it would turn long ones into encoded words."""

    whole = frozenset({"list-unsubscribe", "list-id", "references", "in-reply-to", "message-id", "feedback-id"})

    def fold(self, name: str, value: str) -> str:
        """Fold a header to lines."""
        if name.lower() not in self.whole:
            return _one_header(str(super().fold(name, value)))
        return _one_header(f"{name}: " + str(value).replace("> <", ">\r\n <").replace(">, <", ">,\r\n <") + "\r\n")

    def fold_binary(self, name: str, value: str) -> bytes:
        """Fold a header to lines of bytes."""
        return self.fold(name, value).encode("ascii", "surrogateescape")
