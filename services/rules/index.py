"""Where rules wait for an article: under the rarest feature that they need, then under a second.

    key → second → what remains to be tested

The first two decide most: of the rules under a key that an article has, nearly all lack the second. `ALWAYS` is the
second of a rule that needs one feature only. The same branch always finds the same places, so that nothing is searched
for when it is taken out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, TypeAlias

from services.rules.rarity import Rarity
from services.rules.required import Branch
from services.rules.runs import Clause, Feature, is_pair, pairs
from services.rules.vocabulary import BARRIER

ALWAYS = BARRIER
"""A number that every document is given."""

_WIDEST_SECOND = 4  # a clause of more features is tested at the end: it would cost an entry for each

_FLAT = 3

Rest: TypeAlias = tuple[str, tuple[Feature, ...], tuple[Clause, ...], Clause, bool]
"""A rule, features that it needs, clauses, bars, and whether it then holds or has to be evaluated."""
Waiting: TypeAlias = str | tuple[Any, ...]
"""What remains of a branch to be tested: a rule's id if nothing does; a rule and the features that it needs if that
decides; else a `Rest`. A rule costs a hundred bytes less for this, and is tested faster."""
Waitings: TypeAlias = Waiting | list[Waiting]
Entry: TypeAlias = tuple[Any, ...] | dict[int, Waitings]
"""Seconds, each followed by what waits under it: up to three in a tuple, which takes a third of a table's memory.

Nothing for a pair that is no key but asked for elsewhere."""


class Index:
    """Branches of rules by two features that they need."""

    __slots__ = ("_rarity", "entries")

    def __init__(self, rarity: Rarity, entries: dict[int, Entry] | None = None) -> None:
        self._rarity = rarity
        self.entries: dict[int, Entry] = {} if entries is None else entries

    def put(self, rule: str, branch: Branch) -> None:
        """Let a branch wait. It has a clause. Its pairs become known: of an article only known pairs are looked at."""
        for key, second, waiting in self._places(rule, branch):
            self.entries[key] = _with(self.entries.get(key, ()), second, waiting)
            if is_pair(second):
                self.entries.setdefault(second, ())
        for clause in (*branch.clauses, branch.bars):
            for feature in clause:
                if isinstance(feature, int) and is_pair(feature):
                    self.entries.setdefault(feature, ())

    def take(self, rule: str, branch: Branch) -> None:
        """Take a branch out again."""
        for key, second, waiting in self._places(rule, branch):
            left = _without(self.entries.get(key, ()), second, waiting)
            if left or is_pair(key):
                self.entries[key] = left
            else:
                self.entries.pop(key, None)

    def _places(self, rule: str, branch: Branch) -> Iterator[tuple[int, int, Waiting]]:
        """Give each key and second under which a branch waits, and what then remains of it."""
        clauses = branch.clauses
        first, *others = sorted(clauses, key=self._rarity.of_clause) if len(clauses) > 1 else clauses
        for feature in first:
            clues = self._clues(feature)
            rest = others if isinstance(feature, int) else [*others, (feature,)]
            for second, left in self._seconds(rest, clues[1:]):
                yield clues[0], second, _remaining(rule, left, branch)

    def _seconds(self, clauses: Sequence[Clause], own: Sequence[int]) -> Iterator[tuple[int, Sequence[Clause]]]:
        """Give the second features, each with the clauses that are left; `own` are further clues of the key's run."""
        if len(clauses) > bool(own) and len(clauses[0]) <= _WIDEST_SECOND:
            for feature in clauses[0]:
                left = clauses[1:] if isinstance(feature, int) else [*clauses[1:], (feature,)]
                yield self._clues(feature)[0], left
        else:
            yield own[0] if own else ALWAYS, clauses

    def _clues(self, feature: Feature) -> Sequence[int]:
        """Give what an article has of a feature at first sight, the rarest first: of a run its pairs."""
        if isinstance(feature, int):
            return (feature,)
        return sorted(set(pairs(feature)), key=self._rarity.of)


def _remaining(rule: str, clauses: Sequence[Clause], branch: Branch) -> Waiting:
    needs = tuple(clause[0] for clause in clauses if len(clause) == 1)
    either = tuple(clause for clause in clauses if len(clause) > 1)
    if either or branch.bars or not branch.decided:
        return rule, needs, either, branch.bars, branch.decided
    return (rule, *needs) if needs else rule


def _with(entry: Entry, second: int, waiting: Waiting) -> Entry:
    if not entry:
        return second, waiting
    table = _table(entry)
    there = table.get(second)
    if there is None:
        table[second] = waiting
    elif isinstance(there, list):
        there.append(waiting)
    else:
        table[second] = [there, waiting]
    return _entry(table)


def _without(entry: Entry, second: int, waiting: Waiting) -> Entry:
    if not entry:
        return entry
    table = _table(entry)
    there = table.get(second)
    if isinstance(there, list):
        left = [other for other in there if other != waiting]
        left += [waiting] * (len(there) - len(left) - 1)  # a rule may wait twice in one place
        table[second] = left if len(left) > 1 else left[0]
    elif there == waiting:
        del table[second]
    return _entry(table)


def _table(entry: Entry) -> dict[int, Waitings]:
    return entry if isinstance(entry, dict) else dict(zip(entry[::2], entry[1::2], strict=True))


def _entry(table: dict[int, Waitings]) -> Entry:
    return table if len(table) > _FLAT else tuple(chain.from_iterable(table.items()))
