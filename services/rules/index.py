"""Where rules wait for an article: under the rarest feature that they need, beside a second one.

    key → postings, eight bytes each: second, slot        slot → what remains to be tested

The key is a word, a fact or a pair of neighbours; the second is a word or a fact, `ALWAYS` if nothing else is needed.
These two decide most: of the rules under a key that an article has, nearly all lack the second. Postings are bytes and
no objects, since what matching costs is the memory that it has to touch. A key of very many postings has a table by
second instead, in the slot of its only posting.

The first rules wait under words only: as long as no rule waits under a pair, an article's pairs need not be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from struct import Struct
from typing import Any, TypeAlias

from services.rules.rarity import Rarity
from services.rules.required import Branch
from services.rules.runs import Clause, Feature, is_pair, pairs, words
from services.rules.vocabulary import BARRIER, FIRST

ALWAYS = BARRIER
"""A number that every document is given."""

_WIDEST_SECOND = 4  # a clause of more features is tested at the end: it would cost a posting for each
_POSTING = Struct("=II")
_SLOT = Struct("=I")
_LONGEST = 128 * _POSTING.size  # a table costs a microsecond to look through, a posting a twentieth of that

Rest: TypeAlias = tuple[str, tuple[Feature, ...], tuple[Clause, ...], Clause, bool]
"""A rule, features that it needs, clauses, bars, and whether it then holds or has to be evaluated."""
Waiting: TypeAlias = str | tuple[Any, ...]
"""What remains of a branch to be tested: a rule's id if nothing does; a rule and the features that it needs if that
decides; else a `Rest`. A rule costs a hundred bytes less for this, and is tested faster."""
Table: TypeAlias = dict[int, bytes]
"""Slots by second, four bytes each."""
IndexState: TypeAlias = tuple[list[bytes], dict[int, bytes], list[Any], list[int]]


class Index:
    """Branches of rules by two features that they need. `rows` are the postings by word or fact, `pairs` by pair."""

    __slots__ = ("_free", "_rarity", "pairs", "rows", "slots")

    def __init__(self, rarity: Rarity, state: IndexState | None = None) -> None:
        self._rarity = rarity
        self.rows: list[bytes] = [b""] * FIRST
        self.pairs: dict[int, bytes] = {}
        self.slots: list[Any] = []  # Any: `Waiting`, or a `Table`, or `None` where a slot is free
        self._free: list[int] = []
        if state is not None:
            self.rows, self.pairs, self.slots, self._free = state

    def state(self) -> IndexState:
        """Give everything as plain values."""
        return self.rows, self.pairs, self.slots, self._free

    def reach(self, last: int) -> None:
        """Make room for features up to this number."""
        if len(self.rows) <= last:
            self.rows += [b""] * (last + 1 - len(self.rows))

    def put(self, rule: str, branch: Branch, *, paired: bool) -> None:
        """Let a branch wait. It has a clause. `paired`: its phrases may wait under a pair."""
        slots: dict[Waiting, int] = {}
        for key, second, waiting in self._places(rule, branch, paired=paired):
            slot = slots.get(waiting)
            if slot is None:
                slot = slots[waiting] = self._hold(waiting)
            self._append(key, second, slot)

    def take(self, rule: str, branch: Branch) -> None:
        """Take a branch out again; whether it waits under pairs is found out."""
        found = self._found(rule, branch, paired=bool(self.pairs)) or self._found(rule, branch, paired=False)
        for key, second, slot in found:
            self._drop(key, second, slot)
        for slot in {slot for _, _, slot in found}:
            self._release(slot)

    def _found(self, rule: str, branch: Branch, *, paired: bool) -> list[tuple[int, int, int]]:
        """Give key, second and slot of each place where a branch waits; nothing if it is missing at any of them."""
        slots: dict[Waiting, int] = {}
        found = []
        for key, second, waiting in self._places(rule, branch, paired=paired):
            there = self._under(key, second)
            slot = slots.get(waiting)
            if slot is None:
                slot = next((one for one in there if self.slots[one] == waiting), None)
            if slot not in there:
                return []
            slots[waiting] = slot
            found.append((key, second, slot))
        return found

    # ---- what a branch becomes ----

    def _places(self, rule: str, branch: Branch, *, paired: bool) -> Iterator[tuple[int, int, Waiting]]:
        """Give each key and second under which a branch waits, and what then remains of it."""
        clauses = branch.clauses
        first, *others = sorted(clauses, key=self._rarity.of_clause) if len(clauses) > 1 else clauses
        for feature in first:
            own: Sequence[int] = ()
            rest = others
            if isinstance(feature, int) and not is_pair(feature):
                key = feature
            else:
                key, own = self._clues(feature, paired=paired)
                if key != feature:
                    rest = [*others, (feature,)]
            for second, left in self._seconds(rest, own):
                yield key, second, _remaining(rule, left, branch)

    def _clues(self, run: Feature, *, paired: bool) -> tuple[int, Sequence[int]]:
        """Give the rarest pair or word of a run, and its other words, the rarest first."""
        rarity = self._rarity.of
        if not paired:
            key, *others = sorted(set(words(run)), key=rarity)
            return key, others
        key = run if isinstance(run, int) else min(pairs(run), key=rarity)
        return key, sorted(set(words(run)).difference(words(key)), key=rarity)

    def _seconds(self, clauses: Sequence[Clause], own: Sequence[int]) -> Iterator[tuple[int, Sequence[Clause]]]:
        """Give the second features, each with the clauses that are left; `own` are further words of the key's run."""
        if not clauses or len(clauses[0]) > _WIDEST_SECOND or (own and len(clauses) == 1):
            yield own[0] if own else ALWAYS, clauses
            return
        for feature in clauses[0]:
            if isinstance(feature, int) and not is_pair(feature):
                yield feature, clauses[1:]
            else:
                yield min(words(feature), key=self._rarity.of), [*clauses[1:], (feature,)]

    # ---- postings ----

    def _hold(self, waiting: Waiting | Table) -> int:
        if self._free:
            slot = self._free.pop()
            self.slots[slot] = waiting
            return slot
        self.slots.append(waiting)
        return len(self.slots) - 1

    def _release(self, slot: int) -> None:
        self.slots[slot] = None
        self._free.append(slot)

    def _row(self, key: int) -> bytes:
        if is_pair(key):
            return self.pairs.get(key, b"")
        self.reach(key)
        return self.rows[key]

    def _set(self, key: int, row: bytes) -> None:
        if not is_pair(key):
            self.rows[key] = row
        elif row:
            self.pairs[key] = row
        else:
            self.pairs.pop(key, None)

    def _table(self, row: bytes) -> Table | None:
        if len(row) != _POSTING.size:
            return None
        held = self.slots[_POSTING.unpack(row)[1]]
        return held if type(held) is dict else None

    def _append(self, key: int, second: int, slot: int) -> None:
        row = self._row(key)
        table = self._table(row)
        if table is not None:
            table[second] = table.get(second, b"") + _SLOT.pack(slot)
            return
        row += _POSTING.pack(second, slot)
        if len(row) > _LONGEST:
            table = {}
            for one, its in _POSTING.iter_unpack(row):
                table[one] = table.get(one, b"") + _SLOT.pack(its)
            row = _POSTING.pack(ALWAYS, self._hold(table))
        self._set(key, row)

    def _under(self, key: int, second: int) -> list[int]:
        """Give the slots under a key and a second."""
        row = self._row(key)
        table = self._table(row)
        if table is not None:
            return [slot for (slot,) in _SLOT.iter_unpack(table.get(second, b""))]
        return [slot for one, slot in _POSTING.iter_unpack(row) if one == second]

    def _drop(self, key: int, second: int, slot: int) -> None:
        row = self._row(key)
        table = self._table(row)
        if table is None:
            left = [one for one in _POSTING.iter_unpack(row) if one != (second, slot)]
            self._set(key, b"".join(_POSTING.pack(*one) for one in left))
            return
        slots = [one for (one,) in _SLOT.iter_unpack(table.get(second, b"")) if one != slot]
        if slots:
            table[second] = b"".join(map(_SLOT.pack, slots))
        else:
            table.pop(second, None)
        if not table:
            self._set(key, b"")
            self._release(_POSTING.unpack(row)[1])


def _remaining(rule: str, clauses: Sequence[Clause], branch: Branch) -> Waiting:
    needs = tuple(clause[0] for clause in clauses if len(clause) == 1)
    either = tuple(clause for clause in clauses if len(clause) > 1)
    if either or branch.bars or not branch.decided:
        return rule, needs, either, branch.bars, branch.decided
    return (rule, *needs) if needs else rule
