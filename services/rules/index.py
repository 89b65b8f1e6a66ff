"""Where rules wait for an article, at their spots.

    key → postings, eight bytes each: second, slot        slot → what remains to be tested

Of the rules under a key that an article has, nearly all lack the second. Postings are bytes and no objects, since what
matching costs is the memory that it has to touch. A key of very many postings has a table by second instead, in the
slot of its only posting.

The first rules wait under words only: as long as no rule waits under a pair, an article's pairs need not be looked at.
"""

from __future__ import annotations

from struct import Struct
from typing import Any, TypeAlias

from services.rules.rarity import Rarity
from services.rules.required import Branch
from services.rules.runs import is_pair
from services.rules.spots import ALWAYS, Waiting, spots
from services.rules.vocabulary import FIRST

_POSTING = Struct("=II")
_SLOT = Struct("=I")
_SPOT = Struct("=QII")
_LONGEST = 128 * _POSTING.size  # a table costs a microsecond to look through, a posting a twentieth of that

Table: TypeAlias = dict[int, bytes]
"""Slots by second, four bytes each."""
IndexState: TypeAlias = tuple[list[bytes], dict[int, bytes], list[Any], list[int]]


class Index:
    """Branches of rules by two features that they need.

    `rows` are the postings by word or fact, `pairs` those by pair, with an empty row for a pair that is asked for but
    is no key: of an article's pairs only these are looked at. There are none until `put` is `paired`.
    """

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

    def put(self, rule: str, branch: Branch, *, paired: bool) -> bytes:
        """Let a branch wait, which has a clause; give its spots, for `take`. `paired`: phrases may wait under pairs."""
        slots: dict[Waiting, int] = {}
        taken = b""
        for key, second, waiting in spots(rule, branch, self._rarity, paired=paired):
            slot = slots.get(waiting)
            if slot is None:
                slot = slots[waiting] = self._hold(waiting)
            self._append(key, second, slot)
            taken += _SPOT.pack(key, second, slot)
        if paired:
            for clause in (*branch.clauses, branch.bars):
                for feature in clause:
                    if isinstance(feature, int) and is_pair(feature):
                        self.pairs.setdefault(feature, b"")
        return taken

    def take(self, taken: bytes) -> None:
        """Take out what `put` let wait at these spots."""
        slots = set()
        for key, second, slot in _SPOT.iter_unpack(taken):
            self._drop(key, second, slot)
            slots.add(slot)
        for slot in slots:
            self._release(slot)

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
        if key >= len(self.rows):
            self.reach(key)
        return self.rows[key]

    def _set(self, key: int, row: bytes) -> None:
        if is_pair(key):
            self.pairs[key] = row
        else:
            self.rows[key] = row

    def _table(self, row: bytes) -> Table | None:
        if len(row) != _POSTING.size:
            return None
        held = self.slots[_POSTING.unpack(row)[1]]
        return held if type(held) is dict else None

    def _append(self, key: int, second: int, slot: int) -> None:
        row = self._row(key)
        if len(row) == _POSTING.size:
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

    def _drop(self, key: int, second: int, slot: int) -> None:
        row = self._row(key)
        table = self._table(row)
        if table is None:
            self._set(key, _without(row, _POSTING.pack(second, slot)))
            return
        slots = _without(table.get(second, b""), _SLOT.pack(slot))
        if slots:
            table[second] = slots
        else:
            table.pop(second, None)
        if not table:
            self._set(key, b"")
            self._release(_POSTING.unpack(row)[1])


def _without(row: bytes, one: bytes) -> bytes:
    """Leave out one of equally long parts."""
    size, at = len(one), row.find(one)
    while at > 0 and at % size:  # a find that begins within a part is none
        at = row.find(one, at + 1)
    return row if at < 0 else row[:at] + row[at + size :]
