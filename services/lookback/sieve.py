"""The truth of several queries on every article of a bundle: by what the bundle decides, else by evaluation.

    masks       →  surely, maybe            for each query
    between     →  the article is rebuilt from its words and evaluated, as live matching does

Queries that share parts, such as a query and the same query without one clause, share the work: a part is judged once
an article. Nothing is guessed: an article that the bundle does not decide is always evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_

from services.lookback.masks import Asked
from services.lookback.texts import Scanning, Unpacked, zones
from services.queries.document import SEARCHED
from services.queries.tree import And, Node, Not, Or, Topic, ZoneField
from services.queries.truth import Zones, is_true, within

_ELSEWHERE = (ZoneField, Topic)  # made once: writing `ZoneField | Topic` at each call takes longer than the test


def sift(asked: Asked, queries: Sequence[Node], stems: Unpacked, exact: Unpacked, window: int) -> list[int]:
    """Give, for each query, the articles of the window for which it holds. The words are unpacked when needed."""
    masks = [asked.mask(query) for query in queries]
    found = [mask.sure & window for mask in masks]
    between = [mask.maybe & ~mask.sure & window for mask in masks]
    for number in numbers(reduce(or_, between, 0)):
        document = asked.bare(number, zones(number, stems, exact))
        judge = _Judge(asked, number, Scanning(document))
        for at, query in enumerate(queries):
            if between[at] >> number & 1 and judge.holds(query):
                found[at] |= 1 << number
    return found


class _Judge:
    """Evaluates queries on one article; asks it only for what the bundle leaves open, and for that once."""

    __slots__ = ("_asked", "_known", "_number", "_reader")

    def __init__(self, asked: Asked, number: int, reader: Scanning) -> None:
        self._asked = asked
        self._number = number
        self._reader = reader
        self._known: dict[tuple[int, Zones], bool] = {}

    def holds(self, node: Node, where: Zones = SEARCHED) -> bool:
        """Whether the part holds; the same as `is_true`, which judges every leaf that is open."""
        mask = self._asked.mask(node, where)
        if not mask.maybe >> self._number & 1:
            return False
        if mask.sure >> self._number & 1:
            return True
        if isinstance(node, And):
            return all(self.holds(child, where) for child in node.children)
        if isinstance(node, Or):
            return any(self.holds(child, where) for child in node.children)
        if isinstance(node, Not):
            return not self.holds(node.child, where)
        if isinstance(node, _ELSEWHERE):
            tree, inside = within(node, self._asked.topics)
            return tree is not None and self.holds(tree, inside)
        known = self._known.get((id(node), where))
        if known is None:
            known = self._known[id(node), where] = is_true(node, self._reader, self._asked.topics, zones=where)
        return known


def numbers(articles: int) -> Iterator[int]:
    """Give the numbers of a set of articles, in order."""
    while articles:
        low = articles & -articles
        yield low.bit_length() - 1
        articles ^= low
