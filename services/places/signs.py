"""The signs around a span that tell whether it names a place: short words, the same for every text.

`prev=in`, `next=police`: the word beside it, if it is in the closed list of `words.py`, else only its shape.
`size=5`: the
power of ten of the largest place of that name. `person`: it stands inside a person's name. Learned weights are a
number a
sign; no word outside the closed list is ever a sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log10

from services.places.gazetteer import AREA, COUNTRY, COUNTY, PLACE, REGION, STATE, Gazetteer, Sort
from services.places.home import Home
from services.places.people import People
from services.places.spans import Span
from services.places.tokens import Tokens
from services.places.words import CLASS_OF

_LONGEST_RUN = 4
_STRONG = (COUNTRY, STATE, REGION, AREA)


class NameFacts:
    """What does not depend on where a name stands: its kinds, size, and how common a word it is."""

    __slots__ = (
        "at_home",
        "best",
        "foreign",
        "last",
        "long",
        "lower",
        "people",
        "population",
        "signs",
        "single",
        "strong",
        "word",
    )

    def __init__(self, gazetteer: Gazetteer, span: Span, home: Home) -> None:
        kinds = [gazetteer.kinds[row] for row in span.rows]
        places = [row for row in span.rows if gazetteer.kinds[row] == PLACE]
        self.population = max([gazetteer.populations[row] for row in places], default=0)
        self.people = all(sort == Sort.PEOPLE for sort in span.sorts)
        self.strong = self.people or any(
            kind in _STRONG or (kind == COUNTY and sort != Sort.BARE)
            for kind, sort in zip(kinds, span.sorts, strict=True)
        )
        words = span.name.replace("-", " ").split(" ")
        self.single = len(words) == 1
        self.word = span.name.lower()
        self.lower = bool(gazetteer.lower[span.number]) and self.single
        self.foreign = bool(places) and all(gazetteer.country_of(row) != gazetteer.country for row in places)
        self.best = _kind(kinds, span.sorts, places)
        first, last = gazetteer.first[span.number], gazetteer.last[span.number]
        count = gazetteer.counts[span.number]
        self.at_home = home.upper >= 0 and any(home.holds(gazetteer, row) and row != home.upper for row in span.rows)
        size = int(log10(self.population + 1)) if places else 9
        self.long = len(words)
        self.last = last
        here = "home" if self.at_home else "nohome" if home.upper >= 0 else "?"
        self.signs = [
            f"kind={self.best}", f"size={size}", f"kind={self.best}&size={size}", f"first={first // 5}",
            f"last={last // 5}",
            f"count={count // 4}", f"lower={self.lower}", f"words={min(self.long, 3)}", f"home={here}",
            f"home={here}&size={size}", f"foreign={self.foreign}", f"many={min(5, len(span.rows).bit_length())}",
            f"lower={self.lower}&size={size}", f"only={len(places) == 1 and not self.strong}&home={here}",
            f"nick={Sort.NICKNAME in span.sorts}", f"short={len(span.name) <= 3}", f"dot={'.' in span.name}",
        ]  # fmt: skip


def _kind(kinds: Sequence[int], sorts: Sequence[int], places: Sequence[int]) -> str:
    if all(sort == Sort.PEOPLE for sort in sorts):
        return "people"
    if Sort.POSTAL in sorts and len(sorts) == 1:
        return "postal"
    if Sort.SHORT in sorts:
        return "short"
    if COUNTRY in kinds:
        return "country"
    if STATE in kinds:
        return "state"
    if any(kind == COUNTY and sort != Sort.BARE for kind, sort in zip(kinds, sorts, strict=True)):
        return "county"
    if AREA in kinds:
        return "area"
    if REGION in kinds:
        return "region+" if places else "region"
    return "place" if places else "bare"


class Scene:
    """One article's words, people and spans."""

    def __init__(self, tokens: Tokens, spans: Sequence[Span], people: People) -> None:
        self.tokens, self.spans, self.people = tokens, spans, people
        self.placed = {span.name for span in spans if span.within >= 0}
        self.located = {
            span.name for span in spans
            if span.first > 0 and tokens.lowers[span.first - 1] in ("in", "near",
            "outside") and tokens.gaps[span.first] == " "
        }  # fmt: skip
        self.times: dict[int, int] = {}
        for span in spans:
            self.times[span.number] = self.times.get(span.number, 0) + 1


