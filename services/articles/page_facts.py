"""Read what a page says about itself: title, authors, times, address, language.

JSON-LD of an article comes first, then `<meta>` and `<link>`, then what readers see (`<h1>`, `<title>`, `<time>`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import unescape

from lxml import etree, html

from services.articles.bylines import authors_in
from services.articles.dates import read_date
from services.articles.html_blocks import has_markup, one_line, text_of_fragment
from services.articles.language import two_letters
from services.articles.url import web_link

_ARTICLE = re.compile(r"(?:\w*NewsArticle|Article|BlogPosting|LiveBlogPosting|Report|\w*Reportage\w*)$")
_PUBLISHED = (
    "article:published_time", "og:published_time", "datepublished", "date", "pubdate", "publishdate", "publish-date",
    "dc.date.issued", "dc.date", "sailthru.date", "parsely-pub-date", "article.published",
)  # fmt: skip
_LONGEST_JSON = 500_000
_MOST_AUTHORS = 20
_SITE_PART = re.compile(r"\s+(?:[|–—»·]|-)\s+|\s*::\s*")


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page says about itself; None where it says nothing that can be read. `body` is its text in JSON-LD."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    url: str | None = None
    language: str | None = None
    body: str | None = None


def page_facts(tree: html.HtmlElement, url: str | None = None) -> PageFacts:
    """Read a page's facts; `url` is where it was fetched, against which its links are resolved."""
    said = _json_ld(tree)
    meta = _metas(tree)
    return PageFacts(
        title=_title(tree, said, meta),
        authors=_authors(tree, said, meta),
        published=_published(tree, said, meta),
        updated=read_date(said.get("dateModified")) or read_date(meta.get("article:modified_time")),
        url=_address(tree, meta, url),
        body=_body(said),
        language=two_letters(tree.get("lang") or meta.get("og:locale") or _text(said.get("inLanguage"))),
    )


def _body(said: dict[str, object]) -> str | None:
    text = _text(said.get("articleBody"))
    if has_markup(text):
        text = text_of_fragment(text)
    return unescape(text).strip() or None


def _title(tree: html.HtmlElement, said: dict[str, object], meta: dict[str, str]) -> str | None:
    whole = one_line(_first_text(tree, "title"))
    headings = [one_line("".join(h.itertext())) for h in tree.iter("h1")]
    for candidate in (_text(said.get("headline")), meta.get("og:title", ""), meta.get("twitter:title", "")):
        if candidate and (title := one_line(candidate)):
            return _without_site(title, headings, meta.get("og:site_name", ""))
    if len(headings) == 1 and headings[0]:
        return headings[0]
    return next((h for h in headings if h and h in whole), None) or (_without_site(whole, headings, "") or None)


def _without_site(title: str, headings: list[str], site: str) -> str:
    """Drop the outlet's name that many pages put behind the title: "Title | Outlet"."""
    for heading in headings:
        if heading and title != heading and title.startswith(heading) and _SITE_PART.match(title, len(heading)):
            return heading
    parts = _SITE_PART.split(title)
    if len(parts) > 1 and site and parts[-1].casefold() == site.casefold():
        return title[: title.rindex(parts[-1])].rstrip(" |–—»·:-")
    return title


def _authors(tree: html.HtmlElement, said: dict[str, object], meta: dict[str, str]) -> tuple[str, ...]:
    named = [*_names(said.get("author"))] or [meta.get("author", ""), meta.get("article:author", "")]
    clean = (re.sub(r"^(?i:by)\s+", "", one_line(name)) for name in named)
    found = dict.fromkeys(n for n in clean if 0 < len(n) <= 100 and "://" not in n and not n.startswith(("@", "/")))
    if not found:
        for element in tree.xpath("//*[contains(@class, 'byline') or contains(@class, 'author') or @rel='author']")[
            :20
        ]:
            if people := authors_in(" ".join("".join(element.itertext()).split())[:200]):
                return people
    return tuple(found)[:_MOST_AUTHORS]


def _published(tree: html.HtmlElement, said: dict[str, object], meta: dict[str, str]) -> datetime | None:
    values = [said.get("datePublished"), *(meta.get(name) for name in _PUBLISHED)]
    values.append(_time_of_article(tree))
    return next((moment for value in values if (moment := read_date(value)) is not None), None)


def _time_of_article(tree: html.HtmlElement) -> str | None:
    """Give the first `<time datetime>` within an article or header, by one walk: each may hold thousands of others."""
    inside = 0
    for event, element in etree.iterwalk(tree, events=("start", "end"), tag=("article", "header", "time")):
        if element.tag != "time":
            inside += 1 if event == "start" else -1
        elif inside and (moment := element.get("datetime")) is not None:
            return str(moment)
    return None


def _address(tree: html.HtmlElement, meta: dict[str, str], url: str | None) -> str | None:
    found = [link.get("href") for link in tree.iter("link") if "canonical" in (link.get("rel") or "").lower().split()]
    base = web_link(url)
    for candidate in [*found[:1], meta.get("og:url")]:
        link = web_link(candidate, base)
        # A canonical address that is only a front page is a mistake of the site's template.
        if link is not None and (base is None or link.count("/") > 3 or len(link.split("/", 3)[3]) > 0):
            return link
    return base


def _metas(tree: html.HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        if name and (content := meta.get("content")):
            found.setdefault(name.strip().lower(), content)
    return found


def _json_ld(tree: html.HtmlElement) -> dict[str, object]:
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "") or len(text := script.text or "") > _LONGEST_JSON:
            continue
        try:
            given = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        for thing in _things(given):
            kinds = thing.get("@type")
            if any(isinstance(k, str) and _ARTICLE.search(k) for k in (kinds if isinstance(kinds, list) else [kinds])):
                return thing
    return {}


def _things(given: object) -> Iterator[dict[str, object]]:
    waiting = [given]
    for _ in range(2_000):
        if not waiting:
            return
        thing = waiting.pop(0)
        if isinstance(thing, list):
            waiting += thing[:200]
        elif isinstance(thing, dict):
            yield thing
            waiting += [thing[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in thing]


def _names(given: object) -> Iterator[str]:
    for one in (given if isinstance(given, list) else [given])[:_MOST_AUTHORS]:
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            yield from _names(one.get("name"))


def _text(given: object) -> str:
    return given if isinstance(given, str) else ""


def _first_text(tree: html.HtmlElement, tag: str) -> str:
    return next(("".join(element.itertext()) for element in tree.iter(tag)), "")
