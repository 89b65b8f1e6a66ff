"""Give a page's article as plain text: what it tells itself, without captions, teasers and the page's frame."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from services.articles.article import Article, Zone
from services.articles.page import open_page, page_article
from services.articles.zones import Block
from services.errors import InvalidError

_OWN = (Zone.DATELINE, Zone.LEAD, Zone.BODY)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")


@dataclass(frozen=True, slots=True)
class Extracted:
    """An article out of its page: what the page says of it, and its text with a blank line between paragraphs."""

    article: Article
    text: str


def extract(data: bytes, *, url: str | None = None, content_type: str | None = None) -> Extracted:
    """Extract the article of an HTML page; InvalidError for a page without one.

    Headings before the first paragraph are the page's, not the article's: a title again, a standfirst, a section.
    """
    page = open_page(data, url=url, content_type=content_type)
    article = page_article(replace(page, blocks=_without_head(page.blocks)))
    text = own_text(article)
    if not text:
        raise InvalidError("The page has no text of its own; an HTML page with an article is expected")
    return Extracted(article, text)


def _without_head(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    own = [number for number, block in enumerate(blocks) if block.zone is None and not block.heading]
    if not own:
        return blocks
    return tuple(block for number, block in enumerate(blocks) if number >= own[0] or not block.heading)


def own_text(article: Article) -> str:
    """Give what an article itself tells; what stood in one line stays in one."""
    parts: list[str] = []
    end = None
    for passage in article.passages:
        # An address alone in its line is told by the article, though its words count for no query.
        if passage.zone in _OWN or _ADDRESS.fullmatch(article.text, passage.start, passage.end):
            gap = "" if end is None else article.text[end : passage.start]
            parts += [gap if gap and not gap.strip() and "\n" not in gap else "\n\n" if parts else ""]
            parts += [article.text[passage.start : passage.end]]
            end = passage.end
    return "".join(parts).strip()
