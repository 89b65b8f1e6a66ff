"""A document made ready to be asked: where each word stands in each zone, built when it is first asked for.

One reader serves every query that is tried on a document. A hit is a pair of positions, first and last word, in one
zone; positions count through a zone from 0, and no hit goes from one zone into another.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TypeAlias

from services.articles.article import Zone
from services.queries.document import Document
from services.queries.fields import host_of
from services.queries.tree import AtLeast, Near, Operand, Phrase, Same, Scope, Term, Text, Wildcard, texts
from services.text import Words, cut, stem

Hit: TypeAlias = tuple[int, int]
"""Positions of the first and the last word."""
_Positions: TypeAlias = dict[str, list[int]]


class Reader:
    """Finds words, phrases and pairs in one document."""

    __slots__ = ("_authors", "_by_exact", "_by_folded", "_by_stem", "_language", "_site", "_source", "document")

    def __init__(self, document: Document) -> None:
        self.document = document
        self._language = document.language
        self._by_stem: dict[Zone, _Positions] = {}
        self._by_folded: dict[Zone, _Positions] = {}
        self._by_exact: dict[Zone, _Positions] = {}
        self._source: tuple[str, ...] | None = None
        self._authors: list[tuple[str, ...]] | None = None
        self._site: str | None = None

    def words(self, zone: Zone) -> Words | None:
        """Give the words of a zone, or `None` when the article has no such zone."""
        return self.document.zones.get(zone)

    def has(self, text: Text, zone: Zone) -> bool:
        """Whether the zone has the word or phrase."""
        if isinstance(text, Term):
            return bool(self._term(text, zone))
        return any(True for _ in self._found(text, zone))

    def hits(self, operand: Operand, zone: Zone) -> list[Hit]:
        """Give every hit of a text, or of an OR of texts, in the zone, in order and without repeats."""
        if isinstance(operand, Term):
            return [(at, at) for at in self._term(operand, zone)]
        found = {hit for text in texts(operand) for hit in self._found(text, zone)}
        return sorted(found)

    def pairs(self, node: Near | Same, zone: Zone) -> Iterable[tuple[Hit, Hit]]:
        """Give hits of the two operands that stand as the node asks; the one that stands first comes first."""
        left = self.hits(node.left, zone)
        if not left:
            return
        right = self.hits(node.right, zone)
        words = self.document.zones.get(zone)
        if not right or words is None:
            return
        orders = [(left, right)] if isinstance(node, Near) and node.ordered else [(left, right), (right, left)]
        for first, second in orders:
            if isinstance(node, Near):
                yield from _within(first, second, node.distance)
            else:
                yield from _together(first, second, words, node.scope)

    def counted(self, node: AtLeast, zones: Iterable[Zone]) -> int:
        """Count the hits of the child over the zones."""
        return sum(len(self.hits(node.child, zone)) for zone in zones)

    def source(self) -> tuple[str, ...]:
        """Give the folded words of the source's name."""
        if self._source is None:
            self._source = _folded(self.document.source)
        return self._source

    def authors(self) -> list[tuple[str, ...]]:
        """Give the folded words of each author's name."""
        if self._authors is None:
            self._authors = [_folded(name) for name in self.document.authors]
        return self._authors

    def site(self) -> str:
        """Give the host as queries compare it."""
        if self._site is None:
            self._site = host_of(self.document.site) or ""
        return self._site

    # ---- positions ----

    def _found(self, text: Text, zone: Zone) -> Iterable[Hit]:
        if isinstance(text, Term):
            return ((at, at) for at in self._term(text, zone))
        if isinstance(text, Wildcard):
            return ((at, at) for at in self._wildcard(text, zone))
        return self._phrase(text, zone)

    def _term(self, term: Term, zone: Zone) -> Sequence[int]:
        if term.exact:
            return self._positions(self._by_exact, zone, "exact").get(term.form, ())
        stems = self._by_stem.get(zone)
        if stems is None:
            stems = self._positions(self._by_stem, zone, "stems")
        return stems.get(stem(term.form, self._language), ())

    def _wildcard(self, wildcard: Wildcard, zone: Zone) -> Sequence[int]:
        known = self._positions(self._by_folded, zone, "folded")
        prefix, fits = wildcard.prefix, pattern_of(wildcard).fullmatch
        return [at for word, places in known.items() if word.startswith(prefix) and fits(word) for at in places]

    def _phrase(self, phrase: Phrase, zone: Zone) -> Iterable[Hit]:
        each = []
        for number, word in enumerate(phrase.words):
            places = self._term(word, zone) if isinstance(word, Term) else self._wildcard(word, zone)
            if not places:
                return
            each.append((len(places), number, places))
        each.sort()
        _, anchor, places = each[0]
        others = [(number - anchor, frozenset(more)) for _, number, more in each[1:]]
        last = len(phrase.words) - 1
        for at in places:
            if all(at + offset in more for offset, more in others):
                yield at - anchor, at - anchor + last

    def _positions(self, known: dict[Zone, _Positions], zone: Zone, form: str) -> _Positions:
        found = known.get(zone)
        if found is None:
            found = known[zone] = {}
            words = self.document.zones.get(zone)
            for at, word in enumerate(getattr(words, form) if words else ()):
                found.setdefault(word, []).append(at)
        return found


def has_run(words: Sequence[str], run: Sequence[str]) -> bool:
    """Whether the run stands in the words, one after the other."""
    first, length = run[0], len(run)
    return any(word == first and tuple(words[at : at + length]) == run for at, word in enumerate(words))


def _folded(name: str) -> tuple[str, ...]:
    return tuple(folded for _, _, folded, _ in cut(name))


@lru_cache(maxsize=4096)
def pattern_of(wildcard: Wildcard) -> re.Pattern[str]:
    """Give the pattern that a whole folded word fits."""
    star = wildcard.pattern.endswith("*")
    body = ".".join(re.escape(part) for part in wildcard.pattern.removesuffix("*").split("?"))
    return re.compile(body + ".*" * star, re.DOTALL)


def _within(first: list[Hit], second: list[Hit], distance: int) -> Iterable[tuple[Hit, Hit]]:
    """Give each hit of `first` with the nearest of `second` after it, where that is near enough."""
    for hit in first:
        at = bisect_right(second, (hit[1] + 1, -1))
        if at < len(second) and second[at][0] - hit[1] <= distance:
            yield hit, second[at]


def _together(first: list[Hit], second: list[Hit], words: Words, scope: Scope) -> Iterable[tuple[Hit, Hit]]:
    """Give each hit of `first` with the first of `second` after it that ends in the same sentence or paragraph."""
    numbers = words.sentences if scope is Scope.SENTENCE else words.paragraphs
    for hit in first:
        here = numbers[hit[0]]
        for at in range(bisect_left(second, (hit[1] + 1, -1)), len(second)):
            start, end = second[at]
            if numbers[start] != here:
                break
            if numbers[end] == here:
                yield hit, second[at]
                break
