"""A rule's tree in a few bytes, since a million trees of objects would take half a gigabyte.

A tree is written as numbers, each node before its parts: its kind, then the parts, with a count first where there may
be any number of them. A term is one number. The numbers are written as characters of UTF-8, so that small ones, which
are the most frequent, take one byte or two. How words were typed is left out: it takes no part in comparing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from services.articles.article import Zone
from services.queries import tree as nodes

# Any, here and below: the makers of nodes differ in what they take.
_KINDS: tuple[type[Any], ...] = (
    nodes.Wildcard, nodes.Phrase, nodes.And, nodes.Or, nodes.Not, nodes.Near, nodes.Same, nodes.AtLeast,
    nodes.ZoneField, nodes.Topic, nodes.Place, nodes.Source, nodes.Author, nodes.Site, nodes.Lang, nodes.Length,
)  # fmt: skip
_NUMBER = {kind: number for number, kind in enumerate(_KINDS)}
# Made once: writing `Phrase | And | Or` at each call takes longer than the test.
_LISTS, _CHAINS, _MEETINGS = (
    (nodes.Phrase, nodes.And, nodes.Or),
    (nodes.Not, nodes.AtLeast, nodes.ZoneField),
    (nodes.Near, nodes.Same),
)
_TERMS = len(_KINDS)
"""From here on a number is a term: twice the number of its form, and one more if it is exact."""
_SCOPES, _ZONES, _PLACES = tuple(nodes.Scope), tuple(Zone), tuple(nodes.PlaceKind)
_STEP = 0x4000  # a larger number takes several characters, all but the last of them from here to twice this


class Packer:
    """Packs and unpacks trees; keeps each text once, `numbers` says where among `texts`.

    `same` may give a number as an object that is there already; `numbers` may be given empty, to be shared.
    """

    __slots__ = ("_same", "numbers", "texts")

    def __init__(
        self,
        texts: list[str] | None = None,
        same: Callable[[int], int] = int,
        numbers: dict[str, int] | None = None,
    ) -> None:
        self.texts = [] if texts is None else texts
        self._same = same
        self.numbers = {} if numbers is None else numbers
        self.numbers.update((text, same(number)) for number, text in enumerate(self.texts))

    def pack(self, tree: nodes.Node) -> bytes:
        """Pack a tree."""
        numbers: list[int] = []
        self._write(tree, numbers)
        if max(numbers) >= _STEP:
            numbers = _in_steps(numbers)
        return "".join(map(chr, numbers)).encode()

    def unpack(self, packed: bytes) -> nodes.Node:
        """Give the tree again, equal to the one packed."""
        tree: nodes.Node = self._read(_numbers(packed.decode()))
        return tree

    def _number(self, text: str) -> int:
        number = self.numbers.get(text)
        if number is None:
            number = self.numbers[text] = self._same(len(self.texts))
            self.texts.append(text)
        return number

    def _write(self, node: nodes.Node, to: list[int]) -> None:
        if isinstance(node, nodes.Term):
            number = self.numbers.get(node.form)
            if number is None:
                number = self._number(node.form)
            to.append(_TERMS + 2 * number + node.exact)
            return
        to.append(_NUMBER[type(node)])
        if isinstance(node, _LISTS):
            children = node.words if isinstance(node, nodes.Phrase) else node.children
            to.append(len(children))
            known = self.numbers
            for child in children:
                number = known.get(child.form) if type(child) is nodes.Term else None
                if number is None or type(child) is not nodes.Term:
                    self._write(child, to)
                else:  # as above, without a call a word
                    to.append(_TERMS + 2 * number + child.exact)
        elif isinstance(node, _CHAINS):
            self._write(node.child, to)
            if not isinstance(node, nodes.Not):
                to.append(node.count if isinstance(node, nodes.AtLeast) else _ZONES.index(node.zone))
        elif isinstance(node, _MEETINGS):
            self._write(node.left, to)
            self._write(node.right, to)
            to += (node.distance, node.ordered) if isinstance(node, nodes.Near) else (_SCOPES.index(node.scope),)
        else:
            to += self._single(node)

    def _single(self, node: nodes.Node) -> list[int]:
        number = self._number
        match node:
            case nodes.Wildcard(text) | nodes.Topic(text) | nodes.Site(text) | nodes.Lang(text):
                return [number(text)]
            case nodes.Source(words) | nodes.Author(words):
                return [len(words), *map(number, words)]
            case nodes.Place(kind, name, exact, ambiguous, division):
                return [_PLACES.index(kind), number(name), exact, ambiguous, number(division)]
            case nodes.Length(words, below):
                return [words, below]
        raise TypeError(f"expected a node of a query's tree, found {type(node).__name__}")

    def _read(self, numbers: Iterator[int]) -> Any:  # Any: a node of the kind that the first number says
        first = next(numbers)
        if first >= _TERMS:
            return nodes.Term(self.texts[(first - _TERMS) // 2], exact=bool((first - _TERMS) % 2))
        kind = _KINDS[first]
        if kind in {nodes.Phrase, nodes.And, nodes.Or}:
            return kind(tuple(self._read(numbers) for _ in range(next(numbers))))
        if kind is nodes.Not:
            return nodes.Not(self._read(numbers))
        if kind in {nodes.AtLeast, nodes.ZoneField}:
            child, other = self._read(numbers), next(numbers)
            return nodes.AtLeast(other, child) if kind is nodes.AtLeast else nodes.ZoneField(_ZONES[other], child)
        if kind in {nodes.Near, nodes.Same}:
            left, right, other = self._read(numbers), self._read(numbers), next(numbers)
            return (
                nodes.Near(left, right, other, bool(next(numbers)))
                if kind is nodes.Near
                else nodes.Same(left, right, _SCOPES[other])
            )
        return self._whole(kind, numbers)

    def _whole(self, kind: type[Any], numbers: Iterator[int]) -> Any:  # Any: as above
        texts = self.texts
        if kind in {nodes.Source, nodes.Author}:
            return kind(tuple(texts[next(numbers)] for _ in range(next(numbers))))
        if kind is nodes.Length:
            return nodes.Length(next(numbers), bool(next(numbers)))
        if kind is nodes.Place:
            place, name, exact, ambiguous, division = (next(numbers) for _ in range(5))
            return nodes.Place(_PLACES[place], texts[name], bool(exact), bool(ambiguous), texts[division])
        return kind(texts[next(numbers)])


def _in_steps(numbers: list[int]) -> list[int]:
    parts: list[int] = []
    for number in numbers:
        left = number
        while left >= _STEP:
            parts.append(_STEP + left % _STEP)
            left //= _STEP
        parts.append(left)
    return parts


def _numbers(characters: str) -> Iterator[int]:
    number, worth = 0, 1
    for part in map(ord, characters):
        number += part % _STEP * worth
        worth *= _STEP
        if part < _STEP:
            yield number
            number, worth = 0, 1
