"""Whether a query holds for a document, and nothing more: what the engine asks of each candidate."""

from __future__ import annotations

from collections.abc import Mapping

from services.articles.article import Zone
from services.queries import tree as nodes
from services.queries.document import SEARCHED
from services.queries.places import NoPlaces, Places
from services.queries.reader import Reader, has_run

NOWHERE = NoPlaces()
Zones = tuple[Zone, ...]

# Made once: writing `Term | Phrase` at each call takes longer than the test.
_TEXTS, _ELSEWHERE, _MEETINGS = (
    (nodes.Term, nodes.Wildcard, nodes.Phrase),
    (nodes.ZoneField, nodes.Topic),
    (nodes.Near, nodes.Same),
)


def is_true(
    node: nodes.Node,
    reader: Reader,
    topics: Mapping[str, nodes.Node],
    places: Places = NOWHERE,
    zones: Zones = SEARCHED,
) -> bool:
    """Whether the node holds. A topic that is not among the topics holds never."""
    if isinstance(node, _TEXTS):
        return any(reader.has(node, zone) for zone in zones)
    if isinstance(node, nodes.And):
        return all(is_true(child, reader, topics, places, zones) for child in node.children)
    if isinstance(node, nodes.Or):
        return any(is_true(child, reader, topics, places, zones) for child in node.children)
    if isinstance(node, nodes.Not):
        return not is_true(node.child, reader, topics, places, zones)
    if isinstance(node, _ELSEWHERE):
        inner, where = within(node, topics)
        return inner is not None and is_true(inner, reader, topics, places, where)
    return _leaf_is_true(node, reader, places, zones)


def within(node: nodes.ZoneField | nodes.Topic, topics: Mapping[str, nodes.Node]) -> tuple[nodes.Node | None, Zones]:
    """Give what a zone field or topic asks for, and in which zones; `None` for a topic that is not there."""
    if isinstance(node, nodes.ZoneField):
        return node.child, (node.zone,)
    return topics.get(node.name), SEARCHED


def _leaf_is_true(
    node: nodes.Near | nodes.Same | nodes.AtLeast | nodes.Place | nodes.Facet,
    reader: Reader,
    places: Places,
    zones: Zones,
) -> bool:
    if isinstance(node, _MEETINGS):
        return any(True for zone in zones for _ in reader.pairs(node, zone))
    if isinstance(node, nodes.AtLeast):
        return reader.counted(node, zones) >= node.count
    if isinstance(node, nodes.Place):
        return places.holds(node)
    return facet_is_true(node, reader)


def facet_is_true(node: nodes.Facet, reader: Reader) -> bool:
    """Whether what is known about the article as a whole is as the field asks."""
    if isinstance(node, nodes.Source):
        return has_run(reader.source(), node.words)
    if isinstance(node, nodes.Author):
        return any(has_run(name, node.words) for name in reader.authors())
    if isinstance(node, nodes.Site):
        site = reader.site()
        return site == node.host or site.endswith("." + node.host)
    if isinstance(node, nodes.Lang):
        return reader.document.language.split("-", 1)[0].lower() == node.code
    length = reader.document.length
    return length < node.words if node.below else length > node.words
