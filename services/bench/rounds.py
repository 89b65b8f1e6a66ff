"""Interleaved rounds: each contender matches the same articles in turn, by processor time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.articles.article import Article
from services.bench.contender import Contender, Removing
from services.bench.figures import Times
from services.bench.loading import Progress, Rules, now

_BLOCK = 50
"""Articles that one contender does before it is the next one's turn: a disturbance meets all of them."""


def run(
    contenders: Mapping[str, tuple[Contender, Sequence[Article]]], count: int, progress: Progress
) -> dict[str, Times]:
    """Let each contender match its articles `count` times; give the time of each article in each round."""
    times: dict[str, Times] = {name: [] for name in contenders}
    longest = max(len(articles) for _, articles in contenders.values())
    for number in range(count):
        for its in times.values():
            its.append([])
        for start in range(0, longest, _BLOCK):
            for name, (contender, articles) in contenders.items():
                times[name][-1] += _timed(contender, articles[start : start + _BLOCK])
            progress("rounds", (number + start / longest) / count)
    return times


def _timed(contender: Contender, articles: Sequence[Article]) -> list[int]:
    found: list[int] = []
    for article in articles:
        began = now(contender)
        contender.match(article)
        found.append(now(contender) - began)
    return found


def live(contender: Contender, rules: Rules, times: int = 3) -> tuple[float | None, float | None]:
    """Add the spare rules to all that are there and take them out again; give microseconds a rule, the best time."""
    if not rules.spare:
        return None, None
    trees = [rules.packer.unpack(packed) for packed in rules.packed[rules.count :]]
    adds, removes = [], []
    for turn in range(times):
        first = rules.count + turn * len(trees)  # a system without removal gets them under other numbers
        began = now(contender)
        for number, tree in enumerate(trees, first):
            contender.add(number, tree)
        contender.settle()
        adds.append(now(contender) - began)
        if isinstance(contender, Removing):
            began = now(contender)
            for number in range(first, first + len(trees)):
                contender.remove(number)
            removes.append(now(contender) - began)
    each = len(trees) * 1000
    return round(min(adds) / each, 2), round(min(removes) / each, 2) if removes else None
