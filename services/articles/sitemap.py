"""Read news sitemaps (https://www.google.com/schemas/sitemap-news/0.9/) and the indexes that list them.

A news sitemap gives address, title, language and time of each article, and no text: its items are summaries, whose
pages are fetched. A sitemap without news names every page of a site and is refused.
"""

from __future__ import annotations

from lxml import etree

from services.articles.dates import read_date
from services.articles.feed_xml import Entry, XmlFeed
from services.articles.prolog import Root, local, parse_xml
from services.errors import InvalidError

SITEMAP_ROOTS = ("urlset", "sitemapindex")
MOST_SITEMAPS = 50  # of an index, the newest first


def read_sitemap(text: str, root: Root) -> XmlFeed:
    """Read a news sitemap, or an index as a feed without entries that names its `sitemaps`."""
    tree = parse_xml(text, root, "The sitemap", forgiving=True)
    if root.name == "sitemapindex":
        return XmlFeed(sitemaps=_listed(tree))
    entries, outlets = [], []
    for page in tree:
        news = next((child for child in page if local(child) == "news"), None)
        if news is not None:
            entries.append(_entry(page, news))
            outlets.append(_text(_child(news, "publication"), "name"))
    if not entries:
        raise InvalidError(
            "The sitemap carries no news entries (<news:news>); it lists all pages of a site",
            advice="A news sitemap is often named in the site's robots.txt",
        )
    return XmlFeed(title=next(filter(None, outlets), ""), entries=tuple(entries))


def _listed(tree: etree._Element) -> tuple[str, ...]:
    """Give the addresses of an index; those that say when they changed come first, the newest before the others."""
    found = [(read_date(_text(one, "lastmod")), _text(one, "loc")) for one in tree if local(one) == "sitemap"]
    dated = sorted(((at, loc) for at, loc in found if at is not None and loc), reverse=True)
    rest = [loc for at, loc in found if at is None and loc]
    return tuple(dict.fromkeys([*(loc for _, loc in dated), *rest]))[:MOST_SITEMAPS]


def _entry(page: etree._Element, news: etree._Element) -> Entry:
    link = _text(page, "loc")
    published = read_date(_text(news, "publication_date"))
    changed = read_date(_text(page, "lastmod"))
    return Entry(
        id=link,
        link=link,
        title=_text(news, "title"),
        published=published,
        updated=changed if changed != published else None,
        language=_text(_child(news, "publication"), "language") or None,
    )


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    return None if element is None else next((child for child in element if local(child) == name), None)


def _text(element: etree._Element | None, name: str) -> str:
    found = _child(element, name)
    return "" if found is None else " ".join(str(found.xpath("string()")).split())
