"""The hot path: from what an article has to the rules that hold and those that have to be evaluated.

A candidate has its first two features. It is tested for the rest here, so that only what features cannot say is left
to be evaluated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from services.rules.index import ALWAYS, Entry, Rest, Waiting
from services.rules.runs import Clause
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
        for second in has.intersection(entry):
            there = entry[second]
            if type(there) is list:
                waiting += there
            else:
                waiting.append(there)  # type: ignore[arg-type]  # `type() is`, twice as fast, narrows one way only
    return _tested(waiting, traits)


def _tested(waiting: list[Waiting], traits: Traits) -> Found:
    sure: set[str] = set()
    unsure: set[str] = set()
    has = traits.has
    for one in waiting:
        if type(one) is str:
            sure.add(one)
            continue
        rule, needs, either, bars, decided = cast("Rest", one)
        for feature in needs:
            if feature not in has and (type(feature) is int or not traits.has_run(cast("bytes", feature))):
                break
        else:
            if (not either or _has_each(either, traits)) and (not bars or not _is_barred(bars, traits)):
                (sure if decided else unsure).add(rule)
    if not traits.exact:
        return Found(set(), sure | unsure, len(waiting))
    return Found(sure, unsure - sure, len(waiting))


def _has_each(clauses: tuple[Clause, ...], traits: Traits) -> bool:
    return all(not traits.has.isdisjoint(clause) or _has_run_of(clause, traits) for clause in clauses)


def _is_barred(bars: Clause, traits: Traits) -> bool:
    return traits.exact and (not traits.has.isdisjoint(bars) or _has_run_of(bars, traits))


def _has_run_of(clause: Clause, traits: Traits) -> bool:
    return any(traits.has_run(feature) for feature in clause if isinstance(feature, bytes))
