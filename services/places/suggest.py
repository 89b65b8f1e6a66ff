"""Divisions for somebody who is still typing: "san bern" brings the city, the county, and San Bernardo in Chile.

A name typed whole comes before one that only begins so; then the larger comes first, and what lies in the gazetteer's
own country before what lies abroad. After a comma stands what lies around: "springf, il".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from services.places.find import find_rows
from services.places.gazetteer import COUNTRY, COUNTY, NOTHING, PLACE, STATE, Gazetteer, Sort

LEAST_LETTERS = 2
_MANY = 400
_ABROAD = 20  # times as many people a place abroad needs to stand beside one at home
_WHOLE = 30  # times as many people a name that only begins so needs to stand beside the one typed whole
_OTHERWISE = 20  # the same for a place that is called otherwise, as Saudi Arabia is a kingdom
_COUNTY = 0.09  # of its people: less than a city that is called as the county is
_UPPER = {COUNTRY: 10**9, STATE: 10**8}
_PLAIN = (Sort.CANONICAL, Sort.VARIANT, Sort.NICKNAME, Sort.SHORT, Sort.FULL)
_TYPES = ("Country", "State", "County", "City", "Region", "Area", "District")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A division as a list of choices shows it. `population` is 0 where it is not known."""

    row: int
    name: str
    type: str
    population: int


def suggest(gazetteer: Gazetteer, typed: str, limit: int = 8) -> list[Suggestion]:
    """Give the divisions whose names begin as typed, the likeliest first."""
    name, comma, above = (part.strip() for part in " ".join(typed.split()).partition(","))
    if len(name) < LEAST_LETTERS:
        return []
    found = dict.fromkeys(find_rows(gazetteer, name, _MANY), False)
    for row in _beginning(gazetteer, name):
        found.setdefault(row, True)
    rows = list(found)
    if comma and above:
        around = _around(gazetteer, above)
        rows = [row for row in rows if around & set(gazetteer.rows_above(row))]
    rows.sort(key=lambda row: (-_weight(gazetteer, row, name.casefold()), row))
    return [_shown(gazetteer, row) for row in rows[:limit]]


def _beginning(gazetteer: Gazetteer, name: str) -> list[int]:
    rows: dict[int, None] = {}
    for number in gazetteer.numbers_like(name, begins=True):
        rows.update((row, None) for row, sort in gazetteer.linked(number) if sort in _PLAIN)
    return list(rows)


def _around(gazetteer: Gazetteer, above: str) -> set[int]:
    """Give what the text after the comma may be: a postal code, or a name, whole or begun."""
    code = gazetteer.by_code.get(f"US-{above.upper()}")
    if code is not None:
        return {code}
    return set(find_rows(gazetteer, above, _MANY)) | set(_beginning(gazetteer, above))


def _weight(gazetteer: Gazetteer, row: int, name: str) -> float:
    kind, label = gazetteer.kinds[row], gazetteer.label(row).casefold()
    weight = float(gazetteer.populations[row] or 1) + _UPPER.get(kind, 0)
    if kind == COUNTY:
        weight = max(weight, _people_of_counties(gazetteer).get(row, 1) * _COUNTY)
    if gazetteer.country_of(row) not in (gazetteer.country, NOTHING, row):
        weight /= _ABROAD
    if label.removesuffix(" county") != name:
        weight /= _WHOLE if label.startswith(name) else _WHOLE * _OTHERWISE
    return weight


@lru_cache(1)
def _people_of_counties(gazetteer: Gazetteer) -> dict[int, int]:
    """Count the people of each county's places: the gazetteer has none for counties. Only good to rank by."""
    found: dict[int, int] = {}
    for row, county in enumerate(gazetteer.counties):
        if county != NOTHING and gazetteer.kinds[row] == PLACE:
            found[county] = found.get(county, 0) + gazetteer.populations[row]
    return found


def _shown(gazetteer: Gazetteer, row: int) -> Suggestion:
    name, kind = gazetteer.label(row), _TYPES[gazetteer.kinds[row]]
    above = [one for one in gazetteer.rows_above(row) if one != row]
    labels = [gazetteer.label(one) for one in above if one != gazetteer.by_code["US"]]
    if gazetteer.kinds[row] == PLACE and len(labels) > 2:
        labels = [labels[0], labels[-1]]  # the county and the state, or the region and the country
    inside = f" in {', '.join(dict.fromkeys(labels[:2]))}" if labels else ""
    return Suggestion(row, name, f"{kind}{inside}", gazetteer.populations[row])
