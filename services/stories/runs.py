"""Which articles a run of words stands in: an open hash table in arrays, eight bytes a slot, for millions of runs.

A dictionary of numbers would take ten times as much. Entries of articles that are gone stay until their shard fills up;
then it is written anew without them, a few milliseconds' work as there are many shards.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence

SHARDS = 64
_SMALLEST = 256
_FULLEST = 0.7
_MIX = 0x9E3779B1
_MASK = 0xFFFFFFFF


_MANY = 1 << 31


class RunTable:
    """Runs and the numbers (from 1, below 2³¹) of the articles that they were entered for. A run may have several.

    A slot holds a run and its one article, or, above `_MANY`, where the list of its articles stands in its shard.
    """

    def __init__(self, is_live: Callable[[int], bool]) -> None:
        self._is_live = is_live
        self._runs = [array("I", bytes(4 * _SMALLEST)) for _ in range(SHARDS)]
        self._owners = [array("I", bytes(4 * _SMALLEST)) for _ in range(SHARDS)]
        self._many: list[list[array[int]]] = [[] for _ in range(SHARDS)]
        self._used = [0] * SHARDS

    def look_up(self, runs: Iterable[int]) -> Iterator[tuple[int, Sequence[int]]]:
        """Give those of the runs that are known, with their articles, also those that are gone by now."""
        all_runs, all_owners, many = self._runs, self._owners, self._many
        for run in runs:
            mixed = run * _MIX & _MASK
            shard = mixed >> 26
            known, owners = all_runs[shard], all_owners[shard]
            last = len(owners) - 1
            at = mixed & last
            while owner := owners[at]:
                if known[at] == run:
                    yield run, (owner,) if owner < _MANY else many[shard][owner - _MANY]
                    break
                at = (at + 1) & last

    def add(self, runs: Iterable[int], owner: int) -> None:
        """Enter runs for an article."""
        for run in runs:
            shard = (run * _MIX & _MASK) >> 26
            if self._used[shard] >= _FULLEST * len(self._owners[shard]):
                self._renew(shard)
            runs_here, owners = self._runs[shard], self._owners[shard]
            at = _slot(runs_here, owners, run)
            known = owners[at]
            if known == 0:
                runs_here[at], owners[at] = run, owner
                self._used[shard] += 1
            elif known >= _MANY:
                several = self._many[shard][known - _MANY]
                several[:] = array("I", [*filter(self._is_live, several), owner])
            elif self._is_live(known):
                owners[at] = _MANY + len(self._many[shard])
                self._many[shard].append(array("I", (known, owner)))
            else:
                owners[at] = owner

    def _renew(self, shard: int) -> None:
        many, kept = self._many[shard], []
        for run, owner in zip(self._runs[shard], self._owners[shard], strict=True):
            if owner:
                live = [*filter(self._is_live, many[owner - _MANY] if owner >= _MANY else (owner,))]
                if live:
                    kept.append((run, live))
        size = _SMALLEST
        while len(kept) > size * _FULLEST * 0.75:
            size *= 2
        runs, owners = array("I", bytes(4 * size)), array("I", bytes(4 * size))
        several: list[array[int]] = []
        for run, live in kept:
            at = _slot(runs, owners, run)
            runs[at], owners[at] = run, live[0]
            if len(live) > 1:
                owners[at] = _MANY + len(several)
                several.append(array("I", live))
        self._runs[shard], self._owners[shard] = runs, owners
        self._many[shard], self._used[shard] = several, len(kept)


def _slot(runs: array[int], owners: array[int], run: int) -> int:
    """Give where a run stands, or the empty slot where it belongs."""
    last = len(owners) - 1
    at = (run * _MIX & _MASK) & last
    while owners[at] and runs[at] != run:
        at = (at + 1) & last
    return at
