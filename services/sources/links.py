"""Links that a feed or page names: its hubs, its own address, feeds of a home page. Headers go first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree, html

from services.articles.url import web_link

_LINK = re.compile(r"<([^<>]*)>((?:[^,\"]|\"(?:[^\"\\]|\\.)*\")*)")
_PARAM = re.compile(r";\s*([\w!#$&+^`|~.*-]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s;,\"]*))")
_LONGEST = 16 * 1024
_MOST = 100
FEED_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/json",
    "text/xml",
    "application/xml",
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link with its relations in lower case, its type and title."""

    url: str
    rels: tuple[str, ...]
    type: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Hubs:
    """Where to subscribe: hubs in the order named, and the topic under which they know the feed."""

    hubs: Sequence[str]
    topic: str


def header_links(headers: Mapping[str, str], base: str) -> list[Link]:
    """Read the `Link` headers of an answer (RFC 8288); links that are no web address are left out."""
    given = headers.get("link", "")[:_LONGEST]
    found = []
    for match in list(_LINK.finditer(given))[:_MOST]:
        params: dict[str, str] = {}
        for name, quoted, plain in _PARAM.findall(match[2]):
            params.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) or plain)
        link = _made(
            urljoin(base, match[1].strip()), params.get("rel", ""), params.get("type", ""), params.get("title", "")
        )
        found += [link] if link else []
    return found


def page_links(page: bytes, base: str) -> list[Link]:
    """Read the `link` elements in the head of an HTML page; those in its body may be somebody else's."""
    try:
        tree = html.document_fromstring(page, base_url=base, parser=html.HTMLParser(no_network=True, recover=True))
    except (etree.LxmlError, ValueError):
        return []
    head = tree.find("head")
    if head is None:
        return []
    base_tag = head.find("base")
    if base_tag is not None and base_tag.get("href"):
        base = web_link(base_tag.get("href"), base) or base
    links = (
        _made(urljoin(base, tag.get("href", "").strip()), tag.get("rel", ""), tag.get("type", ""), tag.get("title", ""))
        for tag in list(head.iter("link"))[:_MOST]
        if tag.get("href")
    )
    return [link for link in links if link]


def _made(url: str, rels: str, kind: str, title: str) -> Link | None:
    if web_link(url) is None:
        return None
    # The address stays as it came: a hub knows its topics by their letters.
    return Link(url, tuple(rels.lower().split()), kind.lower().partition(";")[0].strip(), title[:200])


def find_hubs(
    headers: Mapping[str, str],
    url: str,
    *,
    in_feed: Sequence[str] = (),
    own: str | None = None,
    page: bytes | None = None,
) -> Hubs | None:
    """Find hubs and topic: in headers, else in the feed (`in_feed`, `own`), else in the head of a page."""
    named = header_links(headers, url)
    hubs = [link.url for link in named if "hub" in link.rels]
    topic = next((link.url for link in named if "self" in link.rels), None)
    if not hubs and in_feed:
        hubs = list(in_feed)
    elif not hubs and page is not None:
        named = page_links(page, url)
        hubs = [link.url for link in named if "hub" in link.rels]
        topic = topic or next((link.url for link in named if "self" in link.rels), None)
    return Hubs(list(dict.fromkeys(hubs)), topic or own or url) if hubs else None
