"""Read RSS, RDF and Atom: by fastfeedparser, and by feedparser where that fails or finds nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from html.entities import html5
from typing import Any

import fastfeedparser

from services.articles.dates import read_date
from services.articles.html_blocks import has_markup, without_laden_tags
from services.errors import InvalidError

_PROLOG = re.compile(r"(?:\s+|<\?[^>]{0,1000}\?>|<!--(?:(?!-->).){0,10000}-->)", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE\b", re.IGNORECASE)
# The one document type that old feeds carry; it is taken off unread.
_NETSCAPE = re.compile(
    r"<!DOCTYPE\s+(?:rss|rdf:RDF)\s+(?:SYSTEM\s+|PUBLIC\s+[\"']-//Netscape Communications//DTD RSS 0\.9\d*//EN[\"']\s*)"
    r"(?:[\"']http://my\.netscape\.com/publish/formats/rss-0\.9\d*\.dtd[\"']\s*)?>",
    re.IGNORECASE,
)
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]{0,60})")
_XINCLUDE = re.compile(r"xmlns(?::\w+)?\s*=\s*[\"']https?://www\.w3\.org/2001/XInclude", re.IGNORECASE)
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]|"
    "&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));",
    re.IGNORECASE,
)
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_OWN_ENTITIES = frozenset(("amp", "lt", "gt", "quot", "apos"))
_FIRST_ENTRY = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s>]")
_LINK = re.compile(r"<(?:[\w.-]+:)?link\b([^<>]*)>([^<]*)")
_ATTRIBUTE = re.compile(r"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_LANGUAGE = re.compile(r"<(?:dc:)?language>\s*([\w-]{2,12})\s*</|\bxml:lang\s*=\s*[\"']([\w-]{2,12})")
_BASE = re.compile(r"\bxml:base\s*=\s*[\"']([^\"'<>]{1,500})")
_SLOW_LIMIT = 3 * 1024 * 1024  # characters; feedparser takes seconds for more
_FEED_ROOTS = ("rss", "feed", "rdf")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a feed before it is cleaned. `plain`: the content is text, not HTML."""

    id: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    plain: bool = False
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class XmlFeed:
    """A feed before it is cleaned; links may be relative to `base`."""

    title: str = ""
    entries: tuple[Entry, ...] = ()
    home: str | None = None
    hub: str | None = None
    own: str | None = None
    base: str | None = None
    language: str | None = None


def read_xml_feed(text: str) -> XmlFeed:
    """Read a feed's text; InvalidError for a page, for XML of another kind, and for what no feed needs."""
    body = _checked(text)
    title, entries = _parsed(body)
    head = body[: match.start() if (match := _FIRST_ENTRY.search(body)) else 20_000]
    links = _links(head)
    language, base = _LANGUAGE.search(head), _BASE.search(head)
    return XmlFeed(
        title=title,
        entries=tuple(entries),
        home=links.get("alternate"),
        hub=links.get("hub"),
        own=links.get("self"),
        base=unescape(base[1]) if base else None,
        language=(language[1] or language[2]) if language else None,
    )


def _checked(text: str) -> str:
    """Give the text from its root element on, without what could harm a parser."""
    at = _after_prolog(text, 0)
    if (old := _NETSCAPE.match(text, at)) is not None:
        at = _after_prolog(text, old.end())
    root = _ROOT.match(text, at)
    if re.match(r"<!DOCTYPE\s+html\b|<html\b|<head\b|<body\b", text[at : at + 40], re.IGNORECASE):
        raise InvalidError("The address answers with a web page instead of a feed")
    if _DOCTYPE.match(text, at) or _XINCLUDE.search(text, at):
        raise InvalidError(
            "The feed brings a document type, entities or includes, which are never read (xml_forbidden)",
            position=at + 1,
            advice="Ask the source for a feed without <!DOCTYPE …>",
        )
    if root is None:
        found = " ".join(text[:40].split())
        raise InvalidError(f"The address answers with text instead of a feed. It begins: {found}")
    if root[1].lower().rsplit(":", 1)[-1] not in (*_FEED_ROOTS, "channel"):
        raise InvalidError(f"The address answers with XML of another kind, <{root[1]}>; RSS, RDF or Atom is expected")
    clean = _NAMED.sub(_character, _CONTROL.sub("", text[at:]))
    return without_laden_tags(clean)


