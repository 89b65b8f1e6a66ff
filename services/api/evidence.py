"""How evidence is shown: what holds with its passage, what is missing, what did not count."""

from __future__ import annotations

from services.api.shapes import Shown


class EvidenceShown(Shown):
    """A leaf that is true, and where it shows.

    `start` and `end` count characters of the article's text, or of its title in the zone `title`; `marks` count those
    of `sentence`. What is known of the article as a whole, such as its source, has no zone. `inner` is the clause
    within a topic, `how` says how a place was understood.
    """

    clause: str
    inner: str | None
    zone: str | None
    sentence: str
    sentence_number: int | None
    start: int
    end: int
    marks: list[list[int]]
    words: list[str]
    how: str | None


class MissingShown(Shown):
    """A leaf that decided a miss: it should stand in the article, or must not where `present` is true.

    `count` is how often an ATLEAST clause was found; `inner` are the leaves that a topic excludes.
    """

    clause: str
    present: bool
    count: int
    evidence: list[EvidenceShown]
    inner: list[MissingShown]


class PartShown(Shown):
    """A top-level clause, and whether it holds."""

    clause: str
    holds: bool


class ExplanationShown(Shown):
    """A query on one article.

    `evidence`: true leaves. `missing`: for a miss, a smallest set of leaves whose falsehood decided it. `ignored`: hits
    in zones that do not count. `parts`: the top-level clauses, of which OR needs one and AND all.
    """

    query: str
    matched: bool
    evidence: list[EvidenceShown]
    missing: list[MissingShown]
    ignored: list[EvidenceShown]
    parts: list[PartShown]
    joined_by: str
