"""Judge each part of a query on a document: its truth, what shows it, and the fewest leaves that decide it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from services.articles.article import Zone
from services.queries import tree as nodes
from services.queries.canonical import to_text
from services.queries.document import SEARCHED
from services.queries.passage import Evidence, fact, passage, span_passage
from services.queries.places import Places
from services.queries.reader import Hit, Reader
from services.queries.truth import Zones, facet_is_true, within

_WORDED = (nodes.Term, nodes.Wildcard, nodes.Phrase, nodes.Near, nodes.Same, nodes.AtLeast)


@dataclass(frozen=True, slots=True)
class Missing:
    """A leaf that decided a miss: it should stand in the article and does not, or (`present`) the other way round.

    `evidence` shows what is present. `count` is how often an ATLEAST clause was found. `inner` are the leaves inside a
    topic whose presence makes the topic not hold.
    """

    clause: str
    present: bool = False
    evidence: tuple[Evidence, ...] = ()
    count: int = 0
    inner: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found about a part: `shown` are its true leaves that count, `deciding` the fewest that decide it."""

    truth: bool
    shown: tuple[Evidence, ...] = ()
    deciding: tuple[Missing, ...] = ()


def clause_of(node: nodes.Node, zones: Zones) -> str:
    """Give a leaf's canonical text, with its zone field when it stands in one."""
    return to_text(node if zones == SEARCHED else nodes.ZoneField(zones[0], node))


def zone_hits(node: nodes.Node, reader: Reader, zones: Zones) -> Iterator[tuple[Zone, Sequence[Hit]]]:
    """Give the hits of words, phrases and pairs, zone by zone; the hits of a pair come together."""
    for zone in zones:
        if isinstance(node, nodes.Near | nodes.Same):
            yield from ((zone, sorted(pair)) for pair in reader.pairs(node, zone))
        elif isinstance(node, nodes.AtLeast):
            yield from ((zone, [hit]) for hit in reader.hits(node.child, zone))
        elif isinstance(node, nodes.Text):
            yield from ((zone, [hit]) for hit in reader.hits(node, zone))


class Judge:
    """Judges the parts of queries on one document."""

    def __init__(self, reader: Reader, topics: Mapping[str, nodes.Node], places: Places, passages: int) -> None:
        self._reader = reader
        self._topics = topics
        self._places = places
        self._passages = passages

    def judge(self, node: nodes.Node, zones: Zones = SEARCHED) -> Judged:
        """Judge a part, looked for in these zones."""
        if isinstance(node, nodes.And | nodes.Or):
            return _joined([self.judge(child, zones) for child in node.children], all_of=isinstance(node, nodes.And))
        if isinstance(node, nodes.Not):
            inner = self.judge(node.child, zones)
            return Judged(not inner.truth, (), inner.deciding)
        if isinstance(node, nodes.Topic):
            return self._topic(node)
        if isinstance(node, nodes.ZoneField):
            return self.judge(node.child, (node.zone,))
        return self._leaf(node, zones)

    def _leaf(self, node: nodes.Node, zones: Zones) -> Judged:
        clause = clause_of(node, zones)
        found = self._worded(node, clause, zones) if isinstance(node, _WORDED) else self._about(node, clause)
        count = self._reader.counted(node, zones) if isinstance(node, nodes.AtLeast) else 0
        truth = found is not None and (not isinstance(node, nodes.AtLeast) or count >= node.count)
        if not truth:
            return Judged(truth=False, deciding=(Missing(clause, count=count),))
        assert found is not None
        return Judged(truth=True, shown=found, deciding=(Missing(clause, present=True, evidence=found),))

    def _worded(self, node: nodes.Node, clause: str, zones: Zones) -> tuple[Evidence, ...] | None:
        most = max(self._passages, node.count) if isinstance(node, nodes.AtLeast) else self._passages
        hits = islice(zone_hits(node, self._reader, zones), most)
        return tuple(passage(clause, self._reader, zone, hit) for zone, hit in hits) or None

    def _about(self, node: nodes.Node, clause: str) -> tuple[Evidence, ...] | None:
        if isinstance(node, nodes.Place):
            return self._place(node, clause) if self._places.holds(node) else None
        assert isinstance(node, nodes.Facet)
        if not facet_is_true(node, self._reader):
            return None
        document = self._reader.document
        if isinstance(node, nodes.Source):
            return (fact(clause, document.source),)
        if isinstance(node, nodes.Site):
            return (fact(clause, document.site),)
        if isinstance(node, nodes.Lang):
            return (fact(clause, document.language),)
        return (
            fact(clause, f"{document.length:,}") if isinstance(node, nodes.Length) else fact(clause, *document.authors),
        )

    def _place(self, node: nodes.Place, clause: str) -> tuple[Evidence, ...]:
        hits = self._places.hits(node)[: self._passages]
        shown = tuple(
            span_passage(clause, self._reader, hit.zone, hit.start, hit.end, hit.how)
            for hit in hits
            if hit.zone is not None
        )
        return shown or (replace(fact(clause), how=hits[0].how if hits else ""),)

    def _topic(self, node: nodes.Topic) -> Judged:
        clause = to_text(node)
        tree, zones = within(node, self._topics)
        if tree is None:
            return Judged(truth=False, deciding=(Missing(clause),))
        inner = self.judge(tree, zones)
        if not inner.truth:
            excluded = tuple(leaf for leaf in inner.deciding if leaf.present)
            return Judged(truth=False, deciding=(Missing(clause, inner=excluded),))
        shown = tuple(sorted((_inside(clause, one) for one in inner.shown), key=_reading_order))
        return Judged(truth=True, shown=shown, deciding=(Missing(clause, present=True, evidence=shown[:1]),))


def _joined(parts: list[Judged], *, all_of: bool) -> Judged:
    """Join by AND or OR: what is decided against the odds needs one part, what is decided with them needs all."""
    truth = all(part.truth for part in parts) if all_of else any(part.truth for part in parts)
    shown = tuple(one for part in parts if part.truth for one in part.shown)
    agreeing = [part.deciding for part in parts if part.truth is truth]
    if truth is all_of:
        return Judged(truth, shown, tuple(leaf for leaves in agreeing for leaf in leaves))
    return Judged(truth, shown, min(agreeing, key=len))


def _inside(clause: str, evidence: Evidence) -> Evidence:
    return replace(evidence, clause=clause, inner=evidence.clause)


def _reading_order(evidence: Evidence) -> tuple[int, int]:
    order = SEARCHED.index(evidence.zone) if evidence.zone in SEARCHED else len(SEARCHED)
    return order, evidence.start
