"""Under which two features a branch of a rule waits for an article, and what then remains of it to be tested.

The first is the rarest that the branch needs, a word, a fact or a pair of neighbours; the second is a word or a fact,
`ALWAYS` if nothing else is needed. A clause of several features gives a spot for each.

    "sanctuary city" AND (council OR mayor)    →  under the pair beside council, under the pair beside mayor
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from services.rules.rarity import Rarity
from services.rules.required import Branch
from services.rules.runs import Clause, Feature, is_pair, pairs, unpaired, words
from services.rules.vocabulary import BARRIER

ALWAYS = BARRIER
"""A number that every document is given."""

_WIDEST_SECOND = 4  # a clause of more features is tested at the end: it would cost a spot for each

Rest: TypeAlias = tuple[str, tuple[Feature, ...], tuple[Clause, ...], Clause, bool]
"""A rule, features that it needs, clauses, bars, and whether it then holds or has to be evaluated."""
Waiting: TypeAlias = str | tuple[Any, ...]
"""What remains of a branch to be tested: a rule's id if nothing does; a rule and the features that it needs if that
decides; else a `Rest`. A rule costs a hundred bytes less for this, and is tested faster."""
Spot: TypeAlias = tuple[int, int, Waiting]
"""The first feature, the second, and what remains."""


def spots(rule: str, branch: Branch, rarity: Rarity, *, paired: bool) -> Iterator[Spot]:
    """Give all spots of a branch that has a clause. `paired`: its phrases wait under pairs, else under words only."""
    clauses = branch.clauses if paired else tuple(map(unpaired, branch.clauses))
    bars = branch.bars if paired else unpaired(branch.bars)
    first, *others = sorted(clauses, key=rarity.of_clause) if len(clauses) > 1 else clauses
    for feature in first:
        own: Sequence[int] = ()
        if isinstance(feature, int):
            key, rest = feature, others
        else:
            key, own = _of_run(feature, rarity, paired=paired)
            rest = [*others, (feature,)]
        for second, left in _seconds(rest, own, rarity):
            yield key, second, _remaining(rule, left, bars, decided=branch.decided)


def _of_run(run: bytes, rarity: Rarity, *, paired: bool) -> tuple[int, Sequence[int]]:
    """Give the rarest pair or word of a run, and its other words, the rarest first."""
    known = set(words(run))
    key = min(pairs(words(run)) if paired else known, key=rarity.of)
    return key, sorted(known.difference(words(key) if paired else (key,)), key=rarity.of)


def _seconds(clauses: Sequence[Clause], own: Sequence[int], rarity: Rarity) -> Iterator[tuple[int, Sequence[Clause]]]:
    """Give the second features, each with the clauses that are left; `own` are further words of the key's run."""
    if not clauses or len(clauses[0]) > _WIDEST_SECOND or (own and len(clauses) == 1):
        yield own[0] if own else ALWAYS, clauses
        return
    for feature in clauses[0]:
        if isinstance(feature, int) and not is_pair(feature):
            yield feature, clauses[1:]
        else:
            yield min(words(feature), key=rarity.of), [*clauses[1:], (feature,)]


def _remaining(rule: str, clauses: Sequence[Clause], bars: Clause, *, decided: bool) -> Waiting:
    needs = tuple(clause[0] for clause in clauses if len(clause) == 1)
    either = tuple(clause for clause in clauses if len(clause) > 1)
    if either or bars or not decided:
        return rule, needs, either, bars, decided
    return (rule, *needs) if needs else rule
