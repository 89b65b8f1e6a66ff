"""The words of an article as peers get them: in order, stemmed as ours are, with a gap between title and text.

This is the work that a user of such a system does: cut at white space, look up what each piece gives, put it in order.
"""

from __future__ import annotations

from itertools import chain

from services.articles.article import Article
from services.queries.document import SEARCHED
from services.text import cut, stem

GAP = ""
_GAP_CHUNK = "\x01"


class Stems(dict[str, tuple[str, ...]]):
    """What each piece of a text gives, remembered."""

    def __init__(self) -> None:
        super().__init__()
        self[_GAP_CHUNK] = (GAP,)

    def __missing__(self, chunk: str) -> tuple[str, ...]:
        found = self[chunk] = tuple(stem(word[2], "en") for word in cut(chunk))
        return found

    def of(self, article: Article) -> list[str]:
        """Give the stems of title, lead and body in order; between two zones stands the gap."""
        text = article.text
        parts = [] if not article.title else [article.title, _GAP_CHUNK]
        last = None
        for passage in article.passages:
            if passage.zone in SEARCHED:
                if passage.zone is not last and last is not None:
                    parts.append(_GAP_CHUNK)
                last = passage.zone
                parts.append(text[passage.start : passage.end])
        return list(chain.from_iterable(map(self.__getitem__, " ".join(parts).split())))
