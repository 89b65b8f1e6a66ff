"""A document: an article as queries see it. Each zone is analysed once, the same way as a query's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from services.articles.article import Article, Zone
from services.text import Words, analyse

SEARCHED: tuple[Zone, ...] = (Zone.TITLE, Zone.LEAD, Zone.BODY)
"""Where a term without a zone field looks."""


@dataclass(frozen=True, slots=True)
class Document:
    """What an article offers to a query. Offsets of words point into `text`, those of the title's into `title`."""

    text: str
    title: str
    zones: Mapping[Zone, Words]
    language: str
    length: int
    source: str = ""
    site: str = ""
    authors: Sequence[str] = field(default=())

    def shown(self, zone: Zone) -> str:
        """Give the text that the zone's offsets point into."""
        return self.title if zone is Zone.TITLE else self.text


def document(article: Article) -> Document:
    """Analyse an article. `length` counts the words of title, lead and body."""
    spans: dict[Zone, list[tuple[int, int]]] = {}
    for passage in article.passages:
        spans.setdefault(passage.zone, []).append((passage.start, passage.end))
    zones = {zone: analyse(article.text, article.language, at) for zone, at in spans.items()}
    if article.title:
        zones[Zone.TITLE] = analyse(article.title, article.language)
    length = sum(len(zones[zone].folded) for zone in SEARCHED if zone in zones)
    host = (urlsplit(article.url).hostname or "") if article.url else ""
    return Document(
        article.text, article.title or "", zones, article.language, length, article.source, host, tuple(article.authors)
    )
