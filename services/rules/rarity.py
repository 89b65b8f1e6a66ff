"""How rare a feature is in news, roughly: what a rule is best kept under."""

from __future__ import annotations

from collections.abc import Sequence

from services.rules.runs import Clause, Feature, is_pair, parts, words

RARE = 0.002
"""A word that is not common stands in about one article of 500."""

_TOGETHER = 1 / 16  # a pair is about sixteen times rarer than its rarest word


class Rarity:
    """The share of articles that have a feature, estimated from those of common words."""

    __slots__ = ("_shares",)

    def __init__(self, shares: Sequence[float]) -> None:
        self._shares = shares

    def of(self, feature: Feature) -> float:
        """Estimate the share of articles that have a feature."""
        if isinstance(feature, bytes):
            return min(map(self._shares.__getitem__, words(feature))) * _TOGETHER
        if not is_pair(feature):
            return self._shares[feature]
        left, right = parts(feature)
        return min(self._shares[left], self._shares[right]) * _TOGETHER

    def of_clause(self, clause: Clause) -> float:
        """Estimate the share of articles that have one of these features."""
        return self.of(clause[0]) if len(clause) == 1 else sum(map(self.of, clause))
