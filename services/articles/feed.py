"""Read a feed as items: RSS, RDF, Atom, JSON Feed, news sitemaps; at most 10 MiB and 5,000 items.

The bytes are decoded here, once, and checked before any parser sees them: a document type or entities are refused,
control characters and tags with hundreds of attributes are disarmed. Parsers get bytes only, never a string that they
could take for a path or an address.
"""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass, replace
from html import unescape

from services.articles.article import Item
from services.articles.decoding import decode
from services.articles.feed_json import looks_like_json, read_json_feed
from services.articles.feed_xml import Entry, XmlFeed, read_xml_feed
from services.articles.html_blocks import has_markup, one_line, text_of_fragment
from services.articles.identity import hashed, item_id
from services.articles.language import two_letters
from services.articles.prolog import find_root
from services.articles.sitemap import SITEMAP_ROOTS, read_sitemap
from services.articles.url import web_link
from services.errors import InvalidError

LIMIT_BYTES = 10 * 1024 * 1024
MOST_ITEMS = 5_000
_LONGEST_TITLE = 500
_SUMMARY = 1_000  # characters; a longer description without content beside it is the article itself
_CUT_OFF = (
    "…",
    "...",
    "[…]",
    "[...]",
    "[&#8230;]",
    "Read more",
    "Continue reading",
    "Read more »",
    "Continue reading →",
)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as read. `language` is the feed's own claim; `notes` say what was left out or looks wrong.

    `sitemaps` are the news sitemaps that an index lists, the newest first; the index itself has no items.
    """

    title: str
    items: tuple[Item, ...]
    home: str | None = None
    hub: str | None = None
    own: str | None = None
    language: str | None = None
    notes: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[Item, ...]:
        """Give the items that have a title, a text or an address; the others are noted."""
        return tuple(item for item in self.items if item.tells)


def read_feed(data: bytes, *, url: str | None = None, content_type: str | None = None) -> Feed:
    """Read a feed that was fetched at `url`; InvalidError says what was found instead of a feed."""
    if len(data) > LIMIT_BYTES:
        raise InvalidError(f"The feed has {len(data):,} bytes. {LIMIT_BYTES:,} is the most")
    text = decode(_unzipped(data), content_type).lstrip("\ufeff \t\r\n\x00")
    if not text:
        raise InvalidError("The address answers with nothing; an RSS, Atom or JSON feed is expected")
    found = _found(text)
    base = web_link(found.base, url) or web_link(url) or web_link(found.home)
    items, notes = _items(found, base)
    return Feed(
        title=one_line(found.title)[:_LONGEST_TITLE],
        items=items,
        home=web_link(found.home, base),
        hub=web_link(found.hub, base),
        own=web_link(found.own, base),
        language=two_letters(found.language),
        notes=notes,
        sitemaps=tuple(link for one in found.sitemaps if (link := web_link(one, base))),
    )


def _found(text: str) -> XmlFeed:
    if looks_like_json(text):
        return read_json_feed(text)
    root = find_root(text)
    return read_sitemap(text, root) if root is not None and root.name in SITEMAP_ROOTS else read_xml_feed(text)


def _unzipped(data: bytes) -> bytes:
    """Sitemaps are kept packed as files (news.xml.gz), which no header of the answer tells."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        text = zlib.decompressobj(31).decompress(data, LIMIT_BYTES + 1)
    except zlib.error as error:
        raise InvalidError("The address answers with a gzip file that cannot be unpacked") from error
    if len(text) > LIMIT_BYTES:
        raise InvalidError(f"The feed has more than {LIMIT_BYTES:,} bytes when it is unpacked, which is the most")
    return text


def _items(found: XmlFeed, base: str | None) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    notes = []
    if len(found.entries) > MOST_ITEMS:
        notes.append(f"The feed has {len(found.entries):,} items; the first {MOST_ITEMS:,} are read")
    items = [_item(entry, base) for entry in found.entries[:MOST_ITEMS]]
    if empty := sum(not item.tells for item in items):
        notes.append(f"{empty} items have neither title, text nor address and are left out")
    distinct, shared = _distinct(items)
    if shared:
        notes.append(f"{shared} items share their id with another and are told apart by their address or text")
    return tuple(distinct), tuple(notes)


def _distinct(items: list[Item]) -> tuple[list[Item], int]:
    """Tell items with one id apart; the same item twice is one."""
    once = list(dict.fromkeys(items))
    count = Counter(item.external_id for item in once)
    shared = [item for item in once if count[item.external_id] > 1]
    apart = {
        item: replace(item, external_id=f"{item.external_id}#{hashed(item.url or _told(item))[:12]}") for item in shared
    }
    named = {item.external_id: item for item in (apart.get(item, item) for item in once)}
    return list(named.values()), len(shared)


def _told(item: Item) -> str:
    return f"{item.title}\n{item.text}\n{item.html}"


def _item(entry: Entry, base: str | None) -> Item:
    link = web_link(entry.link, base)
    title = one_line(entry.title)[:_LONGEST_TITLE] or None
    body = entry.content.strip() or entry.summary.strip()
    if not entry.plain and not has_markup(body):
        body = unescape(body)  # some feeds escape their markup twice
    is_html = not entry.plain and has_markup(body)
    return Item(
        external_id=item_id(known) if (known := entry.id or link) else hashed(f"{title}\n{body}"),
        url=link,
        title=title,
        text=None if is_html else body or None,
        html=body if is_html else None,
        published=entry.published,
        updated=entry.updated,
        authors=tuple(name for author in entry.authors if (name := one_line(author)[:200])),
        language=two_letters(entry.language),
        summary_only=_is_summary(entry, body, is_html=is_html),
    )


def _is_summary(entry: Entry, body: str, *, is_html: bool) -> bool:
    """Say whether the feed carries less than the article: a short description alone, or a text that breaks off."""
    long = len(body) > 20 * _SUMMARY  # only its end is looked at
    end = body[-2 * _SUMMARY :] if long else body
    shown = (text_of_fragment(end) if is_html else end).rstrip()
    return (not long and not entry.content.strip() and len(shown) < _SUMMARY) or shown.endswith(_CUT_OFF)
