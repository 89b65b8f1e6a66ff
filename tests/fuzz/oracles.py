"""What must hold of each part, whatever it is given."""

from __future__ import annotations

import contextlib
import email.policy
import json
import socket
from dataclasses import replace
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from functools import cache

import httpx2
import lxml.html
from urllib3.util import parse_url

from services.addresses import is_public
from services.alerts.chat import render_chat
from services.alerts.mail import Envelope, compose, render_mail
from services.alerts.message import Asked
from services.api import news, strict_json
from services.api.strict_json import NotJsonError
from services.articles.read import understand
from services.articles.sniff import read_any
from services.errors import InvalidError, OutsideError
from services.fetching import fetch
from services.guard import Gate, read_url
from services.places.understand import understand as places_of
from services.queries.canonical import rule_key
from services.queries.parser import Lookups, parse
from services.store.packs import gazetteer, shipped
from tests.unit.alerts.message_examples import COUNCIL, FOOT, marked

_HEADERS_ONLY = BytesHeaderParser(policy=email.policy.SMTP)  # what follows the headers is checked by `_check_html`
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HEADERS = {
    "message-id", "date", "from", "to", "subject", "mime-version", "content-type", "content-transfer-encoding", "list-id",
    "list-unsubscribe", "list-unsubscribe-post", "precedence", "auto-submitted", "x-auto-response-suppress", "in-reply-to",
    "references", "feedback-id", "x-tocsin-id",
}  # fmt: skip


@cache
def lookups() -> Lookups:
    """Give the look-ups of the shipped packs and places."""
    return shipped().lookups


def query(text: str) -> None:
    """A query that is read is printed in a form that is read as the same one."""
    found = parse(text, lookups())
    again = parse(found.text, lookups())
    assert again.text == found.text, "the canonical form is not its own"
    assert rule_key(again.tree) == rule_key(found.tree), "the canonical form is another rule"


def document(data: bytes) -> None:
    """What is read is text: links are of the web, and no character of a document is one that no database keeps."""
    for item in read_any(data, name="case")[:20]:
        assert item.url is None or item.url.startswith(("http://", "https://")), f"a link of {item.url[:20]!r}"
        try:
            article = understand(item)
        except InvalidError:
            continue
        assert "\x00" not in (article.text or "") + (article.title or ""), "a NUL"
        for passage in article.passages:
            assert 0 <= passage.start <= passage.end <= len(article.text), "a zone outside of the text"
        (article.text + (article.title or "")).encode()


def json_body(body: bytes) -> None:
    """What is read can be written and read again as the same; a ninjs item becomes an article or says what is wrong."""
    try:
        value = strict_json.read(body)
    except NotJsonError:
        raise InvalidError("refused") from None
    assert strict_json.read(json.dumps(value).encode()) == value, "it is another when it is read again"
    if news.is_ninjs(value):
        news.from_json(value)


def _look_up(host: str, _port: int) -> list[str]:
    return ["93.184.216.34"] if host.rstrip(".").lower() == "public.example" else ["10.0.0.1"]


def url(text: str) -> None:
    """Nothing inside is ever connected to, and the host that is connected to is the one that others read."""
    dialled: list[str] = []

    def dial(address: str, _port: int, _timeout_s: float) -> socket.socket:
        dialled.append(address)
        raise ConnectionRefusedError

    gate = Gate(look_up=_look_up, dial=dial)
    with contextlib.suppress(InvalidError, OutsideError):
        fetch(gate, text, {}, 1000, 5)
    assert all(is_public(address) for address in dialled), f"connected to {dialled}"
    if not dialled:
        raise InvalidError("refused")
    read = read_url(text)
    if dialled:
        assert httpx2.URL(text).host == read.host
        other = parse_url(text).host
        assert other is None or other.strip("[]").lower() == read.host.lower(), f"others read {other!r}"


def places(text: str) -> None:
    """Mentions lie within the text, in its order, and say what they are."""
    found = places_of(text, gazetteer())
    for mention in found.mentions:
        assert 0 <= mention.start < mention.end <= len(text), "a mention outside of the text"


def message(given: dict[str, str]) -> None:
    """A mail has our headers and one recipient, its HTML nothing that acts; a chat message pings nobody."""
    sentence = given["sentence"] or "x"
    facts = replace(
        COUNCIL, title=given["title"], outlet=given["outlet"], url=given["url"], note=given["note"],
        asked=(Asked("7", given["name"], "a1"),), places=(given["place"],),
        evidence=marked(sentence, sentence[:1], clause=given["clause"]),
    )  # fmt: skip
    mail = render_mail(facts, FOOT)
    body = compose(mail, Envelope(id="d1", sender="Tocsin <a@example.org>", to="ana@example.org", date=NOW))
    _check_mail(body)
    _check_html(mail.html)
    for service in ("slack", "discord"):
        text = render_chat(facts, FOOT, service).body
        sign = "<!channel>" if service == "slack" else "@everyone"
        assert sign not in text, f"{service}: a mention of everybody"


def _check_mail(body: bytes) -> None:
    read = _HEADERS_ONLY.parsebytes(body)
    extra = {name.lower() for name in read} - HEADERS
    assert not extra, f"headers that are not ours: {extra}"
    assert len(read["to"].addresses) == 1, "not one recipient"
    assert read["bcc"] is None
    assert max(map(len, body.split(b"\r\n"))) <= 998, "a line too long"
    assert len(read["subject"]) <= 250, "a subject too long"


def _check_html(html: str) -> None:
    tree = lxml.html.document_fromstring(html)
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag not in ("script", "iframe", "object", "embed", "base", "form", "link", "svg"), element.tag
        for name, value in element.attrib.items():
            assert not name.startswith("on"), name
            if name in ("href", "src", "action", "background"):
                assert value.startswith(("http://", "https://", "mailto:", "cid:")), f"{name} {value[:30]!r}"
