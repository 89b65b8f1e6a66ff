"""A query as a list of conditions that must all hold, as the builder beside the text shows it; and back.

    all of       words, phrases, topics          detainer* AND topic:sanctuary-city
    any of       words, phrases, topics          detainer* OR topic:sanctuary-city
    none of      words, phrases, topics          NOT (animal* OR wildlife)
    near         two words, phrases or groups    (rent OR lease) NEAR/5 control
    place        a place or any of several       about:"Chicago, IL"
    source, author, site, language               source:("Oakton Ledger" OR "Valley Register")

A condition of a place or of a field may also be left out. The order is the writer's, so that `tree_of(build(tree))` is
the same tree and prints as the same canonical text. A query of another shape is not shown; `build` says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from services.queries.canonical import to_text
from services.queries.mistake import cited
from services.queries.tree import (
    And,
    AtLeast,
    Author,
    Facet,
    Lang,
    Length,
    Near,
    Node,
    Not,
    Operand,
    Or,
    Phrase,
    Place,
    PlaceKind,
    Same,
    Site,
    Source,
    Term,
    Topic,
    Wildcard,
    ZoneField,
    both,
    either,
    texts,
    without,
)

Said: TypeAlias = Term | Wildcard | Phrase | Topic
"""What an article can say: a word, a phrase, or one of the many words of a topic."""


class How(StrEnum):
    """How the items of a condition count."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Says:
    """The article says all, any or none of these."""

    how: How
    items: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Close:
    """One of `left` stands at most `distance` words from one of `right`; `ordered`: before it."""

    left: tuple[Term | Wildcard | Phrase, ...]
    right: tuple[Term | Wildcard | Phrase, ...]
    distance: int
    ordered: bool


@dataclass(frozen=True, slots=True)
class Where:
    """One of these places stands as `kind` says, or none of them (`out`)."""

    kind: PlaceKind
    places: tuple[Place, ...]
    out: bool


@dataclass(frozen=True, slots=True)
class Field:
    """The field has one of these values, or none of them (`out`). All are of one class."""

    values: tuple[Facet, ...]
    out: bool

    @property
    def name(self) -> str:
        """What the values are: `source`, `author`, `site` or `lang`."""
        return type(self.values[0]).__name__.lower()


Condition: TypeAlias = Says | Close | Where | Field


@dataclass(frozen=True, slots=True)
class Unshown:
    """Why the builder cannot show a query."""

    reason: str


def build(tree: Node | None) -> tuple[Condition, ...] | Unshown:
    """Give the conditions of a query, in its order, or say why it has none. `None`: nothing was typed yet."""
    if tree is None:
        return ()
    found: list[Condition] = []
    for child in tree.children if isinstance(tree, And) else (tree,):
        condition = _condition(child)
        if isinstance(condition, Unshown):
            return condition
        last = found[-1] if found else None
        if _is_all(condition) and last is not None and _is_all(last):
            assert isinstance(last, Says)
            assert isinstance(condition, Says)
            found[-1] = Says(How.ALL, last.items + condition.items)
        else:
            found.append(condition)
    return tuple(found)


def tree_of(conditions: Sequence[Condition]) -> Node | None:
    """Give the query that the conditions stand for; `None` for none."""
    nodes = [node for one in conditions for node in _nodes(one)]
    return both(nodes) if nodes else None


def _is_all(one: Condition) -> bool:
    return isinstance(one, Says) and one.how is How.ALL


def _condition(node: Node) -> Condition | Unshown:
    out = isinstance(node, Not)
    inner = node.child if isinstance(node, Not) else node
    several = inner.children if isinstance(inner, Or) else (inner,)
    if _all_said(several):
        how = How.NONE if out else How.ANY if len(several) > 1 else How.ALL
        return Says(how, tuple(one for one in several if isinstance(one, Term | Wildcard | Phrase | Topic)))
    if isinstance(inner, Near) and not out:
        return Close(tuple(texts(inner.left)), tuple(texts(inner.right)), inner.distance, inner.ordered)
    places = tuple(one for one in several if isinstance(one, Place))
    if len(places) == len(several) and len({one.kind for one in places}) == 1:
        return Where(places[0].kind, places, out)
    values = tuple(one for one in several if isinstance(one, Source | Author | Site | Lang))
    if len(values) == len(several) and len({type(one) for one in values}) == 1:
        return Field(values, out)
    return _why_not(node, inner)


def _all_said(nodes: Iterable[Node]) -> bool:
    return all(isinstance(one, Term | Wildcard | Phrase | Topic) for one in nodes)


def _nodes(one: Condition) -> list[Node]:
    if isinstance(one, Says):
        if one.how is How.ALL:
            return list(one.items)
        joined = either(list(one.items))
        return [without(joined) if one.how is How.NONE else joined]
    if isinstance(one, Close):
        return [Near(_operand(one.left), _operand(one.right), one.distance, one.ordered)]
    joined = either(list(one.places if isinstance(one, Where) else one.values))
    return [without(joined) if one.out else joined]


def _operand(items: Sequence[Term | Wildcard | Phrase]) -> Operand:
    made = either(list(items))
    assert isinstance(made, Term | Wildcard | Phrase | Or)
    return made


def _why_not(node: Node, inner: Node) -> Unshown:
    """Say in words what has no place in a list of conditions."""
    found = f"“{cited(to_text(node))}”"
    if isinstance(inner, ZoneField):
        return Unshown(f"The builder does not show conditions on one part of an article, as {found} is")
    if isinstance(inner, Same | AtLeast):
        what = "SENT and PARA" if isinstance(inner, Same) else "ATLEAST"
        return Unshown(f"The builder does not show {what}, as in {found}")
    if isinstance(inner, Length):
        return Unshown(f"The builder does not show conditions on the length, as {found} is")
    if isinstance(inner, And):
        return Unshown(f"The builder leaves out words one by one. {found} leaves out what stands together")
    if isinstance(inner, Near):
        return Unshown(f"The builder does not show a NEAR that is left out, as in {found}")
    kinds = "Here an OR joins what the builder keeps apart"
    if isinstance(inner, Or) and any(isinstance(one, And) for one in inner.children):
        kinds = "Here an OR joins whole groups"
    return Unshown(f"The builder shows conditions that must all hold. {kinds}: {found}")
