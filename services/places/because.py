"""Say in words what decided a mention: "Calif." behind it, other places of the state around, the source's home,
size."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

from services.places.evidence import EVIDENCE
from services.places.gazetteer import COUNTRY, COUNTY, NOTHING, PLACE, STATE, Gazetteer
from services.places.home import Home
from services.places.rank import Meaning
from services.places.spans import Span

_AT = {name: at for at, name in enumerate(EVIDENCE)}
_GROUPS = {
    "around": ("state named", "country named", "state share", "state leads", "county votes", "near", "near leads",
               "country share", "abroad share"),
    "home": ("home", "home place", "home county", "not home", "home near"),
    "size": ("people", "people gap", "largest", "post office", "small alone", "capital"),
    "elsewhere": ("behind elsewhere", "not behind elsewhere"),
}  # fmt: skip
_PLAIN = {COUNTRY: "the country called so", STATE: "the state called so", COUNTY: "the county called so"}
_LEAST = 0.4  # of a weight: what says less decides nothing
_FAR = 100  # mentions: an article may hold a hundred thousand of one name
_NEVER = 1 << 30


class Because:
    """The words for the mentions of one article. `witnesses` are the spans taken as places, in the order of
    the text, with what they mean."""

    def __init__(
        self, gazetteer: Gazetteer, ranks: Sequence[float], home: Home, witnesses: Sequence[tuple[Span, int]]
    ) -> None:
        self._gazetteer, self._ranks, self._home = gazetteer, ranks, home
        self._within: dict[int, list[tuple[Span, int]]] = defaultdict(list)
        for span, row in witnesses:
            for upper in {row, gazetteer.state(row), gazetteer.country_of(row), gazetteer.ups[row]} - {NOTHING}:
                self._within[upper].append((span, row))

    def words(self, span: Span, meaning: Meaning) -> str:
        """Give the words for one mention."""
        gazetteer = self._gazetteer
        row = meaning.rows[0]
        if span.within >= 0 and self._lies_in(row, span.within):
            return f"“{gazetteer.label(span.within)}” stands behind it"
        if len(meaning.rows) == 1:
            witness = self._witness(span, row) if gazetteer.kinds[row] == PLACE else ""
            return f"nothing else is called so; {witness}" if witness else "nothing else is called so"
        said = [self._said(group, span, row) for group in self._deciding(meaning)]
        return "; ".join([one for one in said if one][:2]) or _PLAIN.get(
            gazetteer.kinds[row], "the likeliest of what is called so"
        )

    def _deciding(self, meaning: Meaning) -> list[str]:
        """Give the kinds of evidence that set the first meaning off from the second, the strongest first."""
        one, two = meaning.evidence[0], meaning.evidence[1]
        told = {
            group: sum(self._ranks[_AT[name]] * (one[_AT[name]] - two[_AT[name]]) for name in names)
            for group, names in _GROUPS.items()
        }
        return sorted((group for group in told if told[group] >= _LEAST), key=lambda group: -told[group])

    def _said(self, group: str, span: Span, row: int) -> str:
        gazetteer = self._gazetteer
        if group == "around":
            return self._witness(span, row)
        if group == "home":
            upper = self._home.upper
            return f"the source is at home in {gazetteer.label(upper)}" if self._lies_in(row, upper) else ""
        if group == "elsewhere":
            return "its state is named with it elsewhere in the article"
        return "the largest place called so" if gazetteer.kinds[row] == PLACE else ""

    def _witness(self, span: Span, row: int) -> str:
        """Name the nearest other mention in the same state or country."""
        gazetteer = self._gazetteer
        state = gazetteer.state(row)
        upper = gazetteer.country_of(row) if state == NOTHING else state
        found = self._nearest(span, row, upper)
        if found is None:
            return ""
        other, meant = found
        shown = gazetteer.label(upper)
        return (
            f"the article names {shown}"
            if meant == upper
            else (f"next to “{other.name}”, which the article places in {shown}")
        )

    def _nearest(self, span: Span, row: int, upper: int) -> tuple[Span, int] | None:
        """Look outwards from a span; of two as far away the first counts. What is many mentions away says nothing."""
        its = self._within.get(upper, [])
        after = bisect_right(its, span.start, key=lambda one: one[0].start)
        before, ends = after - 1, (max(after - _FAR, 0) - 1, min(after + _FAR, len(its)))
        while before > ends[0] or after < ends[1]:
            left = span.start - its[before][0].start if before > ends[0] else _NEVER
            right = its[after][0].start - span.start if after < ends[1] else _NEVER
            other, meant = its[before] if left <= right else its[after]
            if other.number != span.number and meant != row:
                return other, meant
            before, after = (before - 1, after) if left <= right else (before, after + 1)
        return None

    def _lies_in(self, row: int, upper: int) -> bool:
        gazetteer = self._gazetteer
        return upper >= 0 and upper in (row, gazetteer.state(row), gazetteer.country_of(row), gazetteer.ups[row])
