"""Load a contender with rules: how long it takes and what it takes of memory."""

from __future__ import annotations

import gc
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.bench.contender import Contender
from services.rules.packing import Packer

_STATM = Path("/proc/self/statm")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_LEAST = 20_000  # fewer rules are loaded several times, since memory comes in pages and arenas
_CHUNK = 2000

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Rules:
    """Different rules, packed small so that they take no part in what is measured. The last `spare` come live."""

    packer: Packer
    packed: Sequence[bytes]
    spare: int

    @property
    def count(self) -> int:
        """How many are loaded."""
        return len(self.packed) - self.spare


@dataclass(frozen=True, slots=True)
class Loaded:
    """A contender with its rules. `taken`: those that it can say; `None`: all. `others`: kept for their memory."""

    contender: Contender
    taken: set[int] | None
    load_s: float
    bytes_per_rule: float
    others: Sequence[Contender]


def load(make: Callable[[], Contender], rules: Rules, what: str, progress: Progress) -> Loaded:
    """Load as many copies as it takes to measure memory well, and keep the first."""
    gc.collect()
    before, took = _resident(), 0
    made = [make()]
    copies = min(25, max(1, _LEAST // max(rules.count, 1))) if made[0].size() is None else 1
    left_out: set[int] = set()
    made += [make() for _ in range(copies - 1)]
    for copy, contender in enumerate(made):
        took += _fill(contender, rules, left_out, progress, (what, copy, copies))
    gc.collect()
    held = made[0].size()
    bytes_ = held if held is not None else _resident() - before
    taken = set(range(rules.count)) - left_out if left_out else None
    return Loaded(made[0], taken, took / copies / 1e9, bytes_ / copies / max(rules.count, 1), made[1:])


def _fill(
    contender: Contender, rules: Rules, left_out: set[int], progress: Progress, turn: tuple[str, int, int]
) -> int:
    """Add all rules; `turn`: what this is, which of how many. Give the time that the contender took, ns."""
    took = 0
    what, copy, copies = turn
    for start in range(0, rules.count, _CHUNK):
        stop = min(rules.count, start + _CHUNK)
        trees = [rules.packer.unpack(rules.packed[number]) for number in range(start, stop)]
        began = now(contender)
        for number, tree in zip(range(start, stop), trees, strict=True):
            if not contender.add(number, tree):
                left_out.add(number)
        took += now(contender) - began
        progress(what, (copy + stop / rules.count) / copies)
    began = now(contender)
    contender.settle()
    return took + now(contender) - began


def now(contender: Contender) -> int:
    """Give the processor time of this thread and of what the contender runs elsewhere, ns."""
    return time.thread_time_ns() + contender.clock()


def _resident() -> int:
    """Give the memory that the process has; where the kernel does not say it, the most that it ever had."""
    if _STATM.exists():
        return int(_STATM.read_text().split()[1]) * _PAGE
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
