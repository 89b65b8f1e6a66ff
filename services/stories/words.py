"""A text as its words in order, cut once: what terms, runs and facts are counted from."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.text import cut

PAUSE, STOP_SIGN = 1, 2
_SENTENCE_ENDS = ".!?"
_PAUSES = ",;:)"
_QUOTES = "\"”’'"
_MEMORY = 1 << 16  # chunks remembered before starting anew: news repeats its chunks
_LONGEST = 64
_HEADLINE_CAPITALS = 0.6
"""A text with more capitals than this share of its words Writes Every Word So, and they say nothing of names."""


_Word = tuple[str, bool, int]
_chunks: dict[str, tuple[_Word, ...]] = {}


@dataclass(frozen=True, slots=True)
class Words:
    """Folded words; whether each begins with a capital; what stands behind it: nothing (0), `PAUSE`, `STOP_SIGN`."""

    folded: list[str] = field(default_factory=list)
    capital: list[bool] = field(default_factory=list)
    behind: list[int] = field(default_factory=list)


def read(text: str, most: int) -> Words:
    """Cut the first `most` chunks of a text into words."""
    found: list[_Word] = []
    for chunk in text.split(None, most)[:most]:
        words = _chunks.get(chunk)
        if words is None:
            words = _cut(chunk)
        if words:
            found += words
        elif found:  # a chunk of signs only stands behind the word before it
            folded, capital, behind = found[-1]
            found[-1] = (folded, capital, max(behind, _behind(chunk)))
    if not found:
        return Words()
    columns = zip(*found, strict=True)
    read = Words(*map(list, columns))
    if sum(read.capital) > _HEADLINE_CAPITALS * len(read.capital):
        read.capital[:] = [False] * len(read.capital)
    return read


def _cut(chunk: str) -> tuple[_Word, ...]:
    behind = _behind(chunk)
    cuts = cut(chunk)
    last = len(cuts) - 1
    words = tuple(
        (word, exact[:1].isupper(), behind if at == last else 0) for at, (_, _, word, exact) in enumerate(cuts)
    )
    if len(chunk) <= _LONGEST:
        if len(_chunks) >= _MEMORY:
            _chunks.clear()
        _chunks[chunk] = words
    return words


def _behind(chunk: str) -> int:
    last = chunk[-1]
    if last.isalnum():
        return 0
    if last in _QUOTES:
        last = chunk.rstrip(_QUOTES)[-1:]
        return STOP_SIGN if last and last in _SENTENCE_ENDS else PAUSE
    if last in _SENTENCE_ENDS:
        return STOP_SIGN
    return PAUSE if last in _PAUSES else 0
