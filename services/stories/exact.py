"""Exact copies: the same canonical address, or the same words in lead and body.

An article joins the story of an earlier one that has a key in common. White space, teasers, captions, the dateline and
the headline do not count: wire copies differ in those.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from services.articles.article import Article, Zone
from services.text import cut

WINDOW = timedelta(hours=72)
"""How long after a story's last article another may still join it."""

_FEWEST_WORDS = 12  # shorter texts ("Subscribe to read on") are alike without telling the same


def keys(article: Article, url_canonical: str | None) -> tuple[str, ...]:
    """Give what the article is known by, the address first."""
    found = [f"url:{url_canonical}"] if url_canonical else []
    words = [
        word
        for passage in article.passages
        if passage.zone in (Zone.LEAD, Zone.BODY)
        for chunk in article.text[passage.start : passage.end].split()  # what a chunk gives is remembered
        for _, _, word, _ in cut(chunk)
    ]
    if len(words) >= _FEWEST_WORDS:
        found.append("text:" + hashlib.sha256(" ".join(words).encode()).hexdigest())
    return tuple(found)
