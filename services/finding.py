"""Find the rules that hold for an article, each within its budget: one that fails, stalls or kills stops no other.

    as a rule     the engine says which hold; an article over its budget is gone through again, rule by rule
    apart         whoever had the article may have died of it: a child process tries it, and notes which rule it has
                  in hand; the rule that the child dies of is left out and named, and the next child goes on after it

Changes nothing: what is found is written by `services.settling`.
"""

from __future__ import annotations

import mmap
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import structlog

from services.addressing import Reason
from services.alerts.reason import reason_of
from services.articles.article import Article
from services.careful import ChildDiedError, Limits, ends_after, run_apart
from services.crashpoints import crashpoint
from services.deciding import Hit
from services.queries.document import document
from services.queries.evaluate import evaluate
from services.queries.places import Places
from services.queries.reader import Reader
from services.queries.truth import is_true
from services.rules.budget import Breach, Fault, slow_rules
from services.store import articles
from services.store.rules import LiveRules
from services.store.tables import Article as ArticleRow

log = structlog.get_logger(__name__)

LONGEST_S = 300.0  # some take moments; a process that is longer about it ends, and the articles are tried apart
SOME, SOME_S = 10, 1.0
"""Articles that are matched before what was found is written, and how long that waits for more: a rule that breaks its
budget on each article is in quarantine after the third, and not after all that wait.
"""
ALONE = Limits(cpu_s=2, wall_s=10.0)
"""For a rule that a child died of: alone it has more than ever a rule needed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What matching one article found: the rules that hold with their verdicts, and those that broke their budget."""

    hits: Sequence[Hit]
    breaches: Sequence[Breach]


def find_some(
    rules: LiveRules, rows: Sequence[ArticleRow], sources: Mapping[str, str], *, apart: Collection[str]
) -> list[Finding | Exception]:
    """Match the first few of the articles against every rule, one at least; one that fails is its exception.

    `sources` are the names of their sources, `apart` the ids of articles that a worker may have died of.
    """
    found: list[Finding | Exception] = []
    until = time.monotonic() + SOME_S
    with ends_after(LONGEST_S):
        for row in rows[:SOME]:
            found.append(_find(rules, row, sources[row.source], apart=row.id in apart))
            if time.monotonic() > until:
                break
    return found


def _find(rules: LiveRules, row: ArticleRow, source: str, *, apart: bool) -> Finding | Exception:
    crashpoint("C08")
    try:
        return find_apart(rules, row, source) if apart else find(rules, row, source)
    except Exception as error:  # noqa: BLE001  # one bad article must not stop the others
        return error


def find(rules: LiveRules, row: ArticleRow, source: str) -> Finding:
    """Match one article against every rule."""
    article, places = articles.value_of(row, source), articles.places_of(row)
    began = time.thread_time_ns()
    matches = rules.engine.match(article, places)
    took = (time.thread_time_ns() - began) / 1e6
    breaches = [Breach(rule, Fault.FAILED, said) for rule, said in matches.failed]
    if took > rules.budget.of_article(len(article.text), matches.candidates):
        slow = slow_rules(rules.engine, article, places, rules.packs.trees, rules.budget, time.thread_time_ns)
        log.warning("article over its budget", article=row.id, ms=round(took), tried=matches.candidates, slow=len(slow))
        breaches += slow
    if not matches.rules:
        return Finding([], breaches)
    hits, failed = _shown(rules, matches.reader or Reader(document(article)), places, matches.rules)
    return Finding(hits, breaches + failed)


_UNSHOWN: Reason = {
    "zone": None, "sentence": "", "marks": [], "places": [], "clauses": [], "note": "What matched cannot be shown",
}  # fmt: skip


def _shown(rules: LiveRules, reader: Reader, places: Places, keys: Sequence[str]) -> tuple[list[Hit], list[Breach]]:
    """Give the rules that hold with why they do. One whose reason cannot be given is told all the same."""
    topics = rules.packs.trees
    hits, failed = [], []
    for key in keys:
        try:
            hits.append(Hit(key, reason_of(evaluate(rules.tree(key), reader, topics, places))))
        except Exception as error:  # noqa: BLE001  # the alert is owed, whatever is wrong with its reason
            failed.append(Breach(key, Fault.FAILED, _said(error)))
            hits.append(Hit(key, _UNSHOWN | {"clause": rules.text(key)}))
    return hits, failed


# ---- apart ----


def find_apart(rules: LiveRules, row: ArticleRow, source: str) -> Finding:
    """Match one article in child processes. Raises `ChildDiedError` if the article ends one before a rule is tried."""
    article, places = articles.value_of(row, source), articles.places_of(row)
    left = run_apart(_candidates, rules, article, places)
    hits: list[Hit] = []
    breaches: list[Breach] = []
    with mmap.mmap(-1, 4) as mark:
        while left:
            mark[:] = bytes(4)
            try:
                found = run_apart(_tried, rules, article, places, left, mark)
                at = len(left)
            except ChildDiedError as error:
                at = int.from_bytes(mark, "big") - 1  # the number of the rule in hand, from 1
                if at < 0:
                    raise
                found = _before(rules, article, places, left[:at], mark)
                found = _joined(found, _alone(rules, article, places, left[at], mark, error))
            hits += found.hits
            breaches += found.breaches
            left = left[at + 1 :]
    return Finding(hits, breaches)


def _before(rules: LiveRules, article: Article, places: Places, keys: Sequence[str], mark: mmap.mmap) -> Finding:
    """Try again those that went well: what they gave ended with the child."""
    return run_apart(_tried, rules, article, places, keys, mark) if keys else Finding([], [])


def _alone(
    rules: LiveRules, article: Article, places: Places, key: str, mark: mmap.mmap, died: ChildDiedError
) -> Finding:
    """Try the rule that a child died of by itself: the child's time may have been used up by others."""
    try:
        return run_apart(_tried, rules, article, places, [key], mark, limits=ALONE)
    except ChildDiedError:
        return Finding([], [Breach(key, Fault.ENDED, f"ended the process that tried it ({died.message})")])


def _joined(first: Finding, second: Finding) -> Finding:
    return Finding([*first.hits, *second.hits], [*first.breaches, *second.breaches])


def _candidates(rules: LiveRules, article: Article, places: Places) -> list[str]:
    return sorted(rules.engine.candidates(article, places))


def _tried(rules: LiveRules, article: Article, places: Places, keys: Sequence[str], mark: mmap.mmap) -> Finding:
    """Try rules one by one; `mark` says which is in hand, also to the parent."""
    reader, topics = Reader(document(article)), rules.packs.trees
    hits: list[Hit] = []
    breaches: list[Breach] = []
    for number, key in enumerate(keys, start=1):
        mark[:] = number.to_bytes(4, "big")
        try:
            if not is_true(rules.engine.tree(key), reader, topics, places):
                continue
        except Exception as error:  # noqa: BLE001  # whatever is wrong with one rule must not stop the others
            breaches.append(Breach(key, Fault.FAILED, _said(error)))
            continue
        shown, failed = _shown(rules, reader, places, [key])
        hits += shown
        breaches += failed
    return Finding(hits, breaches)


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:500]
