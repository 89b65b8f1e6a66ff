"""Search the gazetteer for what a person typed: "Chicago", "chicago, il", "City of San Bernardino", "LA County", an
id."""

from __future__ import annotations

from services.places.divisions import Division
from services.places.gazetteer import COUNTY, PLACE, STATE, Gazetteer, Sort

_PUBLIC = ("city of ", "town of ", "village of ", "state of ", "commonwealth of ")
_RANK = (3, 2, 1, 1, 1, 0, 0)  # of country, state, county, place, region, area, district, where populations say nothing
_LEAST_LETTERS = 3  # to look for names that only begin so


def find(gazetteer: Gazetteer, text: str, limit: int = 10) -> list[Division]:
    """Give the divisions that a text names, the likeliest first; if none, those whose names begin so."""
    return [gazetteer.division(row) for row in find_rows(gazetteer, text, limit)]


def find_rows(gazetteer: Gazetteer, text: str, limit: int = 10) -> list[int]:
    """Give the same as rows."""
    asked = " ".join(text.replace("’", "'").split()).strip(" ,")
    if not asked:
        return []
    if (row := gazetteer.row_of(asked)) is not None:
        return [row]
    if (row := gazetteer.by_code.get(asked.upper())) is not None and "-" in asked:
        return [row]
    found = _named(gazetteer, asked) or _qualified(gazetteer, asked) or _public(gazetteer, asked)
    if not found and len(asked) >= _LEAST_LETTERS:
        found = _rows(gazetteer, gazetteer.numbers_like(asked, begins=True))
    return _ranked(gazetteer, found)[:limit]


def _named(gazetteer: Gazetteer, asked: str) -> dict[int, int]:
    exact = gazetteer.number_of(asked)
    numbers = [exact] if exact >= 0 and not asked.islower() else gazetteer.numbers_like(asked)
    return _rows(gazetteer, numbers, exact=asked)


def _qualified(gazetteer: Gazetteer, asked: str) -> dict[int, int]:
    """Read "Chicago, IL", "Paris, France", "Franklin, NJ (Somerset County)"."""
    asked, _, told = asked.partition(" (")
    name, comma, above = asked.rpartition(",")
    if not comma:
        return {}
    wanted = set(_rows(gazetteer, _any_case(gazetteer, above.strip()), exact=above.strip().upper()))
    county = set(_rows(gazetteer, _any_case(gazetteer, told.rstrip(")")))) if told else set()
    found = _named(gazetteer, name.strip()) or _public(gazetteer, name.strip())
    inside = {row: sort for row, sort in found.items() if wanted & set(gazetteer.rows_above(row))}
    return {row: sort for row, sort in inside.items() if not told or county & set(gazetteer.rows_above(row))}


def _any_case(gazetteer: Gazetteer, asked: str) -> list[int]:
    exact = gazetteer.number_of(asked)
    if exact < 0 and len(asked) == 2:  # a postal code, typed small
        exact = gazetteer.number_of(asked.upper())
    return [exact] if exact >= 0 else gazetteer.numbers_like(asked)


def _public(gazetteer: Gazetteer, asked: str) -> dict[int, int]:
    """Read "City of Chicago": only places; "State of California": only states."""
    for words in _PUBLIC:
        if asked.lower().startswith(words):
            kind = STATE if words.startswith(("state", "common")) else PLACE
            rest = asked[len(words) :]
            found = _named(gazetteer, rest) or _qualified(gazetteer, rest)
            return {row: sort for row, sort in found.items() if gazetteer.kinds[row] == kind}
    return {}


def _rows(gazetteer: Gazetteer, numbers: list[int], exact: str = "") -> dict[int, int]:
    found: dict[int, int] = {}
    for number in numbers:
        for row, sort in gazetteer.linked(number):
            if sort == Sort.POSTAL and not exact.isupper():
                continue
            if sort == Sort.PEOPLE and exact.islower():
                continue
            found[row] = min(sort, found.get(row, sort))
    if any(sort not in (Sort.BARE, Sort.PEOPLE) for sort in found.values()):
        found = {row: sort for row, sort in found.items() if sort not in (Sort.BARE, Sort.PEOPLE)}
    return found


def _ranked(gazetteer: Gazetteer, found: dict[int, int]) -> list[int]:
    def order(row: int) -> tuple[int, int, int, int]:
        kind = gazetteer.kinds[row]
        people = gazetteer.populations[row] or (1 if kind == COUNTY else 0)
        abroad = gazetteer.country_of(row) != gazetteer.country and kind not in (0,)
        return -_RANK[kind], -people // (10 if abroad else 1), found[row], row

    return sorted(found, key=order)
