"""Read a mail, such as a newsletter, as an article: its subject, its sender, its text.

A newsletter is links with a sentence each; they are what it tells, so that its HTML is read as plain text, and only
what every mail says is left out by its words. Attachments are not opened.
Automatic answers and bounces are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header
from email.message import Message

from services.articles.article import Item
from services.articles.dates import read_date
from services.articles.decoding import decode
from services.articles.html_blocks import parse_html, text_of_fragment
from services.articles.identity import hashed, item_id
from services.articles.language import two_letters
from services.articles.url import web_link
from services.errors import InvalidError

_HEADER = re.compile(
    rb"(?:Return-Path|Received|From|To|Cc|Subject|Date|Message-ID|MIME-Version|DKIM-Signature|Delivered-To|Reply-To|Sender|"
    rb"List-[\w-]+|X-[\w-]+|Content-[\w-]+|Authentication-Results|ARC-[\w-]+|Feedback-ID|Precedence|In-Reply-To|"
    rb"References):[^\n]*\n(?:[ \t][^\n]*\n)*",
    re.IGNORECASE,
)
_MARK = re.compile(rb"From [^\n]{1,300}\n")  # what a mailbox file puts before each mail
_NEEDED = (
    re.compile(rb"^from:", re.I | re.M),
    re.compile(rb"^(?:date|message-id|received|mime-version):", re.I | re.M),
)
_MOST_PARTS = 200
_LONGEST_TITLE = 500
_ONLINE = re.compile(
    r"(?:view|read|see|open)\b.{0,40}\b(?:browser|online|web|website)|web ?version|im browser|navigateur|navegador",
    re.IGNORECASE,
)
_EVERY_MAIL = re.compile(
    r"(?:(?:trouble|problems?|having) .{0,30}(?:viewing|reading)\b|"
    r"(?:view|read|see|open)\b.{0,40}\b(?:browser|online)\b|"
    r"(?:click here )?to unsubscribe\b|unsubscribe\b|you (?:are receiving|received|have received) this\b|"
    r"this (?:e-?mail|message|newsletter) was sent (?:to|by)\b|(?:manage|update|change) (?:your )?(?:e-?mail )?"
    r"(?:preferences|subscription)|add us to your address book|forward (?:this|to a friend)\b|"
    r"was this (?:e-?mail|newsletter) forwarded\b|privacy policy\b|if you no longer wish\b|why did i get this\b|"
    r"no longer want\b).{0,300}$",
    re.IGNORECASE | re.DOTALL,
)
_SENDER = re.compile(r"\s*\"?([^\"<>@]{1,200}?)\"?\s*<")


def looks_like_mail(data: bytes) -> bool:
    """Say whether bytes are a mail: header lines of mails, and among them who sent it and when or how."""
    at = mark.end() if (mark := _MARK.match(data)) else 0
    start = at
    while (line := _HEADER.match(data, at)) is not None and at < 100_000:
        at = line.end()
    head = data[start:at]
    return at > start and data[at : at + 1] in (b"\n", b"\r", b"") and all(part.search(head) for part in _NEEDED)


def read_mail(data: bytes) -> Item:
    """Read one mail; InvalidError for a bounce, an automatic answer, or a mail without any text."""
    mark = _MARK.match(data)
    message = message_from_bytes(data[mark.end() :] if mark else data)
    _check_meant(message)
    title = " ".join(_header(message, "Subject").split())[:_LONGEST_TITLE]
    html, text = _body(message)
    told = _without_every(text_of_fragment(html) if html else text)
    if not told and not title:
        raise InvalidError("The mail has neither subject nor text")
    known = _header(message, "Message-ID").strip().strip("<>")
    return Item(
        external_id=item_id(known) if known else hashed(f"{title}\n{told}"),
        url=_online(html),
        title=title or None,
        text=told or None,
        published=read_date(re.sub(r"\([^()]*\)", "", _header(message, "Date")).strip()),
        authors=_authors(message),
        language=two_letters(_header(message, "Content-Language") or None),
    )


def _check_meant(message: Message) -> None:
    """Refuse what nobody wrote to be read: bounces and automatic answers."""
    answers = _header(message, "Auto-Submitted").strip().lower()
    if message.get_content_type() == "multipart/report" or _header(message, "Return-Path").strip() == "<>":
        raise InvalidError("The mail is a report of a mail server, not an article")
    if answers.startswith(("auto-replied", "auto-notified")) or message["X-Autoreply"]:
        raise InvalidError("The mail is an automatic answer, not an article")


def _header(message: Message, name: str) -> str:
    """Give a header as text, encoded words read; what cannot be read is kept as it stands."""
    given = message.get(name)
    raw = str(given) if given is not None else ""
    try:
        parts = decode_header(raw)
    except (ValueError, LookupError, IndexError):
        return raw
    words = []
    for part, charset in parts:
        words.append(decode(part, f"charset={charset}" if charset else None) if isinstance(part, bytes) else part)
    return "".join(words).replace("\0", " ")


def _authors(message: Message) -> tuple[str, ...]:
    """Give the sender's name; the library's reader of addresses is not used, since it recurses into what came."""
    named = _SENDER.match(_header(message, "From")[:1_000])
    name = " ".join(named[1].split()) if named else ""
    return (name,) if name else ()


def _body(message: Message) -> tuple[str, str]:
    """Give the HTML and the plain text of a mail; the first part of each kind that is not attached."""
    html = text = ""
    for part in _parts(message):
        kind = part.get_content_type()
        if kind not in ("text/html", "text/plain") or (part.get_content_disposition() or "inline") != "inline":
            continue
        content = _content(part)
        if kind == "text/html":
            html = html or content
        elif not text:
            text = content
    return html, text


def _parts(message: Message) -> Iterator[Message]:
    """Give the parts in order, those of attached mails not; a mail with very many has only the first."""
    waiting = [message]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting[:0] = [one for one in inner if isinstance(one, Message)]
        elif part.get_content_type() != "message/rfc822":
            yield part


def _content(part: Message) -> str:
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, AssertionError, LookupError):
        return ""
    if not isinstance(payload, bytes):
        return ""
    charset = part.get_param("charset")
    return decode(payload, f"charset={charset}" if isinstance(charset, str) else None)


def _without_every(text: str) -> str:
    """Leave out the lines that say what every mail says."""
    kept = [line for line in text.replace("\r\n", "\n").split("\n") if not _EVERY_MAIL.match(line.strip())]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _online(html: str) -> str | None:
    """Give the address at which the mail says that it can be read in a browser."""
    tree = parse_html(html) if html else None
    if tree is None:
        return None
    for link in tree.iter("a"):
        if _ONLINE.search(" ".join(str(link.xpath("string()")).split())[:200]):
            return web_link(link.get("href"))
    return None
