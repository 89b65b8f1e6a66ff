"""Patterns with holes, and which words fit them: found once for each word, and remembered."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.rules.vocabulary import words_of

_MEMORY = 1 << 17


class Wildcards(dict[bytes, tuple[int, ...]]):
    """The patterns of all rules in one kind of zone: a token gives the numbers of the patterns that its words fit."""

    __slots__ = ("_heads", "_numbers", "known")

    def __init__(self, numbers: Iterator[int], known: dict[str, int] | None = None) -> None:
        super().__init__()
        self._numbers = numbers
        self.known: dict[str, int] = {}
        # By the letters before the first hole: most words are asked only a few look-ups, not every pattern.
        self._heads: dict[str, list[tuple[re.Pattern[str] | None, int]]] = {}
        for pattern, number in (known or {}).items():
            self._learn(pattern, number)

    def number(self, pattern: str) -> int:
        """Give the number of a pattern. A new one makes what was remembered of words void."""
        number = self.known.get(pattern)
        if number is None:
            number = next(self._numbers)
            self._learn(pattern, number)
            self.clear()
        return number

    def _learn(self, pattern: str, number: int) -> None:
        self.known[pattern] = number
        head = pattern.split("?", 1)[0].rstrip("*")
        simple = pattern == head + "*"
        self._heads.setdefault(head, []).append((None if simple else _compiled(pattern), number))

    def __missing__(self, token: bytes) -> tuple[int, ...]:
        found = tuple(number for word in words_of(token) for number in self.fitting(word[2]))
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
