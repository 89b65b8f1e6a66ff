"""A query taken apart: what each top-level clause brings or keeps out, and the query as if every zone counted.

    (topic:x OR detainer*) AND about:"Oakton" NOT animal*

has the alternatives `topic:x` and `detainer*`, each with what it brings and what only it brings; and the clauses
`about:"Oakton"` and `NOT animal*`, each with what it keeps out, which is what the query without it would catch besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from services.articles.article import Zone
from services.queries import tree as nodes
from services.queries.canonical import to_text

_UNCOUNTED = (Zone.TEASER, Zone.CAPTION, Zone.DATELINE)


class Role(StrEnum):
    """What a clause does in its query: one of several that are enough, one that must hold, one that must not."""

    EITHER = "either"
    BOTH = "both"
    WITHOUT = "without"


@dataclass(frozen=True, slots=True)
class Part:
    """A clause. `group` numbers the top-level clause it belongs to.

    `rest` is the query without the clause, for one that keeps something out; `None` where the clause brings something,
    and where nothing would be left that must be there.
    """

    clause: str
    role: Role
    node: nodes.Node
    group: int
    rest: nodes.Node | None = None


def parts_of(tree: nodes.Node) -> list[Part]:
    """Take a query apart, in its order."""
    top = tree.children if isinstance(tree, nodes.And) else (tree,)
    parts: list[Part] = []
    for group, child in enumerate(top):
        if isinstance(child, nodes.Or):
            parts += [Part(to_text(one), Role.EITHER, one, group) for one in child.children]
            continue
        role = Role.WITHOUT if isinstance(child, nodes.Not) else Role.BOTH
        others = [other for other in top if other is not child]
        rest = nodes.both(others) if others else None
        parts.append(Part(to_text(child), role, child, group, rest if rest and nodes.is_positive(rest) else None))
    return parts


def broadened(node: nodes.Node, topics: Mapping[str, nodes.Node]) -> nodes.Node:
    """Give the query that also looks for its words in teasers, captions and datelines, and takes unsure places.

    What it leaves out it still leaves out only where the query does; words bound to a zone stay there.
    """
    if isinstance(node, nodes.And):
        return nodes.both([broadened(child, topics) for child in node.children])
    if isinstance(node, nodes.Or):
        return nodes.either([broadened(child, topics) for child in node.children])
    if isinstance(node, nodes.Topic):
        tree = topics.get(node.name)
        return node if tree is None else broadened(tree, topics)
    if isinstance(node, nodes.Text | nodes.Near | nodes.Same):
        return nodes.either([node, *(nodes.ZoneField(zone, node) for zone in _UNCOUNTED)])
    return replace(node, ambiguous=True) if isinstance(node, nodes.Place) else node
