"""A text as its words in order, cut once: what terms, runs and facts are counted from."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

from services.text import cut

PAUSE, STOP_SIGN = 1, 2
_SENTENCE_ENDS = ".!?"
_PAUSES = ",;:)"
_QUOTES = "\"”’'"
_HEADLINE_CAPITALS = 0.6
"""A text with more capitals than this share of its words Writes Every Word So, and they say nothing of names."""


@dataclass(frozen=True, slots=True)
class Words:
    """Folded words; whether each begins with a capital; what stands behind it: nothing (0), `PAUSE`, `STOP_SIGN`."""

    folded: list[str] = field(default_factory=list)
    capital: list[bool] = field(default_factory=list)
    behind: list[int] = field(default_factory=list)


def read(text: str, most: int) -> Words:
    """Cut the first `most` chunks of a text into words."""
    found = Words()
    folded, capital, behind = found.folded, found.capital, found.behind
    for chunk in islice(text.split(), most):
        for _, _, word, exact in cut(chunk):
            folded.append(word)
            capital.append(exact[:1].isupper())
            behind.append(0)
        if behind and not chunk[-1].isalnum():
            behind[-1] = max(behind[-1], _behind(chunk))
    if sum(capital) > _HEADLINE_CAPITALS * len(capital):
        capital[:] = [False] * len(capital)
    return found


def _behind(chunk: str) -> int:
    last = chunk[-1]
    if last in _QUOTES:
        last = chunk.rstrip(_QUOTES)[-1:]
        return STOP_SIGN if last and last in _SENTENCE_ENDS else PAUSE
    if last in _SENTENCE_ENDS:
        return STOP_SIGN
    return PAUSE if last in _PAUSES else 0
