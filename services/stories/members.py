"""The stories that are open and their articles, in memory: what a new article is compared with.

Member   one article: its number here, its story, what is needed of its signature
Story    its thread, its articles' numbers, the sum of their terms, the time of the last one
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from services.stories.facts import Facts
from services.stories.signature import Signature

MOST_SUMMED = 50  # articles of a story that its sum takes in
SUM_TERMS = 150


@dataclass(slots=True)
class Story:
    """The articles that tell one event. `thread` names the story that the thread began with."""

    id: str
    thread: str
    last: float  # seconds
    members: list[int] = field(default_factory=list)
    summed: int = 0
    terms: array[int] | None = None  # while one article is all there is, its own terms are the sum
    weights: array[float] | None = None


@dataclass(slots=True)
class Member:
    """One article. A copy keeps no terms: it is not compared with, and found by its runs alone."""

    id: str
    story: Story
    every: int
    all_runs: int
    words: int
    facts: Facts
    named: int = 0
    terms: array[int] | None = None
    weights: array[int] | None = None
    title: array[int] | None = None
    title_weights: array[int] | None = None


def dot(vector: dict[int, float], terms: array[int], weights: array[int] | array[float]) -> float:
    """Give the product of a vector with one that is kept as arrays."""
    get = vector.get
    total = 0.0
    for term, weight in zip(terms, weights, strict=True):
        mine = get(term)
        if mine is not None:
            total += mine * weight
    return total


def take_in(story: Story, first: Member, new: Signature) -> None:
    """Add an article's terms to its story's sum, which keeps unit length and its heaviest terms."""
    if story.summed >= MOST_SUMMED:
        return
    story.summed += 1
    if story.summed == 1:
        return
    if story.terms is None or story.weights is None:
        assert first.terms is not None
        assert first.weights is not None
        total = dict(zip(first.terms, (weight / 65_535 for weight in first.weights), strict=True))
    else:
        total = dict(zip(story.terms, story.weights, strict=True))
    for term, value in new.vector().items():
        total[term] = total.get(term, 0.0) + value
    kept = sorted(total.items(), key=lambda item: (-item[1], item[0]))[:SUM_TERMS]
    story.terms = array("I", [term for term, _ in kept])
    story.weights = array("f", [value for _, value in kept])


def sum_dot(story: Story, first: Member, vector: dict[int, float]) -> float:
    """Give the cosine of a vector with a story's sum."""
    if story.terms is None or story.weights is None:
        assert first.terms is not None
        assert first.weights is not None
        return dot(vector, first.terms, first.weights) / 65_535
    length = sum(value * value for value in story.weights) ** 0.5
    return dot(vector, story.terms, story.weights) / length if length else 0.0


def headline_share(title: array[int], weights: array[int], others: set[int]) -> float | None:
    """Give the share of a headline's weight that stands in the terms of another article; `None` without headline."""
    total = sum(weights)
    if not total:
        return None
    return sum(weight for term, weight in zip(title, weights, strict=True) if term in others) / total
