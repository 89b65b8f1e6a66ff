"""Read bytes of any kind as items: text, an HTML page or fragment, a feed, ninjs, NewsML-G2, NITF, a mail.

What they are is told from the bytes. A standard's version may be given ("ninjs/1.0", "newsml-g2/2.28"): then nothing
is guessed, and the version's rules hold.
"""

from __future__ import annotations

import re

from lxml.html import defs

from services.articles.article import Item
from services.articles.decoding import decode
from services.articles.feed import read_feed
from services.articles.feed_json import looks_like_json, read_json
from services.articles.feed_xml import FEED_ROOTS
from services.articles.html_blocks import has_markup, is_page, text_of_fragment
from services.articles.identity import hashed
from services.articles.mail import looks_like_mail, read_mail
from services.articles.newsml import NEWSML_ROOTS, read_newsml
from services.articles.ninjs import looks_like_ninjs, read_ninjs
from services.articles.nitf import read_nitf
from services.articles.page import page_item
from services.articles.prolog import Root, find_root
from services.articles.sitemap import SITEMAP_ROOTS
from services.articles.url import canonical_url, web_link
from services.errors import InvalidError

LIMIT_BYTES = 10 * 1024 * 1024
_READ = "Plain text, an HTML page, a feed (RSS, Atom, JSON), a news sitemap, ninjs, NewsML-G2, NITF or a mail is read"
_AS = re.compile(r"(ninjs|newsml-g2|nitf)(?:/(\d\.\d{1,2}))?")
_KINDS = (
    (b"%PDF-", "a PDF file"), (b"PK\x03\x04", "a ZIP or office file"), (b"\x1f\x8b", "a gzip file"),
    (b"\x89PNG", "a PNG picture"), (b"\xff\xd8\xff", "a JPEG picture"), (b"GIF8", "a GIF picture"),
    (b"RIFF", "a picture, sound or film"), (b"\xd0\xcf\x11\xe0", "an old office file"), (b"ID3", "a sound file"),
    (b"SQLite format 3", "an SQLite database"), (b"\x7fELF", "a program"), (b"7z\xbc\xaf", "a 7-Zip file"),
    (b"{\\rtf", "an RTF file"), (b"BZh9", "a bzip2 file"), (b"\xfd7zXZ", "an xz file"),
)  # fmt: skip
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]")


def read_any(
    data: bytes, *, name: str = "", content_type: str | None = None, url: str | None = None, meant: str | None = None
) -> list[Item]:
    """Read what a file, a body or an address gives; `name` is used in messages and for its ending.

    `meant` names a standard and its version. InvalidError says what was found and what is read.
    """
    shown = name or "The text"
    if len(data) > LIMIT_BYTES:
        raise InvalidError(f"{shown} has {len(data):,} bytes. {LIMIT_BYTES:,} is the most")
    for start, kind in _KINDS:
        if data.startswith(start):
            raise InvalidError(f"{shown} is {kind}. {_READ}")
    if meant is None and looks_like_mail(data):
        return [read_mail(data)]
    text = decode(data, content_type)
    if not text.strip("\ufeff \t\r\n\0"):
        raise InvalidError(f"{shown} is empty. {_READ}")
    if _is_binary(text):
        raise InvalidError(f"{shown} holds bytes that are no text. {_READ}")
    head = text.lstrip("\ufeff \t\r\n\0")
    if meant is not None:
        return _as_meant(head, meant)
    if _is_json(head, content_type):
        given = read_json(head)
        return read_ninjs(given) if looks_like_ninjs(given) else _feed_items(data, shown, content_type, url)
    root = find_root(head)
    if root is not None and root.name in (*FEED_ROOTS, *SITEMAP_ROOTS):
        return _feed_items(data, shown, content_type, url)
    if root is not None and (items := _news(head, root)) is not None:
        return items
    if root is not None and root.name not in defs.tags and "-" not in root.name:
        advice = "Sources are taken from it by: tocsin sources import FILE" if root.name == "opml" else ""
        raise InvalidError(f"{shown} is XML of another kind, <{root.name}>. {_READ}", advice=advice)
    return [_article(head if head.startswith("<") else text, shown, content_type, url)]


def _news(text: str, root: Root, version: str | None = None) -> list[Item] | None:
    if root.name == "nitf":
        return [read_nitf(text, root)]
    return read_newsml(text, root, version=version) if root.name in NEWSML_ROOTS else None


def _as_meant(text: str, meant: str) -> list[Item]:
    found = _AS.fullmatch(meant.strip().lower())
    if found is None:
        raise InvalidError(
            f'"{meant[:40]}" is no standard that is read. Expected ninjs, newsml-g2, nitf, or such as ninjs/1.0'
        )
    if found[1] == "ninjs":
        return read_ninjs(read_json(text), version=found[2])
    root = find_root(text)
    fits = root is not None and (root.name == "nitf") is (found[1] == "nitf")
    items = _news(text, root, found[2]) if root is not None and fits else None
    if items is None:
        raise InvalidError(f"The document is not {'NITF' if found[1] == 'nitf' else 'NewsML-G2'}")
    return items


def _feed_items(data: bytes, shown: str, content_type: str | None, url: str | None) -> list[Item]:
    feed = read_feed(data, url=url, content_type=content_type)
    if feed.sitemaps:
        listed = " ".join(feed.sitemaps[:3])
        raise InvalidError(f"{shown} is an index of {len(feed.sitemaps)} sitemaps, not a sitemap. It lists {listed}")
    return list(feed.items)


def _article(text: str, shown: str, content_type: str | None, url: str | None) -> Item:
    known = canonical_url(url) or hashed(text)
    meant = "html" in (content_type or "").lower() or shown.lower().endswith((".html", ".htm", ".xhtml"))
    if is_page(text[:5_000]) and (meant or text.startswith("<")):
        item = page_item(text, url=url)
    elif (meant or text.startswith("<")) and has_markup(text):
        item = Item(known, web_link(url), html=text)
        if not text_of_fragment(text).strip():
            raise InvalidError(f"{shown} has no text of its own. {_READ}")
    else:
        item = Item(known, web_link(url), text=text.removeprefix("\ufeff"))
    return item


def _is_json(head: str, content_type: str | None) -> bool:
    if not looks_like_json(head):
        return False
    return "json" in (content_type or "").lower() or re.match(r"\{\s*[\"}]|\[\s*[{\[\"\]]", head) is not None


def _is_binary(text: str) -> bool:
    sample = text[:20_000]
    return len(_CONTROL.findall(sample)) * 20 > len(sample)
