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

from services.queries import tree as nodes
from services.queries.canonical import to_text
from services.queries.mistake import cited

Said: TypeAlias = nodes.Text | nodes.Topic
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

    left: tuple[nodes.Text, ...]
    right: tuple[nodes.Text, ...]
    distance: int
    ordered: bool


@dataclass(frozen=True, slots=True)
class Where:
    """One of these places stands as `kind` says, or none of them (`out`)."""

    kind: nodes.PlaceKind
    places: tuple[nodes.Place, ...]
    out: bool


@dataclass(frozen=True, slots=True)
class Field:
    """The field has one of these values, or none of them (`out`). All are of one class."""

    values: tuple[nodes.Facet, ...]
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


def build(tree: nodes.Node | None) -> tuple[Condition, ...] | Unshown:
    """Give the conditions of a query, in its order, or say why it has none. `None`: nothing was typed yet."""
    if tree is None:
        return ()
    found: list[Condition] = []
    for child in tree.children if isinstance(tree, nodes.And) else (tree,):
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


def tree_of(conditions: Sequence[Condition]) -> nodes.Node | None:
    """Give the query that the conditions stand for; `None` for none."""
    found = [node for one in conditions for node in _nodes(one)]
    return nodes.both(found) if found else None


def _is_all(one: Condition) -> bool:
    return isinstance(one, Says) and one.how is How.ALL


def _condition(node: nodes.Node) -> Condition | Unshown:
    out = isinstance(node, nodes.Not)
    inner = node.child if isinstance(node, nodes.Not) else node
    several = inner.children if isinstance(inner, nodes.Or) else (inner,)
    if _all_said(several):
        how = How.NONE if out else How.ANY if len(several) > 1 else How.ALL
        return Says(how, tuple(one for one in several if isinstance(one, nodes.Text | nodes.Topic)))
    if isinstance(inner, nodes.Near) and not out:
        return Close(tuple(nodes.texts(inner.left)), tuple(nodes.texts(inner.right)), inner.distance, inner.ordered)
    places = tuple(one for one in several if isinstance(one, nodes.Place))
    if len(places) == len(several) and len({one.kind for one in places}) == 1:
        return Where(places[0].kind, places, out)
    values = tuple(one for one in several if isinstance(one, nodes.Source | nodes.Author | nodes.Site | nodes.Lang))
    if len(values) == len(several) and len({type(one) for one in values}) == 1:
        return Field(values, out)
    return _why_not(node, inner)


def _all_said(several: Iterable[nodes.Node]) -> bool:
    return all(isinstance(one, nodes.Text | nodes.Topic) for one in several)


def _nodes(one: Condition) -> list[nodes.Node]:
    if isinstance(one, Says):
        if one.how is How.ALL:
            return list(one.items)
        joined = nodes.either(list(one.items))
        return [nodes.without(joined) if one.how is How.NONE else joined]
    if isinstance(one, Close):
        return [nodes.Near(_operand(one.left), _operand(one.right), one.distance, one.ordered)]
    joined = nodes.either(list(one.places if isinstance(one, Where) else one.values))
    return [nodes.without(joined) if one.out else joined]


def _operand(items: Sequence[nodes.Text]) -> nodes.Operand:
    made = nodes.either(list(items))
    assert isinstance(made, nodes.Text | nodes.Or)
    return made


def _why_not(node: nodes.Node, inner: nodes.Node) -> Unshown:
    """Say in words what has no place in a list of conditions."""
    found = f"“{cited(to_text(node))}”"
    if isinstance(inner, nodes.ZoneField):
        return Unshown(f"The builder does not show conditions on one part of an article, as {found} is")
    if isinstance(inner, nodes.Same | nodes.AtLeast):
        what = "SENT and PARA" if isinstance(inner, nodes.Same) else "ATLEAST"
        return Unshown(f"The builder does not show {what}, as in {found}")
    if isinstance(inner, nodes.Length):
        return Unshown(f"The builder does not show conditions on the length, as {found} is")
    if isinstance(inner, nodes.And):
        return Unshown(f"The builder leaves out words one by one. {found} leaves out what stands together")
    if isinstance(inner, nodes.Near):
        return Unshown(f"The builder does not show a NEAR that is left out, as in {found}")
    kinds = "Here an OR joins what the builder keeps apart"
    if isinstance(inner, nodes.Or) and any(isinstance(one, nodes.And) for one in inner.children):
        kinds = "Here an OR joins whole groups"
    return Unshown(f"The builder shows conditions that must all hold. {kinds}: {found}")
