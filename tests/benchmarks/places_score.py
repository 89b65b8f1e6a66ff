"""Scores of places against gold: states and counties named per article, spans found, spans put within 161 km.

Gold mentions without a point (streets, neighbourhoods, regions that the gold's gazetteer lacks) are no gold here, and a
span found there counts as wrong: the stricter of two readings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import asin, cos, radians, sin, sqrt
from typing import Any

NEAR_KM = 161.0


@dataclass(slots=True)
class Count:
    """Right, wrong and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, found: set[Any], gold: set[Any]) -> None:
        """Compare two sets."""
        self.right += len(found & gold)
        self.wrong += len(found - gold)
        self.missed += len(gold - found)

    @property
    def f1(self) -> float:
        """Give F1."""
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)

    @property
    def precision(self) -> float:
        """Give the share of what was found that is right."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Give the share of the gold that was found."""
        return self.right / max(1, self.right + self.missed)


@dataclass(slots=True)
class Score:
    """All scores of one run."""

    states: Count = field(default_factory=Count)
    counties: Count = field(default_factory=Count)
    spans: Count = field(default_factory=Count)
    near: int = 0

    def add(
        self, gold: Mapping[str, Any], mentions: Iterable[tuple[int, int, float, float]], states: Iterable[str],
        counties: Iterable[str],
    ) -> None:  # fmt: skip
        """Add an article: what was found beside its gold."""
        self.states.add(set(states), set(gold["states"]))
        self.counties.add(set(counties), set(gold["counties"]))
        wanted = {(one["start"], one["end"]): one for one in gold["mentions"] if one.get("lat") is not None}
        found = {(start, end): (lat, lon) for start, end, lat, lon in mentions}
        self.spans.add(set(found), set(wanted))
        for span in found.keys() & wanted.keys():
            one = wanted[span]
            self.near += distance_km(*found[span], one["lat"], one["lon"]) <= NEAR_KM

    @property
    def accuracy(self) -> float:
        """Give the share of found gold spans that were put within 161 km."""
        return self.near / max(1, self.spans.right)

    @property
    def whole(self) -> float:
        """Give F1 of spans found and put within 161 km."""
        spans = self.spans
        return 2 * self.near / max(1, 2 * spans.right + spans.wrong + spans.missed)

    def row(self) -> dict[str, float]:
        """Give the figures of the table."""
        return {"states": round(self.states.f1, 3), "counties": round(self.counties.f1, 3),
                "recognition": round(self.spans.f1, 3), "within 161 km": round(self.accuracy, 3),
                "end to end": round(self.whole, 3)}  # fmt: skip


def distance_km(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """Give the great-circle distance."""
    a, b, c, d = map(radians, (lat, lon, to_lat, to_lon))
    half = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return 12_742 * asin(min(1.0, sqrt(half)))
