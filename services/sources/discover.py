"""Find the feed that somebody means by the address of a site: the address itself, what its page names, what is usual.

Order: the address is a feed; feeds that the head of the page links to; links of the page that look like feeds; news
sitemaps of robots.txt; the usual paths. The first that can be read as a feed is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from services.articles.url import web_link
from services.errors import InvalidError, OutsideError, TocsinError
from services.fetching import Answer, fetch
from services.guard import Gate
from services.sources.links import FEED_TYPES, page_links
from services.sources.reading import ACCEPT, LIMIT_BYTES, read_apart
from services.wire import within

WITHIN_S = 45.0
EACH_S = 15.0
MOST_TRIED = 12
_USUAL = ("/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feed.json", "/news-sitemap.xml")
_LIKE_FEEDS = re.compile(r"(?:\b|_)(?:rss|atom|feed|feeds|rdf)(?:\b|_)", re.IGNORECASE)
_ASIDE = re.compile(r"comment|podcast|oembed|wp-json", re.IGNORECASE)
_SITEMAP = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Found:
    """A feed: where it is, what it calls itself, and how many items it shows."""

    url: str
    title: str
    items: int
    language: str | None = None


def discover(gate: Gate, url: str) -> Found:
    """Find the feed of a site: `OutsideError` if the address does not answer, `InvalidError` if none is there."""
    with within(WITHIN_S):
        answer = _get(gate, url)
        if answer.status != 200:
            text = f"The address answers {answer.status} instead of 200"
            raise OutsideError(text, permanent=answer.status in (404, 410), code="status")
        try:
            return _read(answer, url)
        except InvalidError as error:
            why = error
        tried: list[str] = []
        for candidate in _candidates(gate, answer):
            if candidate in tried or len(tried) >= MOST_TRIED:
                continue
            tried.append(candidate)
            if (found := _try(gate, candidate)) is not None:
                return found
    raise InvalidError(
        f"No feed was found at {urlsplit(answer.url).netloc}: its page links to none that can be read. {why.message}",
        field="/url", advice="Give the address of its RSS, Atom or JSON feed, or of its news sitemap",
    )  # fmt: skip


def _get(gate: Gate, url: str) -> Answer:
    return fetch(gate, url, {"Accept": f"text/html;q=0.9, {ACCEPT}"}, LIMIT_BYTES, EACH_S)


def _read(answer: Answer, asked: str) -> Found:
    feed = read_apart(answer.body, answer.url, answer.headers.get("content-type"))
    # A redirect that is not for good may lead elsewhere tomorrow: what was asked for is what is watched.
    return Found(answer.url if answer.moved else asked, feed.title, len(feed.items), feed.language)


def _try(gate: Gate, url: str) -> Found | None:
    try:
        answer = _get(gate, url)
        return _read(answer, url) if answer.status == 200 else None
    except TocsinError:
        return None


def _candidates(gate: Gate, page: Answer) -> Iterator[str]:
    named = [link for link in page_links(page.body, page.url) if "alternate" in link.rels and link.type in FEED_TYPES]
    yield from sorted((link.url for link in named), key=lambda url: bool(_ASIDE.search(url)))
    yield from _anchors(page)
    yield from _sitemaps(gate, page.url)
    yield from (urljoin(page.url, path) for path in _USUAL)


def _anchors(page: Answer) -> list[str]:
    try:
        tree = html.document_fromstring(page.body, parser=html.HTMLParser(no_network=True, recover=True))
    except (etree.LxmlError, ValueError):
        return []
    links = (web_link(str(tag.get("href")), page.url) for tag in tree.iter("a") if tag.get("href"))
    host = urlsplit(page.url).hostname
    like = [url for url in links if url and _LIKE_FEEDS.search(url) and urlsplit(url).hostname == host]
    return sorted(dict.fromkeys(like), key=lambda url: bool(_ASIDE.search(url)))[:5]


def _sitemaps(gate: Gate, url: str) -> list[str]:
    try:
        answer = fetch(gate, urljoin(url, "/robots.txt"), {"Accept": "text/plain"}, 512 * 1024, EACH_S)
    except TocsinError:
        return []
    if answer.status != 200:
        return []
    named = [web_link(link, url) for link in _SITEMAP.findall(answer.body.decode("utf-8", "replace"))]
    return [link for link in named if link and "news" in link.lower()][:3]
