"""Words that follow each other: two as one number, more as bytes."""

from __future__ import annotations

from collections.abc import Sequence
from struct import pack, unpack, unpack_from
from typing import TypeAlias

Feature: TypeAlias = int | bytes
"""The number of a word, a pair, a wildcard or a fact; or a run of words, four bytes each."""
Clause: TypeAlias = tuple[Feature, ...]

_SHIFT = 32
_LOW = (1 << _SHIFT) - 1


def pair(left: int, right: int) -> int:
    """Number two neighbours, larger than any word's number: what eight packed bytes are, read as one number."""
    return left | right << _SHIFT


def parts(feature: int) -> tuple[int, int]:
    """Give the two words of a pair."""
    return feature & _LOW, feature >> _SHIFT


def is_pair(feature: int) -> bool:
    """Whether a number is that of two neighbours."""
    return feature > _LOW


def pairs(run: bytes) -> Sequence[int]:
    """Give all neighbours in packed words, in no order: read as eight bytes from each even and from each odd place."""
    count = len(run) // 4
    if count < 2:
        return ()
    even, odd = count // 2, (count - 1) // 2
    return unpack_from(f"<{even}Q", run) + unpack_from(f"<{odd}Q", run, 4)


def words(run: Feature) -> Sequence[int]:
    """Give the words of a pair or a longer run, in order."""
    if isinstance(run, int):
        return parts(run)
    return unpack(f"<{len(run) // 4}I", run)


def packed(numbers: Sequence[int]) -> bytes:
    """Pack numbers of words, four bytes each, so that a run of them is found as bytes in bytes."""
    return pack(f"<{len(numbers)}I", *numbers)
