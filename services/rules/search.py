"""The hot path: from what an article has to the rules that hold and those that have to be evaluated.

A candidate has its first two features. It is tested for the rest here, so that only what features cannot say is left
to be evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.rules.index import ALWAYS, Entry, Waiting, Waitings
from services.rules.runs import Clause, Feature
from services.rules.traits import Traits


@dataclass(frozen=True, slots=True)
class Found:
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
    waiting: list[Waiting] = []
    for entry in map(entries.__getitem__, keys):
        if type(entry) is tuple:
            if entry and entry[0] in has:
                _append(waiting, entry[1])
        else:
            for second in has.intersection(entry):
                _append(waiting, entry[second])
    return _tested(waiting, traits)


def _tested(waiting: list[Waiting], traits: Traits) -> Found:
    sure: set[str] = set()
    unsure: set[str] = set()
    for rest in waiting:
        if type(rest) is str:
            sure.add(rest)
        elif type(rest[1]) is not tuple:
            if _has_all(rest[1:], traits):
                sure.add(rest[0])
        else:
            rule, needs, either, bars, decided = rest
            if _has_all(needs, traits) and _has_each(either, traits) and not _is_barred(bars, traits):
                (sure if decided else unsure).add(rule)
    if not traits.exact:
        return Found(set(), sure | unsure, len(waiting))
    return Found(sure, unsure - sure, len(waiting))


def _append(waiting: list[Waiting], there: Waitings) -> None:
    if isinstance(there, list):
        waiting += there
    else:
        waiting.append(there)


def _has_all(features: Iterable[Feature], traits: Traits) -> bool:
    has = traits.has
    for feature in features:
        if feature not in has and (type(feature) is int or not traits.has_run(feature)):
            return False
    return True


def _has_each(clauses: tuple[Clause, ...], traits: Traits) -> bool:
    return all(not traits.has.isdisjoint(clause) or _has_run_of(clause, traits) for clause in clauses)


def _is_barred(bars: Clause, traits: Traits) -> bool:
    return bool(bars) and traits.exact and (not traits.has.isdisjoint(bars) or _has_run_of(bars, traits))


def _has_run_of(clause: Clause, traits: Traits) -> bool:
    return any(traits.has_run(feature) for feature in clause if isinstance(feature, bytes))
