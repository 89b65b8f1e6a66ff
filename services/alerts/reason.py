"""Why a subscription was told, as it is stored with the alert, and in words."""

from __future__ import annotations

from typing import Any

from services.articles.article import Article, Zone
from services.queries.evaluate import Verdict
from services.text import sentences

MOST_CLAUSES = 8
LONGEST_SENTENCE = 2000


def reason_of(verdict: Verdict) -> dict[str, Any]:  # Any: evidence as JSON
    """Turn the evidence of a match into JSON: the first clause with its passage, then every clause.

    Words are a better first clause than a place: a sentence about the topic says more than one that names a town.
    """
    clauses: list[dict[str, Any]] = []  # Any: evidence as JSON
    for one in verdict.evidence:
        if len(clauses) == MOST_CLAUSES or any(known["clause"] == one.clause for known in clauses):
            continue
        marks = [[low, high] for low, high in one.marks if high <= LONGEST_SENTENCE]
        clause = {
            "clause": one.clause, "zone": one.zone, "sentence": one.sentence[:LONGEST_SENTENCE],
            "sentence_number": one.sentence_number, "marks": marks,
        }  # fmt: skip
        clauses.append(clause | {"how": one.how} if one.how else clause)
    first = next(
        (
            clause
            for placed in (False, True)
            for clause in clauses
            if clause["sentence"] and ("how" in clause) is placed
        ),
        clauses[0] if clauses else None,
    )
    if first is None:
        return {"clause": "", "zone": None, "sentence": "", "marks": [], "places": [], "clauses": []}
    together = _marks_of_sentence(first, clauses)
    places = list(dict.fromkeys(clause["how"] for clause in clauses if "how" in clause))
    return {
        "clause": first["clause"], "zone": first["zone"], "sentence": first["sentence"], "marks": together,
        "places": places, "clauses": clauses,
    }  # fmt: skip


def _marks_of_sentence(first: dict[str, Any], clauses: list[dict[str, Any]]) -> list[list[int]]:  # Any: as above
    same = [c for c in clauses if c["sentence"] == first["sentence"] and c["zone"] == first["zone"]]
    spans = {(int(low), int(high)) for clause in same for low, high in clause["marks"]}
    return [list(span) for span in sorted(spans)]


def where(zone: str | None, sentence_number: int | None) -> str:
    """Say where a passage stands: "in the title", "first sentence of the lead"."""
    if zone is None:
        return ""
    if zone in ("title", "dateline") or not sentence_number:
        return f"in the {zone}"
    ordinals = {1: "first sentence", 2: "second sentence", 3: "third sentence"}
    return f"{ordinals.get(sentence_number, f'sentence {sentence_number}')} of the {zone}"


def first_words(text: str, most: int = 100) -> str:
    """Give the first sentence, cut at a word, as the headline of an article that has none."""
    spans = sentences(text)
    line = " ".join(text[spans[0][0] : spans[0][1]].split()) if spans else " ".join(text.split())
    if len(line) <= most:
        return line
    return line[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"


def title_of(title: str | None, article: Article) -> str:
    """Give the headline: the title, or the first sentence of what is told where there is none."""
    if title:
        return title
    told = [one for one in article.passages if one.zone in (Zone.LEAD, Zone.BODY)]
    return first_words(article.text[told[0].start : told[0].end] if told else article.text)