def _look(tokens: Tokens, at: int, *, back: bool) -> tuple[str, str]:
    """Give the word at a position as a sign, and its class."""
    if at < 0 or at >= len(tokens.words):
        return "^", "edge"
    lower = tokens.lowers[at]
    found = CLASS_OF.get(lower)
    if found is not None:
        return (lower + "+" if tokens.capital[at] else lower), (found + "+" if tokens.capital[at] else found)
    if tokens.capital[at]:
        shape = "Cap." if tokens.words[at][-1] == "." and len(tokens.words[at]) <= 2 else "Cap"
    elif lower[0].isdigit():
        shape = "9"
    elif not back and lower.endswith("ed"):
        shape = "-ed"
    else:
        shape = "low"
    return shape, shape


def _run_around(tokens: Tokens, first: int, last: int) -> tuple[str, str]:
    """Give what begins the run of capitals before a span and what ends the one after it: "Regional Medical Center"."""
    begin, end = first, last
    while begin > 0 and first - begin < _LONGEST_RUN and _joined(tokens, begin) and tokens.capital[begin - 1]:
        begin -= 1
    while end < len(tokens) and end - last < _LONGEST_RUN and _joined(tokens, end) and tokens.capital[end]:
        end += 1
    before = CLASS_OF.get(tokens.lowers[begin], "other") if begin < first else "none"
    after = CLASS_OF.get(tokens.lowers[end - 1], "other") if end > last else "none"
    if before in ("stop", "locative") and first - begin == 1:
        before = "none"
    return f"{before}{min(first - begin, 2)}", f"{after}{min(end - last, 3)}"


def _joined(tokens: Tokens, at: int) -> bool:
    """Say whether a word goes on from the one before it."""
    return tokens.gaps[at] == " " and not tokens.opens[at]


def signs_of(scene: Scene, span: Span, facts: NameFacts) -> list[str]:
    """Give the signs of one span."""
    tokens, people = scene.tokens, scene.people
    first, last = span.first, span.last
    gap_before = tokens.gaps[first] if first else "^"
    gap_after = tokens.gaps[last] if last < len(tokens.words) else "^"
    if span.end < tokens.ends[last - 1] and tokens.text[span.end] in "'’":
        gap_after = "'s"
    before, before_class = _look(tokens, first - 1, back=True)
    after, after_class = _look(tokens, last, back=False)
    before2, before2_class = _look(tokens, first - 2, back=True)
    after2, after2_class = _look(tokens, last + 1, back=False)
    left = before_class if gap_before == " " else "|" + gap_before
    right = after_class if gap_after in (" ", "'s") else "|" + gap_after
    if gap_after == "'s":
        right = "'s " + right
    opens = tokens.opens[first]
    inside = any(people.inside[at] for at in range(first, last))
    surname = facts.single and span.name in people.known
    first_before = first > 0 and gap_before == " " and people.first_name(first - 1) > 5
    last_after = (
        people.last_name(last) // 10 if last < len(tokens.words) and gap_after == " " and tokens.capital[last] else 0
    )
    tail, head = _run_around(tokens, first, last)
    listed = gap_before == "," or gap_after == ","
    shouted = tokens.text[span.start : span.end].isupper() and len(span.name) > 3
    kind = facts.best
    person = "in" if inside else "known" if surname else "no"
    lowered = facts.single and facts.word in tokens.plain
    bound = "state" if span.within >= 0 else "of" if span.names_for >= 0 else "no"
    here = facts.signs
    return [
        *here, f"prev={before}{gap_before}", f"next={gap_after}{after}", f"prev2={before2}", f"next2={after2}",
        f"left={left}", f"right={right}", f"left2={before2_class}&{left}", f"right2={right}&{after2_class}",
        f"left={left}&right={right}", f"kind={kind}&left={left}", f"kind={kind}&right={right}",
        f"person={person}", f"person={person}&kind={kind}", f"person={person}&left={left}",
        f"firstbefore={first_before}",
        f"lastafter={last_after}", f"open={opens}", f"open={opens}&lower={facts.lower}",
        f"open={opens}&single={facts.single}&kind={kind}",
        f"listed={listed}&kind={kind}", f"shout={shouted}", f"lowered={lowered}", f"lowered={lowered}&kind={kind}",
        f"bound={bound}", f"bound={bound}&kind={kind}", f"placed={span.name in scene.placed}",
        f"located={span.name in scene.located}", f"times={min(4, scene.times[span.number])}",
        f"head={head}", f"head={head}&kind={kind}", f"tail={tail}", f"tail={tail}&kind={kind}",
        f"head={head}&left={left}",
        f"person={person}&size={min(5, len(str(facts.population)))}", f"lower={facts.lower}&left={left}",
        f"last={facts.last // 10}&left={left}", f"last={facts.last // 10}&right={right}",
    ]  # fmt: skip
