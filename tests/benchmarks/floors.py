"""What stories are compared with in the same run: MinHash, SimHash, and cosines with TF-IDF centroids."""

from __future__ import annotations

import math
import zlib
from collections import Counter, defaultdict

from services.text import cut
from tests.benchmarks.copies import Text

_MASK = (1 << 32) - 1
_PERMUTATIONS = [((2 * n + 1) * 0x9E3779B1 & _MASK, (n * 0x85EBCA6B + 1) & _MASK) for n in range(1, 65)]


def _words(one: Text) -> list[str]:
    return [word for _, _, word, _ in cut(f"{one.title} {one.text}")]


class MinHash:
    """64 permutations of runs of three words; a copy at an estimated Jaccard of 0.5 or more."""

    name = "MinHash"

    def __init__(self) -> None:
        self._known: list[tuple[list[int], str]] = []

    def _of(self, one: Text) -> list[int]:
        words = _words(one)
        runs = {zlib.crc32(" ".join(words[at : at + 3]).encode()) for at in range(max(1, len(words) - 2))}
        return [min((run * a + b) & _MASK for run in runs) for a, b in _PERMUTATIONS]

    def find(self, one: Text) -> str | None:
        """Give the story of the likest article, if it is like enough."""
        mine = self._of(one)
        best = max(((sum(map(int.__eq__, mine, theirs)), story) for theirs, story in self._known), default=(0, ""))
        return best[1] if best[0] >= 32 else None

    def add(self, one: Text, story: str) -> None:
        """Take an article in."""
        self._known.append((self._of(one), story))


class SimHash:
    """64 bits of the words; a copy at 12 bits of difference or fewer."""

    name = "SimHash"

    def __init__(self) -> None:
        self._known: list[tuple[int, str]] = []

    def _of(self, one: Text) -> int:
        bits = [0] * 64
        for word, times in Counter(_words(one)).items():
            seen = zlib.crc32(word.encode()) | zlib.crc32(b"x" + word.encode()) << 32
            for at in range(64):
                bits[at] += times if seen >> at & 1 else -times
        return sum(1 << at for at, value in enumerate(bits) if value > 0)

    def find(self, one: Text) -> str | None:
        """Give the story of the likest article, if it is like enough."""
        mine = self._of(one)
        best = min((((mine ^ theirs).bit_count(), story) for theirs, story in self._known), default=(64, ""))
        return best[1] if best[0] <= 12 else None

    def add(self, one: Text, story: str) -> None:
        """Take an article in."""
        self._known.append((self._of(one), story))


class Centroids:
    """TF-IDF, the frequencies of the whole set known beforehand; the likest centroid at a cosine of `mark` or more."""

    name = "TF-IDF centroid"

    def __init__(self, everything: list[Text], mark: float = 0.22) -> None:
        self._mark, self._all = mark, len(everything)
        self._frequencies = Counter(word for one in everything for word in set(_words(one)))
        self._sums: dict[str, Counter[str]] = defaultdict(Counter)

    def _of(self, one: Text) -> dict[str, float]:
        counted = Counter(_words(one))
        found = {w: (1 + math.log(n)) * math.log(self._all / (self._frequencies[w] or 1)) for w, n in counted.items()}
        length = math.sqrt(sum(value * value for value in found.values())) or 1
        return {word: value / length for word, value in found.items()}

    def find(self, one: Text) -> str | None:
        """Give the story of the likest centroid, if it is like enough."""
        mine, best = self._of(one), (0.0, "")
        for story, total in self._sums.items():
            length = math.sqrt(sum(value * value for value in total.values())) or 1
            best = max(best, (sum(value * total.get(word, 0.0) for word, value in mine.items()) / length, story))
        return best[1] if best[0] >= self._mark else None

    def add(self, one: Text, story: str) -> None:
        """Take an article in."""
        self._sums[story].update(self._of(one))
