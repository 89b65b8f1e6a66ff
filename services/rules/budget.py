"""What rules may take of a processor on one article, and which of them passed that.

    an article    all its rules together: a time for each candidate, and for each character of it
    a rule        a time of its own, longer for a long article; three breaches of it, and it is put in quarantine

An article that stays within its budget costs no measuring beside that. When one passes it, its candidates are gone
through again one by one, so that the rule to blame is found; what holds is not changed by that: the time that a rule
takes is bounded, an alert never is. Times are of the processor, by the clock that is given, so that a busy machine
blames nobody.

The largest query on the longest article that is taken in (1 MiB) takes 0.25 s, and 574 ms are allowed there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.articles.article import Article
from services.queries.document import document
from services.queries.places import Places
from services.queries.reader import Reader
from services.queries.tree import Node
from services.queries.truth import is_true
from services.rules.engine import Engine

Clock = Callable[[], int]
"""Gives the processor's time of this thread in nanoseconds."""


class Fault(StrEnum):
    """What a rule did: its evaluation failed, it took too long, or the process that tried it ended."""

    FAILED = "failed"
    SLOW = "slow"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that broke its budget on an article. `said`: how, in words."""

    rule: str
    fault: Fault
    said: str
    took_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """What is allowed, in milliseconds. `rule_ms` is for a short article; a thousand characters add a hundredth of it.

    For all rules together a candidate adds `candidate_ms`, a thousand characters `reading_ms`.
    """

    rule_ms: float = 50.0
    candidate_ms: float = 0.1
    reading_ms: float = 2.0

    def of_rule(self, characters: int) -> float:
        """Give what one rule may take on an article of so many characters."""
        return self.rule_ms * (1 + characters / 100_000)

    def of_article(self, characters: int, candidates: int) -> float:
        """Give what all rules may take together."""
        return self.of_rule(characters) + candidates * self.candidate_ms + characters / 1000 * self.reading_ms


def slow_rules(
    engine: Engine, article: Article, places: Places, topics: Mapping[str, Node], budget: Budget, clock: Clock
) -> list[Breach]:
    """Try each candidate by itself; give those that pass a rule's budget, the slowest first.

    One that does is tried again, because the first to look for a word pays for finding it.
    """
    reader = Reader(document(article))
    allowed = budget.of_rule(len(article.text))
    found = []
    for rule in sorted(engine.candidates(article, places)):
        took = _took(engine.tree(rule), reader, topics, places, clock)
        if took > allowed:
            took = min(took, _took(engine.tree(rule), reader, topics, places, clock))
        if took > allowed:
            said = f"took {took:,.0f} ms where {allowed:,.0f} ms are allowed"
            found.append(Breach(rule, Fault.SLOW, said, took))
    return sorted(found, key=lambda breach: -(breach.took_ms or 0))


def _took(tree: Node, reader: Reader, topics: Mapping[str, Node], places: Places, clock: Clock) -> float:
    began = clock()
    try:
        is_true(tree, reader, topics, places)
    except Exception:  # noqa: BLE001  # the engine has reported it
        return 0.0
    return (clock() - began) / 1e6
