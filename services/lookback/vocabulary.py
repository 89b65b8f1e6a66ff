"""Which of a bundle's articles have which words: a sorted table in one run of bytes, searched as it lies there.

    head | where each key ends | where each posting ends | keys | postings

A key is one letter for where the word stands, and the word. A posting says which articles have it: fewer than 32 as one
byte each, more as a bitmap of 32 bytes. A set of articles is a whole number, its bit n being article n, so that AND, OR
and NOT are one machine step for 64 articles.
"""

from __future__ import annotations

import re
import struct
import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

SIZE = 256
"""Articles of a bundle at most: one byte names one."""

_BITMAP = SIZE // 8
_HEAD = struct.Struct("<III")
LONGEST = 400  # bytes of a word


def pack(entries: Mapping[str, bytearray], *, tight: bool = True) -> bytes:
    """Pack the words, each with the numbers of the articles that have it, in order and without repeats.

    No word has more than `LONGEST` bytes. `tight`: compressed, for what is asked seldom.
    """
    keys = sorted((key.encode("utf-8", "surrogatepass"), places) for key, places in entries.items())
    postings = [bytes(places) if len(places) < _BITMAP else _bitmap(places) for _, places in keys]
    key_ends = array("I", accumulate(len(key) for key, _ in keys))
    posting_ends = array("I", accumulate(len(posting) for posting in postings))
    head = _HEAD.pack(int(tight), len(keys), key_ends[-1] if keys else 0)
    ends = _little(key_ends).tobytes() + _little(posting_ends).tobytes()
    body = b"".join([ends, *(key for key, _ in keys), *postings])
    return head + (zlib.compress(body, 6) if tight else body)


class Vocabulary:
    """The words of one bundle in one form."""

    __slots__ = ("_count", "_key_ends", "_keys", "_posting_ends", "_postings", "_ranges")

    def __init__(self, packed: bytes) -> None:
        tight, self._count, length = _HEAD.unpack_from(packed)
        body = zlib.decompress(packed[_HEAD.size :]) if tight else packed[_HEAD.size :]
        half, ends = 4 * self._count, 8 * self._count
        self._key_ends = _numbers(body[:half])
        self._posting_ends = _numbers(body[half:ends])
        self._keys = body[ends : ends + length]
        self._postings = body[ends + length :]
        self._ranges: dict[bytes, range] = {}

    def having(self, word: str) -> int:
        """Give the articles that have the word."""
        key = word.encode("utf-8", "surrogatepass")
        places = self._range(key[:1])
        if not places:
            return 0
        at = places.start + bisect_left(places, key, key=self._key)
        return self._posting(at) if at < places.stop and self._key(at) == key else 0

    def having_any(self, prefix: str, fits: Callable[[str], re.Match[str] | None]) -> int:
        """Give the articles that have a word which begins so and fits; `fits` is asked without the first letter."""
        key = prefix.encode("utf-8", "surrogatepass")
        places = self._range(key[:1])
        at = places.start + bisect_left(places, key, key=self._key)
        found = 0
        while at < places.stop and (word := self._key(at)).startswith(key):
            if fits(word.decode("utf-8", "surrogatepass")[1:]):
                found |= self._posting(at)
            at += 1
        return found

    def _range(self, letter: bytes) -> range:
        """Give the places of the keys that begin with a letter: often none, as most articles have no caption."""
        known = self._ranges.get(letter)
        if known is None:
            everywhere = range(self._count)
            first = bisect_left(everywhere, letter, key=self._key)
            last = bisect_left(everywhere, bytes((letter[0] + 1,)), key=self._key)
            known = self._ranges[letter] = range(first, last)
        return known

    def _key(self, at: int) -> bytes:
        return self._keys[self._key_ends[at - 1] if at else 0 : self._key_ends[at]]

    def _posting(self, at: int) -> int:
        posting = self._postings[self._posting_ends[at - 1] if at else 0 : self._posting_ends[at]]
        if len(posting) == _BITMAP:
            return int.from_bytes(posting, "little")
        found = 0
        for place in posting:
            found |= 1 << place
        return found


def _bitmap(places: bytearray) -> bytes:
    found = 0
    for place in places:
        found |= 1 << place
    return found.to_bytes(_BITMAP, "little")


def _numbers(packed: bytes) -> Sequence[int]:
    if sys.byteorder == "little":
        return memoryview(packed).cast("I")
    found = array("I")
    found.frombytes(packed)
    return _little(found)


def _little(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
