"""Read an HTML page as an article: its own text by trafilatura, its captions and teasers by their place in the page.

trafilatura says which paragraphs are the article; the page is then walked in its own order, what trafilatura missed is
filled in, and what stands between is kept where the markup names it a caption or a teaser. If the walk finds too little
of what trafilatura found, trafilatura's own paragraphs are taken as they are.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

from lxml import etree, html

from services.articles.article import Article, Item
from services.articles.decoding import decode
from services.articles.html_blocks import Placed, parse_html, placed_blocks
from services.articles.language import detect
from services.articles.main_text import densest, kept_zones, own_blocks
from services.articles.page_facts import PageFacts, page_facts
from services.articles.url import canonical_url, web_link
from services.articles.zones import Block, read_blocks
from services.errors import InvalidError

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it warns of every page without text
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

_TOO_LITTLE = 200  # characters; less is no article
_DEEPEST = 200  # elements within each other
_MOST_ELEMENTS = 30_000  # of a page that trafilatura gets; pages of news have 5,000


@dataclass(frozen=True, slots=True)
class Page:
    """A page as read: what it says about itself, and its blocks in order."""

    facts: PageFacts
    blocks: tuple[Block, ...]


def read_page(
    page: str | bytes,
    *,
    url: str | None = None,
    title: str | None = None,
    language: str | None = None,
    source: str = "",
    content_type: str | None = None,
) -> Article:
    """Read a whole page as an article. What is given (title, language) goes before what the page says."""
    return page_article(
        open_page(page, url=url, content_type=content_type), title=title, language=language, source=source
    )


def page_article(page: Page, *, title: str | None = None, language: str | None = None, source: str = "") -> Article:
    """Cut a page that was opened into zones."""
    facts = page.facts
    spoken = language or detect("\n".join(block.text for block in page.blocks if block.zone is None)) or facts.language
    return read_blocks(
        page.blocks, title=title or facts.title, language=spoken, url=facts.url, source=source, authors=facts.authors,
        published=facts.published,
    )  # fmt: skip


def page_item(page: str | bytes, *, url: str | None = None, content_type: str | None = None) -> Item:
    """Give a page as an item: the page itself as `html`, and what it says about itself."""
    text = page if isinstance(page, str) else decode(page, content_type)
    tree = parse_html(text)
    if tree is None:
        raise InvalidError("The page is empty; an HTML page with an article is expected")
    facts = page_facts(tree, url)
    known = canonical_url(facts.url) or hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return Item(
        known,
        facts.url,
        facts.title,
        html=text,
        published=facts.published,
        updated=facts.updated,
        authors=facts.authors,
    )


def open_page(page: str | bytes, *, url: str | None = None, content_type: str | None = None) -> Page:
    """Read a page's facts and blocks; InvalidError for a page without any text of its own."""
    tree = parse_html(page if isinstance(page, str) else decode(page, content_type))
    if tree is None:
        raise InvalidError("The page is empty; an HTML page with an article is expected")
    facts = page_facts(tree, web_link(url))
    around = placed_blocks(tree)
    own = _own_paragraphs(tree, around, facts.body)
    blocks = _in_page_order(around, own, facts.title) or [Block(text) for text in own] or [one.block for one in around]
    if not blocks:
        raise InvalidError("The page has no text; an HTML page with an article is expected")
    return Page(facts, tuple(blocks))


def warm_up() -> None:
    """Load what pages are read with, so that children that are forked next have it already."""
    import trafilatura  # noqa: F401  # 0.3 s


def _own_paragraphs(tree: html.HtmlElement, around: Sequence[Placed], said: str | None) -> list[str]:
    """Give the paragraphs that are the article's own: as trafilatura finds them, unless the page knows better.

    `said` is the text that the page gives of itself in JSON-LD. It is taken where it holds what was found and much
    more; where next to nothing was found, the fullest of what other ways find is taken.
    """
    if not _is_usual(tree):
        return densest(around)  # trafilatura takes 3 s for 50,000 elements, and 60 s for tables 2,000 deep
    found = _by_trafilatura(tree)
    length = _length(found)
    if said is not None and len(said) > max(_TOO_LITTLE, 1.5 * length) and _holds(said, found):
        return _lines(said)
    if length >= _TOO_LITTLE:
        return found
    others = [found, _by_trafilatura(tree, favor_recall=True), densest(around)]
    return max(others, key=_length)


def _is_usual(tree: html.HtmlElement) -> bool:
    """Say whether a page is no larger and no deeper than pages are."""
    depth = 0
    for number, (event, _) in enumerate(etree.iterwalk(tree, events=("start", "end"))):
        depth += 1 if event == "start" else -1
        if depth > _DEEPEST or number > 2 * _MOST_ELEMENTS:
            return False
    return True


def _by_trafilatura(tree: html.HtmlElement, *, favor_recall: bool = False) -> list[str]:
    """Give what trafilatura takes for the article's own. It changes the tree it gets: a copy."""
    import trafilatura  # takes 0.3 s and 6 MiB, which only those who read pages should pay

    try:
        found = trafilatura.bare_extraction(
            deepcopy(tree), fast=True, include_comments=False, include_tables=True, with_metadata=False,
            favor_recall=favor_recall,
        )  # fmt: skip
    except (RecursionError, ValueError, TypeError, AttributeError, AssertionError, KeyError, IndexError):
        return []  # a page that trafilatura stumbles over is read in other ways
    return _lines(getattr(found, "text", None) or "")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _length(lines: Sequence[str]) -> int:
    return sum(map(len, lines))


def _holds(text: str, lines: Sequence[str]) -> bool:
    whole = " ".join(text.split())
    held = sum(len(line) for line in lines if " ".join(line.split())[:80] in whole)
    return held * 3 >= _length(lines) * 2


def _in_page_order(around: Sequence[Placed], own: Sequence[str], title: str | None) -> list[Block]:
    """Give the page's blocks that are the article's own, with the captions and teasers between them."""
    ours = own_blocks(around, own, title)
    if not ours:
        return []
    kept = sorted(ours.union(kept_zones(around, ours)))
    return [_as_own(around[number]) if number in ours else around[number].block for number in kept]


def _as_own(placed: Placed) -> Block:
    """A heading of the article's own is no teaser for being a link; another paragraph that is one link is."""
    return replace(placed.block, zone=None) if placed.block.heading and not placed.named else placed.block
