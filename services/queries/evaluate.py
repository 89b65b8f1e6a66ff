"""Evaluate a query on a document: truth with evidence.

For a match: every leaf that is true and counts, with its passage. For a miss: a smallest set of leaves whose truth
value decided it. For both: what stood only in zones that do not count, such as a READ MORE teaser. `holds` gives the
truth alone, and is what the engine uses. A `Reader` may stand for the document when many queries are tried on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.queries.document import Document
from services.queries.ignored import ignored_hits
from services.queries.judge import Judge, Missing
from services.queries.passage import Evidence
from services.queries.places import NoPlaces, PlaceHit, Places
from services.queries.reader import Reader
from services.queries.tree import Node
from services.queries.truth import NOWHERE, is_true

__all__ = ["Evidence", "Missing", "NoPlaces", "PlaceHit", "Places", "Reader", "Verdict", "evaluate", "holds"]

_NO_TOPICS: Mapping[str, Node] = {}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a query matched, and why. A match has nothing `missing`; a miss has the `evidence` of what is true."""

    matched: bool
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[Missing, ...] = ()
    ignored: tuple[Evidence, ...] = ()


def holds(
    tree: Node, document: Document | Reader, topics: Mapping[str, Node] | None = None, places: Places | None = None
) -> bool:
    """Whether the query matches the document. `topics` are the packs' trees by name."""
    return is_true(tree, _reader(document), topics or _NO_TOPICS, places or NOWHERE)


def evaluate(
    tree: Node,
    document: Document | Reader,
    topics: Mapping[str, Node] | None = None,
    places: Places | None = None,
    *,
    passages: int = 1,
) -> Verdict:
    """Give the truth with its evidence, at most `passages` a leaf, in the query's order."""
    reader = _reader(document)
    known = topics or _NO_TOPICS
    judged = Judge(reader, known, places or NOWHERE, passages).judge(tree)
    missing = () if judged.truth else judged.deciding
    ignored = ignored_hits(tree, reader, known, passages, places or NOWHERE)
    return Verdict(judged.truth, tuple(dict.fromkeys(judged.shown)), tuple(dict.fromkeys(missing)), ignored)


def _reader(document: Document | Reader) -> Reader:
    return document if isinstance(document, Reader) else Reader(document)
