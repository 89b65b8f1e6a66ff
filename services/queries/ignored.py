"""Hits that do not count: they stand only in zones that a term does not look in, or are unsure mentions of a place.

"Would match in a READ MORE teaser: ignored" is the answer to many a "why did I not get this?", and so is "Springfield:
ambiguous, it may be Springfield, Illinois or Springfield, Missouri".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from services.articles.article import Zone
from services.queries.canonical import to_text
from services.queries.document import SEARCHED
from services.queries.judge import zone_hits
from services.queries.passage import Evidence, passage, span_passage
from services.queries.places import Places
from services.queries.reader import Reader
from services.queries.tree import And, AtLeast, Near, Node, Or, Phrase, Place, Same, Term, Topic, Wildcard
from services.queries.truth import NOWHERE

SUPPRESSED: tuple[Zone, ...] = (Zone.TEASER, Zone.CAPTION, Zone.DATELINE)


def ignored_hits(
    tree: Node, reader: Reader, topics: Mapping[str, Node], passages: int, places: Places = NOWHERE
) -> tuple[Evidence, ...]:
    """Give the hits of leaves that do not count, at most `passages` a leaf, without repeats."""
    furniture = any(reader.words(zone) for zone in SUPPRESSED)
    found: dict[Evidence, None] = {}
    for topic, leaf in _leaves(tree, topics):
        if isinstance(leaf, Place):
            found.update(dict.fromkeys(_unsure(topic, leaf, reader, places, passages)))
            continue
        if not furniture:
            continue
        if next(zone_hits(leaf, reader, SEARCHED), None) is not None:
            continue
        clause = to_text(leaf)
        for zone, hits in islice(zone_hits(leaf, reader, SUPPRESSED), passages):
            one = passage(clause, reader, zone, hits)
            found.setdefault(replace(one, clause=topic, inner=clause) if topic else one)
    return tuple(found)


def _unsure(topic: str, leaf: Place, reader: Reader, places: Places, passages: int) -> Iterator[Evidence]:
    """Give the mentions that may mean a place and are too unsure to count."""
    clause = to_text(leaf)
    for hit in places.left_out(leaf)[:passages]:
        if hit.zone is not None:
            one = span_passage(clause, reader, hit.zone, hit.start, hit.end, hit.how)
            yield replace(one, clause=topic, inner=clause) if topic else one


def _leaves(node: Node, topics: Mapping[str, Node], topic: str = "") -> Iterator[tuple[str, Node]]:
    """Give the leaves that look for words or places, and the topic each stands in; none within NOT or a zone field."""
    if isinstance(node, And | Or):
        for child in node.children:
            yield from _leaves(child, topics, topic)
    elif isinstance(node, Topic):
        tree = topics.get(node.name)
        if tree is not None:
            yield from _leaves(tree, topics, to_text(node))
    elif isinstance(node, AtLeast):
        yield from _leaves(node.child, topics, topic)
    elif isinstance(node, Term | Wildcard | Phrase | Near | Same | Place):
        yield topic, node
