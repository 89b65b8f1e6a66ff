"""Read an HTML page as an article: its own text by trafilatura, its captions and teasers by their place in the page.

trafilatura says which paragraphs are the article; the page is then walked in its own order, and what stands between
them is kept where the markup names it a caption or a teaser. If the walk finds too little of what trafilatura found,
trafilatura's own paragraphs are taken as they are.
"""

from __future__ import annotations

import hashlib
import logging
import re
from copy import deepcopy
from dataclasses import dataclass

from lxml import html

from services.articles.article import Article, Item, Zone
from services.articles.decoding import decode
from services.articles.html_blocks import blocks_of, parse_html
from services.articles.language import detect
from services.articles.page_facts import PageFacts, page_facts
from services.articles.url import canonical_url, web_link
from services.articles.zones import Block, read_blocks
from services.errors import InvalidError

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it warns of every page without text
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

_SIGNS = re.compile(r"[\W_]+")
_SURE = 60  # signs of a paragraph that stands at one place only
_NEAR = 300  # signs that may be missing between one paragraph found and the next
_ENOUGH = 0.9  # of trafilatura's signs must be found in the walk
_MOST_MARKED = 40  # captions and teasers kept


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
    read = open_page(page, url=url, content_type=content_type)
    facts = read.facts
    spoken = language or detect("\n".join(block.text for block in read.blocks if block.zone is None)) or facts.language
    return read_blocks(
        read.blocks, title=title or facts.title, language=spoken, url=facts.url, source=source, authors=facts.authors,
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
    around = blocks_of(tree)
    own = _own_paragraphs(tree)
    blocks = _in_page_order(around, own) or [Block(text) for text in own] or around
    if not blocks:
        raise InvalidError("The page has no text; an HTML page with an article is expected")
    return Page(facts, tuple(blocks))


def warm_up() -> None:
    """Load what pages are read with, so that children that are forked next have it already."""
    import trafilatura  # noqa: F401  # 0.3 s


def _own_paragraphs(tree: html.HtmlElement) -> list[str]:
    """Give the paragraphs that trafilatura takes for the article's own. It changes the tree it gets: a copy."""
    import trafilatura  # takes 0.3 s and 6 MiB, which only those who read pages should pay

    try:
        found = trafilatura.bare_extraction(
            deepcopy(tree), fast=True, include_comments=False, include_tables=True, with_metadata=False
        )
    except (RecursionError, ValueError, TypeError, AttributeError, AssertionError, KeyError, IndexError):
        return []  # a page that trafilatura stumbles over is read as a whole
    text = getattr(found, "text", None) or ""
    return [line.strip() for line in text.split("\n") if line.strip()]


def _in_page_order(around: list[Block], own: list[str]) -> list[Block]:
    """Give the page's blocks that are the article's own, with the captions and teasers between them."""
    signs = _SIGNS.sub("", "".join(own)).casefold()
    kept: list[tuple[int, Block]] = []
    at = found = 0
    for number, block in enumerate(around):
        key = _SIGNS.sub("", block.text).casefold()
        where = signs.find(key, at) if key else -1
        if where >= 0 and (where - at <= _NEAR or len(key) >= _SURE):
            kept.append((number, block))
            at = where + len(key)
            found += len(key)
    if not kept or found < _ENOUGH * len(signs):
        return []
    first, last = kept[0][0], kept[-1][0]
    ours = {number for number, _ in kept}
    marked = [
        (number, block)
        for number, block in enumerate(around)
        if number not in ours and first - 4 <= number <= last + 3 and block.zone in (Zone.CAPTION, Zone.TEASER)
    ]
    return [block for _, block in sorted([*kept, *marked[:_MOST_MARKED]], key=lambda pair: pair[0])]
