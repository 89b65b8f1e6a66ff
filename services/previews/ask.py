"""Ask the stored articles of a window of time: which of them does each query hold for?

Bundled articles are asked bundle by bundle; those that wait for a bundle one by one, by the evaluator itself. Either
way the truth is that of live matching, for the articles and the places as they are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

from sqlmodel import Session

from services.lookback import texts
from services.lookback.bundle import facts_of, version
from services.lookback.masks import Asked, Opened
from services.lookback.sieve import numbers, sift
from services.lookback.vocabulary import Vocabulary
from services.queries.document import document
from services.queries.evaluate import Reader, holds
from services.queries.tree import Node
from services.store import articles, bundles

Progress = Callable[[int, int], None]
"""Told after each bundle: how many articles were asked, of how many."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The ids of the articles for which each query holds, and, of those the first one holds for, each part."""

    queries: list[set[str]]
    parts: list[set[str]]


def ask(
    session: Session, topics: Mapping[str, Node], since: datetime, queries: Sequence[Node], parts: Sequence[Node] = (),
    progress: Progress | None = None,
) -> Answers:  # fmt: skip
    """Ask every article seen since then. The parts are asked only of what the first query holds for."""
    answers = Answers([set() for _ in queries], [set() for _ in parts])
    names = bundles.source_names(session)
    found = bundles.within(session, since, version())
    total, _ = bundles.count_since(session, since)
    done = 0
    for bundle, seen_from, packed in found:
        one = Asked(facts_of(packed), _opened(session, bundle), names, topics)
        window = one.all if seen_from >= since else _seen_since(one, since.timestamp())
        stems, exact = (cache(partial(_texts, session, bundle, name)) for name in ("texts", "typed"))
        held = sift(one, queries, stems, exact, window)
        _note(one.facts.ids, held, answers.queries)
        if held[0] and parts:
            _note(one.facts.ids, sift(one, parts, stems, exact, held[0]), answers.parts)
        done += len(one.facts)
        if progress is not None:
            progress(min(done, total), total)
    _ask_unbundled(session, topics, since, queries, parts, names, answers)
    return answers


def _ask_unbundled(
    session: Session, topics: Mapping[str, Node], since: datetime, queries: Sequence[Node], parts: Sequence[Node],
    names: Mapping[str, str], answers: Answers,
) -> None:  # fmt: skip
    for row in bundles.unbundled(session, since, version()):
        reader = Reader(document(articles.value_of(row, names.get(row.source, ""))))
        places = articles.places_of(row)
        held = [holds(query, reader, topics, places) for query in queries]
        for at, truth in enumerate(held):
            if truth:
                answers.queries[at].add(row.id)
        for at, part in enumerate(parts if held[0] else ()):
            if holds(part, reader, topics, places):
                answers.parts[at].add(row.id)
        session.expunge(row)


def _opened(session: Session, bundle: int) -> Opened:
    return Opened(
        *(cache(partial(_vocabulary, session, bundle, name)) for name in ("stems", "folded", "exact", "placed"))
    )


def _vocabulary(session: Session, bundle: int, name: str) -> Vocabulary:
    return Vocabulary(bundles.part(session, bundle, name))


def _texts(session: Session, bundle: int, name: str) -> list[str]:
    return texts.unpack(bundles.part(session, bundle, name))


def _seen_since(one: Asked, since: float) -> int:
    return sum(1 << number for number, seen in enumerate(one.facts.seen) if seen >= since)


def _note(ids: Sequence[str], held: Sequence[int], into: Sequence[set[str]]) -> None:
    for articles_held, known in zip(held, into, strict=True):
        known.update(ids[number] for number in numbers(articles_held))
