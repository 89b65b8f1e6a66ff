"""What the benchmark measures, as values and as the JSON that it prints."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from statistics import fmean, median, quantiles
from typing import Any

Times = list[list[int]]
"""For each round, the nanoseconds of each article."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One contender at one size. Times of articles in microseconds; `None`: it cannot do that or does not tell."""

    best_us: float
    median_us: float
    p50_us: float
    p99_us: float
    bytes_per_rule: float
    load_s: float
    add_us: float | None
    remove_us: float | None
    candidates: float | None
    matches: float
    ratio: float | None = None

    def as_json(self) -> dict[str, float | None]:
        """Give all figures; the ratio only of a peer."""
        found: dict[str, float | None] = asdict(self)
        if self.ratio is None:
            del found["ratio"]
        return found


@dataclass(frozen=True, slots=True)
class Part:
    """One half of our work beside the least that any program does for it, both in microseconds an article."""

    ours_us: float
    floor_us: float


@dataclass(frozen=True, slots=True)
class SizeResult:
    """All contenders at one size. `agree`: articles on which all of them found the same rules.

    `restart_s`: processor time in which a snapshot of our rules becomes an engine again.
    """

    rules: int
    articles: int
    agree: int
    ours: Figures
    peers: dict[str, Figures]
    restart_s: float
    parts: dict[str, Part] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        """Give what `--json` prints of this size."""
        return {
            "rules": self.rules,
            "articles": self.articles,
            "agree": self.agree,
            "ours": self.ours.as_json(),
            "peers": {name: figures.as_json() for name, figures in self.peers.items()},
        }

    @classmethod
    def of(cls, said: dict[str, Any]) -> SizeResult:  # Any: JSON
        """Read what a measuring process said."""
        return cls(
            said["rules"], said["articles"], said["agree"], Figures(**said["ours"]),
            {name: Figures(**one) for name, one in said["peers"].items()}, said["restart_s"],
            {name: Part(**one) for name, one in said["parts"].items()}, said["notes"],
        )  # fmt: skip


def best_us(times: Times) -> float:
    """Give the mean of an article in the best round."""
    return round(min(map(fmean, times)) / 1000, 2)


def median_us(times: Times) -> float:
    """Give the mean of an article in the middle round."""
    return round(median(map(fmean, times)) / 1000, 2)


def over_articles(times: Times) -> tuple[float, float]:
    """Give the 50th and 99th percentile over articles of what each took in its middle round."""
    each = [median(one) / 1000 for one in zip(*times, strict=True)]
    if len(each) < 2:
        return round(each[0], 2), round(each[0], 2)
    parts = quantiles(each, n=100, method="inclusive")
    return round(parts[49], 2), round(parts[98], 2)


def ratio(ours: Times, peer: Times) -> float:
    """Give how many times as long the peer took: the middle of the rounds, on the articles that both did."""
    many = len(peer[0])
    return round(median(sum(b) / sum(a[:many]) for a, b in zip(ours, peer, strict=True)), 2)
