"""Whether a new text of a story already told is a correction, an update, or nothing new to the reader."""

from __future__ import annotations

import re
from enum import StrEnum

from services.articles.article import Article, Zone
from services.text import cut, sentences

MATERIAL = 0.2
"""An update is material when so much of its words stands in sentences that were not there before."""

_CORRECTS = re.compile(
    r"^\W*(?:corrections?|clarification|corrected|editor[’']s note)\b|"
    r"\b(?:an earlier|a previous) version of this (?:article|story|report|post)\b|"
    r"\bthis (?:article|story|report|post) has been corrected\b",
    re.IGNORECASE,
)


class Change(StrEnum):
    """What a later text does to an earlier one."""

    CORRECTION = "correction"
    UPDATE = "update"
    NONE = "none"


def change(before: Article, after: Article) -> Change:
    """Compare two texts of one story. One whose text was let go (retention) says nothing new."""
    if not before.text:
        return Change.NONE
    if _says_correction(after) and not _says_correction(before):
        return Change.CORRECTION
    if _says_correction(after) and _correction_lines(after) != _correction_lines(before):
        return Change.CORRECTION
    known = _told(before)
    fresh = [line for line in _told(after) if line not in known]
    total = sum(len(line) for line in _told(after)) or 1
    return Change.UPDATE if sum(len(line) for line in fresh) / total >= MATERIAL else Change.NONE


def _says_correction(article: Article) -> bool:
    return bool(_correction_lines(article))


def _correction_lines(article: Article) -> list[str]:
    texts = [article.title or "", *(article.text[p.start : p.end] for p in article.passages)]
    return [" ".join(text.split()) for text in texts if _CORRECTS.search(text)]


def _told(article: Article) -> list[tuple[str, ...]]:
    """Give the sentences of lead and body as folded words."""
    spans = (p for p in article.passages if p.zone in (Zone.LEAD, Zone.BODY))
    lines = (article.text[low:high] for p in spans for low, high in sentences(article.text, p.start, p.end))
    return [tuple(word for _, _, word, _ in cut(line)) for line in lines]
