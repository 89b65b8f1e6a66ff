"""Explain a query on one document: every true leaf with its passages, each part's truth, and what decided a miss.

    explain(tree, document)  →  matched
                                parts       the top-level clauses, each true or false
                                evidence    true leaves with zone, sentence and span
                                missing     for a miss, a smallest set of leaves whose falsehood decided it
                                ignored     hits in zones that do not count, such as a READ MORE teaser

Says nothing of subscriptions and stories; `services.why` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.queries import as_json
from services.queries.as_json import Json
from services.queries.canonical import to_text
from services.queries.document import Document
from services.queries.evaluate import Missing, Places, Reader, Verdict, evaluate, holds
from services.queries.tree import And, Node, Or

PASSAGES = 5
"""Passages shown a leaf; the first ones in the article's order."""


@dataclass(frozen=True, slots=True)
class Part:
    """A top-level clause and whether it holds. `NOT x` holds where x is absent."""

    clause: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a query is to a document. `any_part`: one part is enough, else all are needed."""

    verdict: Verdict
    parts: tuple[Part, ...]
    any_part: bool

    @property
    def matched(self) -> bool:
        """Whether the query holds."""
        return self.verdict.matched


def explain(
    tree: Node,
    document: Document | Reader,
    topics: Mapping[str, Node] | None = None,
    places: Places | None = None,
    *,
    passages: int = PASSAGES,
) -> Explanation:
    """Explain a query, with at most `passages` a leaf."""
    reader = document if isinstance(document, Reader) else Reader(document)
    verdict = evaluate(tree, reader, topics, places, passages=passages)
    parts = tuple(Part(to_text(part), holds(part, reader, topics, places)) for part in parts_of(tree))
    return Explanation(verdict, parts, any_part=isinstance(tree, Or))


def parts_of(tree: Node) -> tuple[Node, ...]:
    """Give the top-level clauses of a query: what AND, or else OR, joins; a query of one clause is its own."""
    return tree.children if isinstance(tree, And | Or) else (tree,)


def to_json(found: Explanation) -> Json:
    """Give an explanation as JSON has it."""
    parts = [{"clause": part.clause, "holds": part.holds} for part in found.parts]
    return {**as_json.verdict(found.verdict), "parts": parts, "joined_by": "OR" if found.any_part else "AND"}


def told_missing(leaf: Missing) -> str:
    """Say in words why a leaf decided a miss."""
    if leaf.count:
        return f"found {leaf.count} times, which is too few" if leaf.count > 1 else "found once, which is too few"
    if leaf.present:
        return "stands in the article and must not"
    return "left out by what its topic pack excludes" if leaf.inner else "is not in the article"
