"""OPML: lists of feeds, as readers export and import them.

<opml version="2.0"><body><outline text="Gazette" type="rss" xmlUrl="https://…" htmlUrl="https://…"/></body></opml>
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import quoteattr

from lxml import etree

from services.articles.decoding import decode
from services.articles.prolog import find_root, parse_xml
from services.errors import InvalidError

LIMIT_BYTES = 10 * 1024 * 1024
MOST = 20_000
_LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed in a list: its address, what it is called, and its language if that is said."""

    url: str
    title: str = ""
    language: str | None = None


def read_opml(data: bytes) -> list[Outline]:
    """Read the feeds of a list, each address once; outlines without an address are folders."""
    if len(data) > LIMIT_BYTES:
        raise InvalidError(f"The list has {len(data):,} bytes. {LIMIT_BYTES:,} is the most")
    text = decode(data, "text/xml")
    root = find_root(text)
    if root is None or root.name != "opml":
        found = f"<{root.name}>" if root else "no XML"
        raise InvalidError(f"Expected an OPML list of feeds, found {found}")
    tree = parse_xml(text, root, "The list", forgiving=True)
    found_all = {outline.url: outline for outline in reversed(list(_outlines(tree)))}
    outlines = list(reversed(found_all.values()))
    if not outlines:
        raise InvalidError("The list names no feeds: no outline in it has an xmlUrl")
    if len(outlines) > MOST:
        raise InvalidError(f"The list names {len(outlines):,} feeds. {MOST:,} is the most at once")
    return outlines


def _outlines(tree: etree._Element) -> Iterator[Outline]:
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag.rpartition("}")[2].lower() != "outline":
            continue
        given = {str(name).lower(): " ".join(str(value).split()) for name, value in element.attrib.items()}
        url = given.get("xmlurl", "")
        if url:
            title = given.get("title") or given.get("text") or ""
            yield Outline(url, title[:_LONGEST_TITLE], given.get("language") or None)


def write_opml(outlines: Iterable[Outline], now: datetime) -> str:
    """Write a list of feeds."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        "  <head>",
        "    <title>Sources of Tocsin</title>",
        f"    <dateCreated>{format_datetime(now)}</dateCreated>",
        "  </head>",
        "  <body>",
        *(f"    {_written(outline)}" for outline in outlines),
        "  </body>",
        "</opml>",
    ]
    return "\n".join(lines) + "\n"


def _written(outline: Outline) -> str:
    given = {"text": outline.title, "title": outline.title, "type": "rss", "xmlUrl": outline.url}
    if outline.language:
        given["language"] = outline.language
    return "<outline " + " ".join(f"{name}={quoteattr(value)}" for name, value in given.items()) + "/>"
