"""Where rules wait for an article: under the rarest feature that they need, then under a second.

    key → second → what remains to be tested

The first two decide most: of the rules under a key that an article has, nearly all lack the second. `ALWAYS` is the
second of a rule that needs one feature only. The same branch always finds the same places, so that nothing is searched
for when it is taken out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from services.rules.rarity import Rarity
from services.rules.required import Branch
from services.rules.runs import Clause, Feature, is_pair, pairs
from services.rules.vocabulary import BARRIER

ALWAYS = BARRIER
"""A number that every document is given."""

_WIDEST_SECOND = 4  # a clause of more features is tested at the end: it would cost an entry for each

Rest: TypeAlias = tuple[str, Clause, tuple[Clause, ...], Clause, bool]
"""A rule, features that it needs, clauses, bars, and whether it then holds or has to be evaluated."""
Waiting: TypeAlias = str | Rest
"""What remains of a branch to be tested; a rule's id alone if nothing does."""
Waitings: TypeAlias = Waiting | list[Waiting]
Entry: TypeAlias = dict[int, Waitings]

_NOTHING: Entry = {}  # the entry of a pair that is asked for but no key; all share this one


class Index:
    """Branches of rules by two features that they need."""

    __slots__ = ("_rarity", "entries")

    def __init__(self, rarity: Rarity) -> None:
        self._rarity = rarity
        self.entries: dict[int, Entry] = {}

    def put(self, rule: str, branch: Branch) -> None:
        """Let a branch wait. It has a clause."""
        for key, second, waiting in self._places(rule, branch):
            entry = self.entries.get(key)
            if not entry:
                entry = self.entries[key] = {}
            _put(entry, second, waiting)
            self._note(second)
            if not isinstance(waiting, str):
                for clause in (waiting[1], *waiting[2], waiting[3]):
                    for feature in clause:
                        self._note(feature)

    def take(self, rule: str, branch: Branch) -> None:
        """Take a branch out again."""
        for key, second, waiting in self._places(rule, branch):
            entry = self.entries.get(key, _NOTHING)
            _take(entry, second, waiting)
            if not entry and not is_pair(key):
                self.entries.pop(key, None)
            elif not entry:
                self.entries[key] = _NOTHING

    def _note(self, feature: Feature) -> None:
        """Make a pair known, since of an article's pairs only known ones are looked at."""
        if isinstance(feature, int) and is_pair(feature):
            self.entries.setdefault(feature, _NOTHING)

    def _places(self, rule: str, branch: Branch) -> Iterator[tuple[int, int, Waiting]]:
        """Give each key and second under which a branch waits, and what then remains of it."""
        first, *others = sorted(branch.clauses, key=self._rarity.of_clause)
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
    if not clauses and not branch.bars and branch.decided:
        return rule
    needs = tuple(clause[0] for clause in clauses if len(clause) == 1)
    either = tuple(clause for clause in clauses if len(clause) > 1)
    return rule, needs, either, branch.bars, branch.decided


def _put(entry: Entry, second: int, waiting: Waiting) -> None:
    there = entry.get(second)
    if there is None:
        entry[second] = waiting
    elif isinstance(there, list):
        there.append(waiting)
    else:
        entry[second] = [there, waiting]


def _take(entry: Entry, second: int, waiting: Waiting) -> None:
    there = entry.get(second)
    if isinstance(there, list):
        if waiting in there:
            there.remove(waiting)
        if len(there) == 1:
            entry[second] = there[0]
    elif there == waiting:
        del entry[second]
