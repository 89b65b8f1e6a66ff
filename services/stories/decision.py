"""What an article is to the stories that are open, and the marks that decide it.

A wrong merge hides an alert, so the marks are set for precision: in doubt an article is `related` or
`new`, and is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

RETELLING = 0.22
"""Alike enough to be the same event. On the 14 events of the development part no mark below it parts them all."""
RELATED = 0.12
"""Alike enough to be shown in one thread."""
OLD_RELATED = 0.1
OLD_DAYS = 120
"""What the mark of related rises by, evenly over so many days since the story's last article: a topic that comes back
after months needs more than the topic to be the same event."""
NAMED_SHARE = 0.6
"""How alike names and numbers of a retelling are, as a share of how alike its other words are. Of articles that share
their frame only, below 0.7 in 95 of 100 pairs; of articles of one event above 0.57 in 98 of 100."""
LEAST_NAMED = 0.05
"""The share that names and numbers have of both texts' weight, below which nothing is asked of them."""
SHORT_WORDS = 40
SHORT_RETELLING, SHORT_RELATED = 0.14, 0.06
"""What the marks rise by as the shorter text goes from so many words to none: headlines share words by chance."""
SHARED_RETELLING, SHARED_RELATED = 1.6, 1.3
"""Shared terms, counted by their weight, below which two short texts are not so much alike: one name is no event."""

COPY_SHARE = 0.45
FEWEST_RUNS = 8
FEWEST_SAMPLED = 5
MOST_STORIES_OF_A_RUN = 8  # a run that stands in more is furniture
REVISION_SHARE = 0.5


class Relation(StrEnum):
    """What an article is to its story, or to the thread of another."""

    NEW = "new"
    COPY = "copy"
    RETELLING = "retelling"
    RELATED = "related"
    REVISION = "revision"


@dataclass(frozen=True, slots=True)
class Decision:
    """`story` is the story that is joined, or `None` for a story of its own; `thread` that of a related one."""

    relation: Relation
    because: str
    story: str | None = None
    thread: str | None = None
    near: str | None = None  # the article that was compared with
    score: float = 0.0


def in_words(because: str, near: str | None) -> str:
    """Say why an article is in a story, without the id of the one it was compared with."""
    if near is None:
        return because
    return because.replace(f" as in {near}", " in common").replace(near, "another of them")


def marks(words: int, days: float = 0.0) -> tuple[float, float]:
    """Give the marks of retelling and of related, for the shorter of two texts' words and a story's age in days."""
    short = max(0.0, 1 - words / SHORT_WORDS)
    old = min(1.0, days / OLD_DAYS)
    return RETELLING + SHORT_RETELLING * short, RELATED + SHORT_RELATED * short + OLD_RELATED * old
