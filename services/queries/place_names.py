"""What a typed name means in a query, and the one name that a division is printed by.

    California, Georgia, Mexico      a bare name that is a state or country means that one
    Chicago                          else its largest meaning, if that has ten times the people of the next
    "Chicago, IL", "Paris, France"   with what lies around it
    "Georgia (country)"              with its type, where nothing else tells two apart
    "ocd-division/country:us/…"      an id

`canonical` gives the shortest of these that means the division and no other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from services.places.divisions import Kind
from services.places.find import find_rows
from services.places.gazetteer import COUNTRY, COUNTY, NOTHING, PLACE, STATE, Gazetteer, Sort

TYPES = {"country": Kind.COUNTRY, "state": Kind.STATE, "county": Kind.COUNTY, "parish": Kind.COUNTY, "city": Kind.PLACE,
         "town": Kind.PLACE, "place": Kind.PLACE, "region": Kind.REGION, "area": Kind.AREA,
         "district": Kind.DISTRICT}  # fmt: skip
_PLAIN = (Sort.CANONICAL, Sort.VARIANT, Sort.NICKNAME, Sort.SHORT, Sort.FULL)
_TYPED = re.compile(r"(.+?) \((\w+)\)")
_MANY = 400
_DOMINANT = 10


def meanings(gazetteer: Gazetteer, typed: str) -> Sequence[int]:
    """Give the rows that a typed name may mean, the likeliest first; one only, where it is clear."""
    typed = " ".join(typed.split())
    kind: Kind | None = None
    if (told := _TYPED.fullmatch(typed)) and told[2].lower() in TYPES:
        typed, kind = told[1], TYPES[told[2].lower()]
    rows = _quick(gazetteer, typed) or _called(gazetteer, typed)
    if kind is not None:
        rows = [row for row in rows if gazetteer.division(row).kind is kind]
    titled = [row for row in rows if gazetteer.title(row) == typed] if "," in typed else []
    return titled if len(titled) == 1 else _clear(gazetteer, rows, bare="," not in typed)


def canonical(gazetteer: Gazetteer, row: int) -> str:
    """Give the name that a division is printed by and found by."""
    wanted = gazetteer.id_of(row)
    for name in _forms(gazetteer, row):
        found = meanings(gazetteer, name)
        if len(found) == 1 and gazetteer.id_of(found[0]) == wanted:
            return name
    return wanted


def _forms(gazetteer: Gazetteer, row: int) -> Iterator[str]:
    kind = gazetteer.division(row).kind
    title, up = gazetteer.title(row), gazetteer.ups[row]
    full = title
    yield title
    if up != NOTHING and gazetteer.kinds[up] not in (COUNTRY, STATE):
        full = f"{gazetteer.label(row)}, {gazetteer.title(up)}"
        yield full
    shown = "city" if kind is Kind.PLACE else kind.value
    yield f"{title} ({shown})"
    yield f"{full} ({shown})"


def _quick(gazetteer: Gazetteer, typed: str) -> list[int]:
    """Find a name typed exactly as it is printed: most are, and searching without regard to case is slow."""
    name, comma, above = typed.rpartition(", ")
    if not comma:
        number = gazetteer.number_of(typed)
        return [] if number < 0 else _of_number(gazetteer, number)
    number = gazetteer.number_of(name)
    state = gazetteer.by_code.get(f"US-{above}")
    if number < 0 or state is None:
        return []
    rows = [row for row in _of_number(gazetteer, number) if gazetteer.state(row) == state]
    return [row for row in rows if row != state]


def _of_number(gazetteer: Gazetteer, number: int) -> list[int]:
    return list(dict.fromkeys(row for row, sort in gazetteer.linked(number) if sort in _PLAIN))


def _called(gazetteer: Gazetteer, typed: str) -> Sequence[int]:
    """Search without regard to case; what only begins so is left out: that is for a person who is still typing."""
    name, *around = typed.split(", ")
    if len(around) > 1:
        rows = _called(gazetteer, f"{name}, {around.pop()}")
        upper = {row for one in around for row in find_rows(gazetteer, one, _MANY)}
        return [row for row in rows if upper & set(gazetteer.rows_above(row))]
    rows = find_rows(gazetteer, typed, _MANY)
    if not rows or "," in typed or " of " in typed or gazetteer.row_of(typed) is not None:
        return rows
    return rows if gazetteer.number_of(typed) >= 0 or gazetteer.numbers_like(typed) else ()


def _clear(gazetteer: Gazetteer, rows: Collection[int], *, bare: bool) -> Sequence[int]:
    """Take the one that is meant, if it is clear which: a state or country, the only one, or by far the largest."""
    if bare:
        for kind in (STATE, COUNTRY):
            upper = [row for row in rows if gazetteer.kinds[row] == kind]
            if len(upper) == 1:
                return upper
    order = sorted(_apart(gazetteer, rows), key=lambda row: (-gazetteer.populations[row], row))
    if len({gazetteer.id_of(row) for row in order[:50]}) < 2:
        return order[:1]
    first, second = (gazetteer.populations[row] for row in order[:2])
    counties = any(gazetteer.kinds[row] == COUNTY for row in order)  # their people are not known
    if first and first >= _DOMINANT * second and not counties:
        return order[:1]
    return order


def _apart(gazetteer: Gazetteer, rows: Collection[int]) -> list[int]:
    """Leave out a county that is called as a city in it is: Carson City is both, and the city is meant."""
    cities = {(gazetteer.label(row), gazetteer.county(row)) for row in rows if gazetteer.kinds[row] == PLACE}
    return [row for row in rows if gazetteer.kinds[row] != COUNTY or (gazetteer.label(row), row) not in cities]
