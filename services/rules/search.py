"""The hot path: from what an article has to the rules that hold and those that have to be evaluated.

A candidate has its first two features. It is tested for the rest here, so that only what features cannot say is left
to be evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from services.rules.index import ALWAYS, Entry
from services.rules.runs import Clause, Feature
from services.rules.traits import Traits


class Found(NamedTuple):
    """Rules that hold, rules that may, and how many were tried."""

    sure: set[str]
    unsure: set[str]
    tried: int


def search(entries: Mapping[int, Entry], traits: Traits) -> Found:
    """Find the rules that an article may match."""
    has = traits.has
    has.add(ALWAYS)
    keys = list(entries.keys() & has)
    near = set(filter(entries.__contains__, traits.near))
    has |= near
    keys += near
    # Any: what waits is told apart by `type() is`, which narrows one way only but is twice as fast as isinstance.
    waiting: list[Any] = []
    wait = waiting.append
    for entry in map(entries.__getitem__, keys):
        if type(entry) is dict:
            for second in has.intersection(entry):
                wait(entry[second])
        elif entry:
            if entry[0] in has:
                wait(entry[1])
            if len(entry) > 2:  # a loop takes longer
                if entry[2] in has:
                    wait(entry[3])
                if len(entry) > 4 and entry[4] in has:
                    wait(entry[5])
    return _tested(waiting, traits)


def _tested(waiting: list[Any], traits: Traits) -> Found:
    """Test what remains of each candidate; several under one second stand in a list and are tested in their turn."""
    sure: set[str] = set()
    unsure: set[str] = set()
    has, hold = traits.has, sure.add
    for rest in waiting:
        if type(rest) is str:
            hold(rest)
        elif type(rest) is list:
            waiting += rest
        elif type(rest[1]) is tuple:
            rule, needs, either, bars, decided = rest
            if _has_all(needs, traits) and _has_each(either, traits) and not _is_barred(bars, traits):
                (sure if decided else unsure).add(rule)
        elif (rest[1] in has and len(rest) == 2) or _has_all(rest[1:], traits):
            hold(rest[0])
    if not traits.exact:
        return Found(set(), sure | unsure, len(waiting))
    return Found(sure, unsure - sure, len(waiting))


def _has_all(features: Iterable[Feature], traits: Traits) -> bool:
    has = traits.has
    for feature in features:  # `all` over a generator takes twice as long
        if feature not in has and not traits.has_run(feature):
            return False
    return True


def _has_each(clauses: tuple[Clause, ...], traits: Traits) -> bool:
    for clause in clauses:  # as above
        if traits.has.isdisjoint(clause) and not any(map(traits.has_run, clause)):
            return False
    return True


def _is_barred(bars: Clause, traits: Traits) -> bool:
    if not bars or not traits.exact:
        return False
    return not traits.has.isdisjoint(bars) or any(map(traits.has_run, bars))
