"""A query as a tree of frozen values: what the parser makes, what evaluation and the rule index read.

Trees are simple by construction when built with `both`, `either` and `without`: no And in an And, no Or in an Or,
no repeats, no double Not. Two trees are equal when they mean the same in the same order; how a word was typed
(`typed`) is kept for showing and takes no part in comparing.

    Node  = Text | And | Or | Not | Near | Same | AtLeast | ZoneField | Topic | Place | Facet
    Text  = Term | Wildcard | Phrase            an operand of Near, Same and AtLeast is a Text or an Or of Texts
    Facet = Source | Author | Site | Lang | Length
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from services.articles.article import Zone


@dataclass(frozen=True, slots=True)
class Term:
    """One word. `form` is its folded form, compared by stem; if `exact`, its exact form, compared as it is."""

    form: str
    exact: bool = False
    typed: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Wildcard:
    """A folded word with holes, compared with folded words: `?` is one letter, `*` at the end any letters or none."""

    pattern: str
    typed: str = field(default="", compare=False)

    @property
    def prefix(self) -> str:
        """The letters before the first hole; may be empty when the pattern begins with `?`."""
        return self.pattern.split("?", 1)[0].rstrip("*")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Two words or more, each at the position after the one before. An exact phrase has only exact terms."""

    words: tuple[Term | Wildcard, ...]
    typed: str = field(default="", compare=False)

    @property
    def exact(self) -> bool:
        """Whether capitals count and nothing is stemmed."""
        first = self.words[0]
        return isinstance(first, Term) and first.exact


@dataclass(frozen=True, slots=True)
class And:
    """All of two children or more."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of two children or more."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The child does not hold."""

    child: Node


@dataclass(frozen=True, slots=True)
class Near:
    """Two operands at most `distance` positions apart (neighbours: 1), not overlapping; `ordered`: left is first."""

    left: Operand
    right: Operand
    distance: int
    ordered: bool = False


class Scope(StrEnum):
    """The part of a text that two operands of `Same` share, named as its operator."""

    SENTENCE = "SENT"
    PARAGRAPH = "PARA"


@dataclass(frozen=True, slots=True)
class Same:
    """Two operands, not overlapping, within one sentence or paragraph."""

    left: Operand
    right: Operand
    scope: Scope


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The child's hits, counted together over the zones searched, are `count` or more."""

    count: int
    child: Operand


@dataclass(frozen=True, slots=True)
class ZoneField:
    """The child, looked for in this zone only. Within stand Text, And, Or, Not, Near, Same and AtLeast, no field."""

    zone: Zone
    child: Node


@dataclass(frozen=True, slots=True)
class Topic:
    """What the topic pack of this name asks for."""

    name: str


class PlaceKind(StrEnum):
    """How a place must stand in the article, named as its field."""

    PLACE = "place"
    ABOUT = "about"
    GOVERNMENT = "gov"


@dataclass(frozen=True, slots=True)
class Place:
    """A place. `exact`: itself and not what lies within it. `ambiguous`: unsure mentions count too.

    `division` is the id that the look-up gave; empty when the query was read without look-ups.
    """

    kind: PlaceKind
    name: str
    exact: bool = False
    ambiguous: bool = False
    division: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """The source's name is these folded words, or has them as a phrase within."""

    words: tuple[str, ...]
    typed: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Author:
    """One author's name is these folded words, or has them as a phrase within."""

    words: tuple[str, ...]
    typed: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Site:
    """The article's address is on this host (lower case) or a subdomain of it."""

    host: str


@dataclass(frozen=True, slots=True)
class Lang:
    """The article's language is this code of two or three lower-case letters."""

    code: str


@dataclass(frozen=True, slots=True)
class Length:
    """The article has more than `words` words in title, lead and body; `below`: fewer."""

    words: int
    below: bool = False


Text: TypeAlias = Term | Wildcard | Phrase
Operand: TypeAlias = Term | Wildcard | Phrase | Or
Facet: TypeAlias = Source | Author | Site | Lang | Length
Node: TypeAlias = Text | And | Or | Not | Near | Same | AtLeast | ZoneField | Topic | Place | Facet


def both(children: list[Node]) -> Node:
    """Join by AND: flat, without repeats, unwrapped when one is left."""
    flat = _flat(children, And)
    return flat[0] if len(flat) == 1 else And(flat)


def either(children: list[Node]) -> Node:
    """Join by OR: flat, without repeats, unwrapped when one is left."""
    flat = _flat(children, Or)
    return flat[0] if len(flat) == 1 else Or(flat)


def without(child: Node) -> Node:
    """Negate; a double Not is none."""
    return child.child if isinstance(child, Not) else Not(child)


def _flat(children: list[Node], joined: type[And] | type[Or]) -> tuple[Node, ...]:
    found: dict[Node, None] = {}
    for child in children:
        for part in child.children if isinstance(child, joined) else (child,):
            found.setdefault(part)
    return tuple(found)


def texts(operand: Operand) -> Iterator[Text]:
    """Give the terms, wildcards and phrases of an operand."""
    if isinstance(operand, Or):
        for child in operand.children:
            assert isinstance(child, Term | Wildcard | Phrase)
            yield child
    else:
        yield operand


def is_operand(node: Node) -> bool:
    """Whether the node can stand in NEAR, SENT, PARA and ATLEAST: words, phrases, or an OR of these."""
    if isinstance(node, Or):
        return all(isinstance(child, Term | Wildcard | Phrase) for child in node.children)
    return isinstance(node, Term | Wildcard | Phrase)


def is_positive(node: Node) -> bool:
    """Whether something must be present for the node to hold: it is more than NOT, language and length."""
    if isinstance(node, And):
        return any(is_positive(child) for child in node.children)
    if isinstance(node, Or):
        return all(is_positive(child) for child in node.children)
    if isinstance(node, ZoneField):
        return is_positive(node.child)
    return not isinstance(node, Not | Lang | Length)
