"""The table that the gazetteer is built in: divisions, and the names that point at them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field

NOTHING = 65535

COUNTRY, STATE, COUNTY, PLACE, REGION, AREA, DISTRICT = range(7)
"""Kinds of divisions; REGION and DISTRICT are first and second level outside the United States, AREA is nobody's."""

CANONICAL, VARIANT, NICKNAME, PEOPLE, SHORT, POSTAL, BARE, FULL = range(8)
"""How a name names: as it is called, spelled otherwise, familiarly, its people, AP abbreviation, postal code, a county
without the word, a county with it."""


@dataclass(slots=True)
class Row:
    """One division. `up` and `county` are rows; `code` is ISO, postal, FIPS or GeoNames' code; `more`: other counties."""

    kind: int
    name: str
    lat: float
    lon: float
    population: int = 0
    up: int = NOTHING
    county: int = NOTHING
    code: str = ""
    type: str = ""
    more: list[int] = field(default_factory=list)


class Table:
    """Rows in order: countries, states, counties, regions and districts first (`heads`), then places."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.names: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.by_code: dict[str, int] = {}
        self.places: dict[tuple[str, int], int] = {}
        self.heads = 0

    def add(self, row: Row) -> int:
        """Add a division with its own name, and its spellings."""
        at = len(self.rows)
        self.rows.append(row)
        if row.code:
            self.by_code[row.code] = at
            self.heads = at + 1
        self.call(row.name, at, FULL if row.kind == COUNTY else CANONICAL)
        for other in spellings(row.name):
            self.call(other, at, VARIANT)
        return at

    def call(self, name: str, at: int, sort: int) -> None:
        """Let a name point at a division, once."""
        if name and not any(row == at for row, _ in self.names[name]):
            self.names[name].append((at, sort))

    def find(self, name: str, up: int) -> int | None:
        """Find a place by name in a state or country."""
        return self.places.get((name, up))

    def apart(self) -> list[int]:
        """Give the places that share their name and state with a larger one: their ids name the county too."""
        seen: dict[tuple[str, int], int] = {}
        found = []
        for at, row in sorted(enumerate(self.rows), key=lambda one: (-one[1].population, one[0])):
            if row.kind == PLACE:
                key = (slug(row.name), row.up)
                if key in seen:
                    found.append(at)
                seen.setdefault(key, at)
        return found


def slug(name: str) -> str:
    """Write a name as ids do: lower case, words joined by underscores."""
    plain = plain_letters(name).lower().replace("'", "").replace("’", "").replace(".", "")
    return re.sub(r"[^a-z0-9~-]+", "_", plain).strip("_")


def plain_letters(name: str) -> str:
    """Take accents and foreign apostrophes away."""
    folded = unicodedata.normalize("NFKD", name.replace("ı", "i").replace("ł", "l").replace("Ł", "L").replace("ø", "o")
                                   .replace("Ø", "O").replace("đ", "d").replace("Đ", "D").replace("ß", "ss")
                                   .replace("æ", "ae").replace("Æ", "Ae"))  # fmt: skip
    return "".join(c for c in folded if not unicodedata.combining(c) and c not in "ʻʼ‘")


def spellings(name: str) -> list[str]:
    """Give the other ways to write a name: Saint and St., Fort and Ft., Mount and Mt., without accents."""
    found = []
    plain = plain_letters(name).replace("’", "'")
    if plain != name:
        found.append(plain)
        if "'" in plain and not name.isascii():
            found.append(plain.replace("'", ""))
    for long, short in (("Saint ", "St. "), ("Sainte ", "Ste. "), ("Fort ", "Ft. "), ("Mount ", "Mt. ")):
        if plain.startswith(long):
            found += [short + plain[len(long) :], short.replace(".", "") + plain[len(long) :]]
        if plain.startswith(short):
            found += [long + plain[len(short) :], short.replace(".", "") + plain[len(short) :]]
    for inner, other in ((" Saint ", " St. "), (" St. ", " Saint "), (" Mount ", " Mt. "), (" Fort ", " Ft. ")):
        if inner in plain:
            found.append(plain.replace(inner, other))
    return [one for one in found if one != name]
