"""Hits that do not count, because they stand only in zones that a term does not look in.

"Would match in a READ MORE teaser: ignored" is the answer to many a "why did I not get this?".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from services.articles.article import Zone
from services.queries.canonical import to_text
from services.queries.document import SEARCHED
from services.queries.judge import zone_hits
from services.queries.passage import Evidence, passage
from services.queries.reader import Reader
from services.queries.tree import And, AtLeast, Near, Node, Or, Phrase, Same, Term, Topic, Wildcard

SUPPRESSED: tuple[Zone, ...] = (Zone.TEASER, Zone.CAPTION, Zone.DATELINE)


def ignored_hits(tree: Node, reader: Reader, topics: Mapping[str, Node], passages: int) -> tuple[Evidence, ...]:
    """Give the hits of leaves that stand only in suppressed zones, at most `passages` a leaf, without repeats."""
    if not any(reader.words(zone) for zone in SUPPRESSED):
        return ()
    found: dict[Evidence, None] = {}
    for topic, leaf in _leaves(tree, topics):
        if next(zone_hits(leaf, reader, SEARCHED), None) is not None:
            continue
        clause = to_text(leaf)
        for zone, hits in islice(zone_hits(leaf, reader, SUPPRESSED), passages):
            one = passage(clause, reader, zone, hits)
            found.setdefault(replace(one, clause=topic, inner=clause) if topic else one)
    return tuple(found)


def _leaves(node: Node, topics: Mapping[str, Node], topic: str = "") -> Iterator[tuple[str, Node]]:
    """Give the leaves that look for words, and the topic each stands in; what is left out or bound to a zone is not."""
    if isinstance(node, And | Or):
        for child in node.children:
            yield from _leaves(child, topics, topic)
    elif isinstance(node, Topic):
        tree = topics.get(node.name)
        if tree is not None:
            yield from _leaves(tree, topics, to_text(node))
    elif isinstance(node, AtLeast):
        yield from _leaves(node.child, topics, topic)
    elif isinstance(node, Term | Wildcard | Phrase | Near | Same):
        yield topic, node
