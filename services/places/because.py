"""Say in words what decided a mention: "Calif." behind it, other places of the state around, the source's home,
size."""

from __future__ import annotations

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


class Because:
    """The words for the mentions of one article. `witnesses` are the spans taken as places, with what they mean."""

    def __init__(
        self, gazetteer: Gazetteer, ranks: Sequence[float], home: Home, witnesses: Sequence[tuple[Span, int]]
    ) -> None:
        self._gazetteer, self._ranks, self._home, self._witnesses = gazetteer, ranks, home, witnesses

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
        state, country = gazetteer.state(row), gazetteer.country_of(row)
        best, far = "", 1 << 30
        for other, meant in self._witnesses:
            away = abs(other.start - span.start)
            if other.number == span.number or meant == row or away >= far:
                continue
            upper = state if state != NOTHING and self._lies_in(meant, state) else NOTHING
            if upper == NOTHING and state == NOTHING and self._lies_in(meant, country):
                upper = country
            if upper != NOTHING:
                shown = gazetteer.label(upper)
                best, far = (f"the article names {shown}" if meant == upper
                             else f"next to “{other.name}”, which the article places in {shown}"), away  # fmt: skip
        return best

    def _lies_in(self, row: int, upper: int) -> bool:
        gazetteer = self._gazetteer
        return upper >= 0 and upper in (row, gazetteer.state(row), gazetteer.country_of(row), gazetteer.ups[row])
