"""Patterns with holes, and which words fit them: found once for each word, and remembered."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.text import cut

_MEMORY = 1 << 17


class Wildcards(dict[str, tuple[int, ...]]):
    """The patterns of all rules in one kind of zone: a token gives the numbers of the patterns that its words fit."""

    __slots__ = ("_heads", "_known", "_numbers")

    def __init__(self, numbers: Iterator[int]) -> None:
        super().__init__()
        self._numbers = numbers
        self._known: dict[str, int] = {}
        # By the letters before the first hole: most words are asked only a few look-ups, not every pattern.
        self._heads: dict[str, list[tuple[re.Pattern[str] | None, int]]] = {}

    def number(self, pattern: str) -> int:
        """Give the number of a pattern. A new one makes what was remembered of words void."""
        known = self._known.get(pattern)
        if known is None:
            known = self._known[pattern] = next(self._numbers)
            head = pattern.split("?", 1)[0].rstrip("*")
            simple = pattern == head + "*"
            self._heads.setdefault(head, []).append((None if simple else _compiled(pattern), known))
            self.clear()
        return known

    def __missing__(self, token: str) -> tuple[int, ...]:
        found = tuple(number for word in cut(token) for number in self.fitting(word[2]))
        if len(self) > _MEMORY:
            self.clear()
        self[token] = found
        return found

    def fitting(self, word: str) -> list[int]:
        """Give the numbers of the patterns that a folded word fits."""
        return [
            number
            for length in range(len(word) + 1)
            for pattern, number in self._heads.get(word[:length], ())
            if pattern is None or pattern.fullmatch(word)
        ]


def _compiled(pattern: str) -> re.Pattern[str]:
    parts = map(re.escape, pattern.removesuffix("*").split("?"))
    return re.compile(".".join(parts) + (r".*" if pattern.endswith("*") else ""), re.DOTALL)
