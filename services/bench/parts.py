"""The two halves of our work, each beside its floor: what any program in Python must do at the least.

Analysis goes from the raw article to what it has, in numbers; its floor is lowering the text and splitting it at white
space. Matching goes from there to the ids of rules; its floor is one intersection of the article's words and pairs with
the keys of the index.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import fmean
from typing import TypeVar

from services.articles.article import Article
from services.bench.figures import Part
from services.bench.loading import Progress
from services.rules.engine import Engine

_ROUNDS = 5
_T = TypeVar("_T")


def of(engine: Engine, articles: Sequence[Article], progress: Progress) -> dict[str, Part]:
    """Time analysis and matching, the best of some rounds each, microseconds an article."""
    progress("halves", 0.0)
    whole = _best(engine.match, articles)
    analysis = _best(engine.traits, articles)
    floor = _best(_split, articles)
    keys = engine.keys()
    had = [_had(engine, article) for article in articles]
    matching = _best(lambda features: keys & features, had)
    return {"analysis": Part(analysis, floor), "matching": Part(round(max(0.0, whole - analysis), 2), matching)}


def _split(article: Article) -> int:
    return len(article.text.lower().split()) + len((article.title or "").lower().split())


def _had(engine: Engine, article: Article) -> set[int]:
    traits = engine.traits(article)
    return traits.has.union(traits.near())


def _best(act: Callable[[_T], object], values: Sequence[_T]) -> float:
    rounds = []
    for _ in range(_ROUNDS):
        taken = []
        for value in values:
            began = time.thread_time_ns()
            act(value)
            taken.append(time.thread_time_ns() - began)
        rounds.append(fmean(taken))
    return round(min(rounds) / 1000, 2)
