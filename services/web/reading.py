"""An article as it was read: its zones in order, with the words that each clause proves marked and numbered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from services.articles.article import Article, Zone

_NAMES = {Zone.TITLE: "Title", Zone.DATELINE: "Dateline", Zone.LEAD: "Lead", Zone.BODY: "Body",
          Zone.CAPTION: "Caption", Zone.TEASER: "Teaser, ignored"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One zone of an article. `html` is its text with marks, already escaped."""

    name: str
    zone: str
    html: Markup


def parts_of(article: Article, clauses: Sequence[Mapping[str, Any]]) -> list[Part]:  # Any: evidence as JSON
    """Give the zones of an article in their order, the evidence of the clauses marked."""
    shown: list[Part] = []
    if article.title and article.title_start is None:
        shown.append(_part(Zone.TITLE, article.title, clauses))
    spans = [(one.start, one.end, one.zone) for one in article.passages]
    if article.title and article.title_start is not None:
        spans.append((article.title_start, article.title_start + len(article.title), Zone.TITLE))
    for start, end, zone in sorted(spans):
        shown.append(_part(zone, article.text[start:end], clauses))
    return shown


def _part(zone: Zone, text: str, clauses: Sequence[Mapping[str, Any]]) -> Part:  # Any: as above
    marks: dict[tuple[int, int], int] = {}
    for number, clause in enumerate(clauses, start=1):
        sentence = clause.get("sentence")
        at = text.find(sentence) if sentence and clause.get("zone") == zone else -1
        if at >= 0:
            for low, high in clause.get("marks", []):
                marks.setdefault((at + int(low), at + int(high)), number)
    return Part(_NAMES.get(zone, str(zone).capitalize()), str(zone), _marked(text, marks))


def _marked(text: str, marks: Mapping[tuple[int, int], int]) -> Markup:
    parts: list[Markup] = []
    at, linked = 0, set[int]()
    for (low, high), number in sorted(marks.items()):
        if not at <= low < high <= len(text):
            continue
        anchor = Markup("") if number in linked else Markup(' id="h{}"').format(number)
        linked.add(number)
        mark = Markup('<mark{}>{}</mark><sup class="ref">{}</sup>').format(anchor, text[low:high], number)
        parts += [escape(text[at:low]), mark]
        at = high
    return Markup("").join([*parts, escape(text[at:])])
