"""A rule's tree in a few bytes, since a million trees of objects would take half a gigabyte.

A term is a number, all else a tuple of its kind and its parts, in Python's own compact form. How words were typed is
left out: it takes no part in comparing.
"""

from __future__ import annotations

import marshal
from typing import Any

from services.articles.article import Zone
from services.queries.tree import (
    And,
    AtLeast,
    Author,
    Lang,
    Length,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Place,
    PlaceKind,
    Same,
    Scope,
    Site,
    Source,
    Term,
    Topic,
    Wildcard,
    ZoneField,
)  # fmt: skip

_Shape = Any  # a number, or a tuple of a kind's number and shapes: what marshal gives has no closer type
_FORMAT = 2  # of marshal: without references, which only pay in large values
_KINDS: tuple[type[Any], ...] = (  # Any: their makers differ
    Term, Wildcard, Phrase, And, Or, Not, Near, Same, AtLeast, ZoneField, Topic, Place, Source, Author, Site, Lang,
    Length,
)  # fmt: skip
_NUMBER = {kind: number for number, kind in enumerate(_KINDS)}
_SCOPES, _ZONES, _PLACES = tuple(Scope), tuple(Zone), tuple(PlaceKind)


class Packer:
    """Packs and unpacks trees; keeps each text once."""

    __slots__ = ("_numbers", "texts")

    def __init__(self, texts: list[str] | None = None) -> None:
        self.texts = texts or []
        self._numbers = {text: number for number, text in enumerate(self.texts)}

    def pack(self, tree: Node) -> bytes:
        """Pack a tree."""
        return marshal.dumps(self._shape(tree), _FORMAT)

    def unpack(self, packed: bytes) -> Node:
        """Give the tree again, equal to the one packed."""
        tree: Node = self._node(marshal.loads(packed))  # noqa: S302  # made by `pack`, never from outside
        return tree

    def _number(self, text: str) -> int:
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return number

    def _shape(self, node: Node) -> _Shape:
        if isinstance(node, Term):
            number = self._numbers.get(node.form)
            return (self._number(node.form) if number is None else number) * 2 + node.exact
        kind = _NUMBER[type(node)]
        if isinstance(node, Phrase):
            return kind, *map(self._shape, node.words)
        if isinstance(node, And | Or):
            return kind, *map(self._shape, node.children)
        if isinstance(node, Not):
            return kind, self._shape(node.child)
        if isinstance(node, Near):
            return kind, self._shape(node.left), self._shape(node.right), node.distance, int(node.ordered)
        return self._inner(node, kind)

    def _inner(self, node: Node, kind: int) -> _Shape:
        match node:
            case Same(left, right, scope):
                return kind, self._shape(left), self._shape(right), _SCOPES.index(scope)
            case AtLeast(count, child):
                return kind, count, self._shape(child)
            case ZoneField(zone, child):
                return kind, _ZONES.index(zone), self._shape(child)
        return self._single(node, kind)

    def _single(self, node: Node, kind: int) -> _Shape:
        number = self._number
        match node:
            case Wildcard(text) | Topic(text) | Site(text) | Lang(text):
                return kind, number(text)
            case Source(words) | Author(words):
                return kind, *map(number, words)
            case Place(place, name, exact, ambiguous, division):
                return kind, _PLACES.index(place), number(name), int(exact), int(ambiguous), number(division)
            case Length(words, below):
                return kind, words, int(below)
        raise TypeError(f"expected a node of a query's tree, found {type(node).__name__}")

    def _node(self, shape: _Shape) -> _Shape:
        if isinstance(shape, int):
            return Term(self.texts[shape // 2], exact=bool(shape % 2))
        kind, parts = _KINDS[shape[0]], shape[1:]
        if kind in {Phrase, And, Or}:
            return kind(tuple(map(self._node, parts)))
        if kind is Not:
            return Not(self._node(parts[0]))
        if kind is Near:
            return Near(self._node(parts[0]), self._node(parts[1]), parts[2], ordered=bool(parts[3]))
        if kind is Same:
            return Same(self._node(parts[0]), self._node(parts[1]), _SCOPES[parts[2]])
        if kind is AtLeast:
            return AtLeast(parts[0], self._node(parts[1]))
        if kind is ZoneField:
            return ZoneField(_ZONES[parts[0]], self._node(parts[1]))
        return self._whole(kind, parts)

    def _whole(self, kind: type[Any], parts: _Shape) -> _Shape:
        texts = self.texts
        if kind in {Source, Author}:
            return kind(tuple(texts[number] for number in parts))
        if kind is Length:
            return Length(parts[0], below=bool(parts[1]))
        if kind is Place:
            place, name, exact, ambiguous, division = parts
            return Place(_PLACES[place], texts[name], bool(exact), bool(ambiguous), texts[division])
        return kind(texts[parts[0]])
