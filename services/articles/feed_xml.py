"""Read RSS, RDF and Atom: by fastfeedparser, and by feedparser where that fails or finds nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Any

import fastfeedparser

from services.articles.dates import read_date
from services.articles.html_blocks import has_markup
from services.articles.prolog import find_root, from_root
from services.errors import InvalidError

_FIRST_ENTRY = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s>]")
_LINK = re.compile(r"<(?:[\w.-]+:)?link\b([^<>]*)>([^<]*)")
_ATTRIBUTE = re.compile(r"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_LANGUAGE = re.compile(r"<(?:dc:)?language>\s*([\w-]{2,12})\s*</|\bxml:lang\s*=\s*[\"']([\w-]{2,12})")
_BASE = re.compile(r"\bxml:base\s*=\s*[\"']([^\"'<>]{1,500})")
_SIDE = re.compile(r"<(image|textinput)\b[^<>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)  # they have links of their own
_DC_TITLE = re.compile(r"<dc:title>\s*([^<>]{1,500})</dc:title>")
_WHEN_PUBLISHED = re.compile(r"<(?:[\w.-]+:)?(?:pubdate|published|issued|date|created)\b", re.IGNORECASE)
# RSS may carry the text in an element of Atom's, which fastfeedparser does not look for.
_ATOM_CONTENT = re.compile(r"<(?:atom|a10):content\b")
_MAIL_FIRST = re.compile(r"\S+@\S+\s+\(([^()]+)\)")
_MAIL_LAST = re.compile(r"\s*[(<]?\b[\w.+-]+@[\w.-]+\b[)>]?")
_SLOW_LIMIT = 3 * 1024 * 1024  # characters; feedparser takes seconds for more
FEED_ROOTS = ("rss", "feed", "rdf", "channel")


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
    sitemaps: tuple[str, ...] = ()


def read_xml_feed(text: str) -> XmlFeed:
    """Read a feed's text; InvalidError for a page, for XML of another kind, and for what no feed needs."""
    body = _checked(text)
    title, entries = _parsed(body)
    head = _SIDE.sub("", body[: match.start() if (match := _FIRST_ENTRY.search(body)) else 20_000])
    links = _links(head)
    language, base = _LANGUAGE.search(head), _BASE.search(head)
    return XmlFeed(
        title=title or (named[1] if (named := _DC_TITLE.search(head)) else ""),
        entries=tuple(entries),
        home=links.get("alternate"),
        hub=links.get("hub"),
        own=links.get("self"),
        base=unescape(base[1]) if base else None,
        language=(language[1] or language[2]) if language else None,
    )


def _checked(text: str) -> str:
    """Give the text from its root element on, without what could harm a parser."""
    root = find_root(text)
    if root is None:
        found = " ".join(text[:40].split())
        raise InvalidError(f"The address answers with text instead of a feed. It begins: {found}")
    if root.name in ("html", "head", "body"):
        raise InvalidError("The address answers with a web page instead of a feed")
    if root.name not in FEED_ROOTS and not root.forbidden:
        raise InvalidError(
            f"The address answers with XML of another kind, <{root.name}>; RSS, RDF, Atom or a news sitemap is expected"
        )
    return from_root(text, root, "The feed")


def _parsed(body: str) -> tuple[str, list[Entry]]:
    data = b'<?xml version="1.0" encoding="utf-8"?>' + body.encode("utf-8")
    try:
        found = fastfeedparser.parse(data, include_tags=False, include_media=False, include_enclosures=False)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError):
        found = None
    root = find_root(body)
    atom = root is not None and root.name == "feed"
    read = found is not None and (found["entries"] or _FIRST_ENTRY.search(body) is None)
    if found is None or not read or (not atom and _ATOM_CONTENT.search(body) is not None):
        return _parsed_slowly(data)
    dated = _WHEN_PUBLISHED.search(body) is not None
    entries = [_fast_entry(entry, atom=atom, dated=dated) for entry in found["entries"]]
    return _string(found["feed"].get("title")), entries


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


def _fast_entry(entry: Mapping[str, Any], *, atom: bool, dated: bool) -> Entry:  # Any: the library's own mapping
    content: Mapping[str, Any] = next(iter(entry.get("content") or ()), {})  # Any: as above
    kind = _string(content.get("type"))
    value, summary = _string(content.get("value")), _string(entry.get("description"))
    return Entry(
        id=_string(entry.get("id")).strip(),
        link=_alternate(entry) if atom else _string(entry.get("link")).strip(),
        title=_string(entry.get("title")),
        summary=summary,
        content="" if value == summary else value,
        plain=kind in ("text", "text/plain") and not has_markup(value),
        # The library also takes a date of change, or an id that looks like a date, for the date of publication.
        published=read_date(entry.get("published")) if dated else None,
        updated=read_date(entry.get("updated")),
        authors=tuple(_names(entry.get("authors"))),
        language=_string(content.get("language")) or None,
    )


def _alternate(entry: Mapping[str, Any]) -> str:  # Any: the library's own mapping
    """Give where an Atom entry is read: its first link that is an alternate, never an enclosure."""
    given = entry.get("links")
    for link in given if isinstance(given, list) else ():
        if isinstance(link, Mapping) and _string(link.get("rel")).strip().lower() in ("", "alternate"):
            return _string(link.get("href")).strip()
    return ""


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
        if isinstance(name, str) and (clean := without_mail(name)):
            yield clean


def without_mail(name: str) -> str:
    """Give a name without the mail address that RSS puts beside it: "a@b.example (Ann Roe)"; "" where there is none."""
    name = name.strip()[:400]
    if (first := _MAIL_FIRST.fullmatch(name)) is not None:
        return first[1].strip()
    return _MAIL_LAST.sub("", name).strip() if "@" in name else name


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
