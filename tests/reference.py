"""A naive evaluator of queries, written from the language's page alone: the oracle for evaluation and for the engine.

It walks over lists of words, position by position, and tries everything. It shares no code with `services.queries`
but the tree and the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from services.articles.article import Zone
from services.queries import tree as t
from services.queries.document import Document
from services.text import Words, cut, stem

Hit = tuple[int, int]
_PLAIN_ZONES = (Zone.TITLE, Zone.LEAD, Zone.BODY)


def matches(
    node: t.Node,
    document: Document,
    topics: Mapping[str, t.Node] | None = None,
    place_holds: Callable[[t.Place], bool] = lambda place: False,
) -> bool:
    """Say whether the query holds for the document."""
    return _Naive(document, topics or {}, place_holds).holds(node, _PLAIN_ZONES)


class _Naive:
    def __init__(
        self, document: Document, topics: Mapping[str, t.Node], place_holds: Callable[[t.Place], bool]
    ) -> None:
        self.document = document
        self.topics = topics
        self.place_holds = place_holds

    def holds(self, node: t.Node, zones: tuple[Zone, ...]) -> bool:
        match node:
            case t.And(children):
                return all(self.holds(child, zones) for child in children)
            case t.Or(children):
                return any(self.holds(child, zones) for child in children)
            case t.Not(child):
                return not self.holds(child, zones)
            case t.ZoneField(zone, child):
                return self.holds(child, (zone,))
            case t.Topic(name):
                return name in self.topics and self.holds(self.topics[name], _PLAIN_ZONES)
            case t.Place():
                return self.place_holds(node)
            case t.Near() | t.Same():
                return any(self.pair(node, words) for words in self.runs(zones))
            case t.AtLeast(count, child):
                return sum(len(self.hits(child, words)) for words in self.runs(zones)) >= count
            case t.Term() | t.Wildcard() | t.Phrase():
                return any(self.hits(node, words) for words in self.runs(zones))
        return self.facet(node)

    def runs(self, zones: tuple[Zone, ...]) -> list[Words]:
        return [self.document.zones[zone] for zone in zones if zone in self.document.zones]

    def facet(self, node: t.Node) -> bool:
        document = self.document
        match node:
            case t.Source(words):
                return self.within(words, document.source)
            case t.Author(words):
                return any(self.within(words, name) for name in document.authors)
            case t.Site(host):
                site = document.site.removeprefix("www.")
                return site == host or site.endswith(f".{host}")
            case t.Lang(code):
                return document.language.lower().split("-")[0] == code
            case t.Length(words, below):
                return document.length < words if below else document.length > words
        raise AssertionError(node)

    def within(self, words: tuple[str, ...], name: str) -> bool:
        return f" {' '.join(words)} " in f" {' '.join(folded for _, _, folded, _ in cut(name))} "

    def hits(self, operand: t.Node, words: Words) -> set[Hit]:
        if isinstance(operand, t.Or):
            return set().union(*(self.hits(child, words) for child in operand.children))
        parts = operand.words if isinstance(operand, t.Phrase) else (operand,)
        found = set()
        for first in range(len(words.folded) - len(parts) + 1):
            if all(self.fits(part, words, first + number) for number, part in enumerate(parts)):
                found.add((first, first + len(parts) - 1))
        return found

    def fits(self, part: t.Node, words: Words, at: int) -> bool:
        if isinstance(part, t.Wildcard):
            pattern = re.escape(part.pattern).replace(r"\?", ".").replace(r"\*", ".*")
            return re.fullmatch(pattern, words.folded[at], re.DOTALL) is not None
        assert isinstance(part, t.Term)
        if part.exact:
            return words.exact[at] == part.form
        language = self.document.language
        return stem(part.form, language) == stem(words.folded[at], language)

    def pair(self, node: t.Near | t.Same, words: Words) -> bool:
        for left in self.hits(node.left, words):
            for right in self.hits(node.right, words):
                if left[1] < right[0]:
                    first, second, turned = left, right, False
                elif right[1] < left[0]:
                    first, second, turned = right, left, True
                else:
                    continue
                if isinstance(node, t.Near):
                    if second[0] - first[1] <= node.distance and not (node.ordered and turned):
                        return True
                else:
                    parts = words.sentences if node.scope is t.Scope.SENTENCE else words.paragraphs
                    if len({parts[at] for at in range(first[0], second[1] + 1)}) == 1:
                        return True
        return False
