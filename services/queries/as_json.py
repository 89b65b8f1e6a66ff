"""Evidence and what is missing as JSON has it: the same on the command line, in the API and for programs."""

from __future__ import annotations

from typing import Any

from services.queries.evaluate import Evidence, Missing, Verdict

Json = dict[str, Any]  # Any: JSON


def verdict(found: Verdict) -> Json:
    """Give a verdict: `evidence` of what is true, `missing` for a miss, `ignored` in zones that do not count."""
    return {
        "matched": found.matched,
        "evidence": [evidence(one) for one in found.evidence],
        "missing": [missing(leaf) for leaf in found.missing],
        "ignored": [evidence(one) for one in found.ignored],
    }


def evidence(one: Evidence) -> Json:
    """Give one passage; `start` and `end` count characters of the zone's text, `marks` those of the sentence."""
    return {
        "clause": one.clause, "inner": one.inner or None, "zone": one.zone, "sentence": one.sentence,
        "sentence_number": one.sentence_number or None, "start": one.start, "end": one.end,
        "marks": [list(mark) for mark in one.marks], "words": list(one.words), "how": one.how or None,
    }  # fmt: skip


def missing(leaf: Missing) -> Json:
    """Give a leaf that decided a miss."""
    return {
        "clause": leaf.clause, "present": leaf.present, "count": leaf.count,
        "evidence": [evidence(one) for one in leaf.evidence],
        "inner": [missing(one) for one in leaf.inner],
    }  # fmt: skip
