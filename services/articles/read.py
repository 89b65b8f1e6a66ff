"""Understand an item as an article: text or HTML, cut into zones, in its language."""

from __future__ import annotations

from services.articles.article import Article, Item
from services.articles.html_blocks import fragment_blocks, is_page
from services.articles.language import detect, two_letters
from services.articles.page import Page, open_page
from services.articles.page_facts import PageFacts
from services.articles.zones import Block, read_blocks, read_text
from services.errors import InvalidError


def understand(item: Item, *, source: str = "", language: str | None = None) -> Article:
    """Cut an item into zones; InvalidError when there is nothing to read.

    Its language is the item's own, else the text's, else the page's, else `language`, else English.
    """
    if item.html is not None:
        return _from_page(item, _page_of(item.html, item.url), source, language)
    text = item.text or ""
    if not text.strip() and not (item.title or "").strip():
        raise InvalidError("The article has neither text nor title; one of them is expected")
    spoken = two_letters(item.language) or detect(text or item.title or "") or two_letters(language)
    return read_text(
        text,
        title=item.title,
        language=spoken,
        url=item.url,
        source=source,
        authors=item.authors,
        published=item.published,
    )


def _page_of(text: str, url: str | None) -> Page:
    if is_page(text):
        return open_page(text, url=url)
    return Page(PageFacts(), tuple(fragment_blocks(text)))


def _from_page(item: Item, page: Page, source: str, language: str | None) -> Article:
    facts = page.facts
    title = item.title or facts.title
    if not page.blocks and not title:
        raise InvalidError("The page has no text; an HTML page with an article is expected")
    return read_blocks(
        page.blocks,
        title=title,
        language=two_letters(item.language) or detect(_told(page.blocks)) or facts.language or two_letters(language),
        url=item.url or facts.url,
        source=source,
        authors=item.authors or facts.authors,
        published=item.published or facts.published,
    )


def _told(blocks: tuple[Block, ...]) -> str:
    return "\n".join(block.text for block in blocks if block.zone is None)
