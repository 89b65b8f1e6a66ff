"""The hot path: from what an article has to the rules that hold and those that have to be evaluated.

All postings under what the article has are drawn together and go through C at once; those whose second it has too are
candidates. They are tested for the rest here, so that only what features cannot say is left to be evaluated.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import compress
from operator import itemgetter
from typing import Any, NamedTuple

from services.rules.index import Index
from services.rules.runs import Clause, Feature
from services.rules.spots import ALWAYS
from services.rules.traits import Traits
from services.rules.vocabulary import ABSENT


class Found(NamedTuple):
    """Rules that hold, rules that may, and how many were tried."""

    sure: set[str]
    unsure: set[str]
    tried: int


def search(index: Index, traits: Traits) -> Found:
    """Find the rules that an article may match. The index reaches as far as the numbers of its features."""
    has = traits.has
    has.add(ALWAYS)
    rows = itemgetter(ABSENT, *has)(index.rows)
    near: Sequence[int] = ()
    if index.pairs:
        near = list(filter(index.pairs.__contains__, traits.near()))
        rows += tuple(map(index.pairs.__getitem__, near))
    postings = array("I", b"".join(rows))
    slots = compress(postings[1::2], map(has.__contains__, postings[::2]))
    # Any: what waits is told apart by `type() is`, which narrows one way only but is twice as fast as isinstance.
    waiting: list[Any] = list(map(index.slots.__getitem__, slots))
    return _tested(waiting, index, traits, has.union(near) if near else has)


def _tested(waiting: list[Any], index: Index, traits: Traits, has: set[int]) -> Found:
    """Test what remains of each candidate; those of a table are put at the end and come in their turn."""
    sure: set[str] = set()
    unsure: set[str] = set()
    hold = sure.add
    tables = 0
    for rest in waiting:
        if type(rest) is str:
            hold(rest)
        elif type(rest) is dict:
            tables += 1
            slots = array("I", b"".join(map(rest.__getitem__, rest.keys() & has)))
            waiting += map(index.slots.__getitem__, slots)
        elif type(rest[1]) is tuple:
            rule, needs, either, bars, decided = rest
            if _has_all(needs, has, traits) and _has_each(either, has, traits) and not _is_barred(bars, has, traits):
                (sure if decided else unsure).add(rule)
        elif (rest[1] in has and len(rest) == 2) or _has_all(rest[1:], has, traits):
            hold(rest[0])
    tried = len(waiting) - tables
    if not traits.exact:
        return Found(set(), sure | unsure, tried)
    return Found(sure, unsure - sure, tried)


def _has_all(features: Iterable[Feature], has: set[int], traits: Traits) -> bool:
    for feature in features:  # `all` over a generator takes twice as long
        if feature not in has and not traits.has_run(feature):
            return False
    return True


def _has_each(clauses: tuple[Clause, ...], has: set[int], traits: Traits) -> bool:
    for clause in clauses:  # as above
        if has.isdisjoint(clause) and not any(map(traits.has_run, clause)):
            return False
    return True


def _is_barred(bars: Clause, has: set[int], traits: Traits) -> bool:
    if not bars or not traits.exact:
        return False
    return not has.isdisjoint(bars) or any(map(traits.has_run, bars))