def _after_prolog(text: str, at: int) -> int:
    while (match := _PROLOG.match(text, at)) is not None and match.end() > at:
        at = match.end()
    return at


def _character(named: re.Match[str]) -> str:
    """Pages' entities (&nbsp;) are not XML's; parsers would drop them."""
    if named[1] in _OWN_ENTITIES:
        return named[0]
    found = html5.get(named[1] + ";", named[0])
    return found if not set(found) & set("<>&\"'") else named[0]


def _parsed(body: str) -> tuple[str, list[Entry]]:
    data = b'<?xml version="1.0" encoding="utf-8"?>' + body.encode("utf-8")
    try:
        found = fastfeedparser.parse(data, include_tags=False, include_media=False, include_enclosures=False)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError):
        found = None
    if found is not None and (found["entries"] or _FIRST_ENTRY.search(body) is None):
        return _string(found["feed"].get("title")), [_fast_entry(entry) for entry in found["entries"]]
    return _parsed_slowly(data)


def _parsed_slowly(data: bytes) -> tuple[str, list[Entry]]:
    import feedparser  # 6 MiB, needed for one feed in a thousand

    if len(data) > _SLOW_LIMIT:
        raise InvalidError(
            f"The feed is not well-formed and has {len(data):,} bytes; {_SLOW_LIMIT:,} is the most for such a feed"
        )
    try:
        found = feedparser.parse(
            io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False,
            response_headers={"content-type": "application/xml; charset=utf-8"},
        )  # fmt: skip
    except Exception as error:  # a parser of broken feeds may break in any way
        raise InvalidError("The feed cannot be read: it is not well-formed") from error
    if not found.entries and not found.get("version"):
        raise InvalidError("The feed cannot be read: it is not well-formed, and no item was found in it")
    return _string(found.feed.get("title")), [_slow_entry(entry) for entry in found.entries]


def _fast_entry(entry: Mapping[str, Any]) -> Entry:  # Any: the library's own mapping
    content: Mapping[str, Any] = next(iter(entry.get("content") or ()), {})  # Any: as above
    kind = _string(content.get("type"))
    value, summary = _string(content.get("value")), _string(entry.get("description"))
    return Entry(
        id=_string(entry.get("id")).strip(),
        link=_string(entry.get("link")).strip(),
        title=_string(entry.get("title")),
        summary=summary,
        content="" if value == summary else value,
        plain=kind in ("text", "text/plain") and not has_markup(value),
        published=read_date(entry.get("published")),
        updated=read_date(entry.get("updated")),
        authors=tuple(_names(entry.get("authors"))),
        language=_string(content.get("language")) or None,
    )


def _slow_entry(entry: Mapping[str, Any]) -> Entry:  # Any: the library's own mapping
    content: Mapping[str, Any] = next(iter(entry.get("content") or ()), {})  # Any: as above
    return Entry(
        id=_string(entry.get("id")).strip(),
        link=_string(entry.get("link")).strip(),
        title=_string(entry.get("title")),
        summary=_string(entry.get("summary")),
        content=_string(content.get("value")),
        plain=content.get("type") == "text/plain" and not has_markup(_string(content.get("value"))),
        published=read_date(entry.get("published")),
        updated=read_date(entry.get("updated")),
        authors=tuple(_names(entry.get("authors"))),
        language=_string(content.get("language")) or None,
    )


def _names(authors: object) -> Iterable[str]:
    for author in authors if isinstance(authors, list) else ():
        name = author.get("name") if isinstance(author, Mapping) else author
        if isinstance(name, str) and name.strip():
            yield name


def _links(head: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _LINK.finditer(head):
        given = {name.lower(): double or single for name, double, single in _ATTRIBUTE.findall(match[1])}
        target = given.get("href") or match[2].strip()
        for rel in given.get("rel", "alternate").lower().split():
            if target:
                found.setdefault(rel, unescape(target))
    return found


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
