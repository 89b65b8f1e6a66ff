"""Words that follow each other: two as one number, more as bytes."""

from __future__ import annotations

from collections.abc import Sequence
from struct import pack, unpack
from typing import TypeAlias

Feature: TypeAlias = int | bytes
"""The number of a word, a pair, a wildcard or a fact; or a run of words, four bytes each."""
Clause: TypeAlias = tuple[Feature, ...]

_FACTOR = 0x2545F491
"""Larger than any word's number. Not a power of two: in a table of pairs all neighbours of a word would meet."""
_LANE = 64


def pair(left: int, right: int) -> int:
    """Number two neighbours, larger than any word's number."""
    return left + right * _FACTOR


def parts(feature: int) -> tuple[int, int]:
    """Give the two words of a pair."""
    right, left = divmod(feature, _FACTOR)
    return left, right


def is_pair(feature: int) -> bool:
    """Whether a number is that of two neighbours."""
    return feature >= _FACTOR


def pairs(numbers: Sequence[int]) -> Sequence[int]:
    """Give all neighbours in order: all words are one large number, to which it is added moved by one word, times."""
    count = len(numbers) - 1
    if count < 1:
        return ()
    run = int.from_bytes(pack(f"<{count + 1}Q", *numbers), "little")
    moved = run >> _LANE
    return unpack(f"<{count}Q", (run + moved * _FACTOR).to_bytes(8 * count + 8, "little")[: 8 * count])


def words(run: Feature) -> Sequence[int]:
    """Give the words of a pair or a longer run, in order."""
    if isinstance(run, int):
        return parts(run)
    return unpack(f"<{len(run) // 4}I", run)


def unpaired(clause: Clause) -> Clause:
    """Write pairs as runs."""
    if len(clause) == 1:
        one = clause[0]
        return (packed(parts(one)),) if type(one) is int and one >= _FACTOR else clause
    return tuple(packed(parts(one)) if isinstance(one, int) and is_pair(one) else one for one in clause)


def packed(numbers: Sequence[int]) -> bytes:
    """Pack numbers of words, four bytes each, so that a run of them is found as bytes in bytes."""
    return pack(f"<{len(numbers)}I", *numbers)
