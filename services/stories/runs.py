"""Which articles a run of words stands in: an open hash table in arrays, eight bytes an entry, for millions of runs.

A dictionary of numbers would take ten times as much. Entries of articles that are gone stay until their shard fills up;
then it is written anew without them, a few milliseconds' work as there are many shards.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable

SHARDS = 64
_SMALLEST = 256
_FULLEST = 0.7
_MIX = 0x9E3779B1
_MASK = 0xFFFFFFFF


class RunTable:
    """Runs and the numbers (from 1) of the articles that they were entered for. A run may have several."""

    def __init__(self, is_live: Callable[[int], bool]) -> None:
        self._is_live = is_live
        self._runs = [array("I", bytes(4 * _SMALLEST)) for _ in range(SHARDS)]
        self._owners = [array("I", bytes(4 * _SMALLEST)) for _ in range(SHARDS)]
        self._used = [0] * SHARDS

    def owners(self, run: int) -> list[int]:
        """Give the articles of a run, also those that are gone by now."""
        mixed = run * _MIX & _MASK
        shard = mixed >> 26
        runs, owners = self._runs[shard], self._owners[shard]
        last = len(owners) - 1
        at, found = mixed & last, []
        while (owner := owners[at]) != 0:
            if runs[at] == run:
                found.append(owner)
            at = (at + 1) & last
        return found

    def add(self, runs: Iterable[int], owner: int) -> None:
        """Enter runs for an article."""
        for run in runs:
            shard = (run * _MIX & _MASK) >> 26
            if self._used[shard] >= _FULLEST * len(self._owners[shard]):
                self._renew(shard)
            _put(self._runs[shard], self._owners[shard], run, owner)
            self._used[shard] += 1

    def _renew(self, shard: int) -> None:
        pairs = [
            (run, owner)
            for run, owner in zip(self._runs[shard], self._owners[shard], strict=True)
            if owner and self._is_live(owner)
        ]
        size = _SMALLEST
        while len(pairs) > size * _FULLEST * 0.75:
            size *= 2
        runs, owners = array("I", bytes(4 * size)), array("I", bytes(4 * size))
        for run, owner in pairs:
            _put(runs, owners, run, owner)
        self._runs[shard], self._owners[shard], self._used[shard] = runs, owners, len(pairs)


def _put(runs: array[int], owners: array[int], run: int, owner: int) -> None:
    last = len(owners) - 1
    at = (run * _MIX & _MASK) & last
    while owners[at]:
        at = (at + 1) & last
    runs[at], owners[at] = run, owner
