"""The gazetteer: every division with its names, in arrays, so that it is small and loads at once.

Names are found through a hash table of numbers, not through a dictionary of strings, which takes five times as much
memory. After a fork the arrays stay shared. How the file is written: `packed`.
"""

from __future__ import annotations

import lzma
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from zlib import crc32

from services.errors import InvalidError
from services.places.divisions import Division, Kind, slug
from services.places.packed import EMPTY, index_names, people_words, read_packed
from services.places.weights import BY_RULES, Weights, read_weights

NOTHING = 65535
_KINDS = (Kind.COUNTRY, Kind.STATE, Kind.COUNTY, Kind.PLACE, Kind.REGION, Kind.AREA, Kind.DISTRICT)
COUNTRY, STATE, COUNTY, PLACE, REGION, AREA, DISTRICT = range(len(_KINDS))


class Sort(IntEnum):
    """How a name names a division."""

    CANONICAL = 0
    VARIANT = 1
    NICKNAME = 2
    PEOPLE = 3
    SHORT = 4
    POSTAL = 5
    BARE = 6
    FULL = 7


class Gazetteer:
    """The divisions. Rows and names are numbers; `division(row)` says what a row is."""

    def __init__(self, packed: bytes, weights: Weights = BY_RULES) -> None:
        self.weights = weights
        file = read_packed(packed)
        head, columns = file.head, file.columns
        self.kinds, self.lats, self.lons = columns["kind"], columns["lat"], columns["lon"]
        self.populations, self.ups, self.counties = columns["population"], columns["up"], columns["county"]
        self.link_rows, self.link_sorts = columns["link_row"], columns["link_sort"]
        self.lower, self.counts = columns["lower"], columns["count"]
        self.first, self.last = columns["first"], columns["last"]
        self.codes: Sequence[str] = head["codes"]
        self.more: Mapping[int, Sequence[int]] = {int(row): rows for row, rows in head["more"].items()}
        self.by_code = {code: row for row, code in enumerate(self.codes) if code}
        self.country = self.by_code["US"]
        self._labels = columns["label"]
        self._types: dict[int, str] = {int(row): kind for row, kind in head["types"].items()}
        self._apart = array("I", head["apart"])
        self._apart_set = frozenset(self._apart)
        self.governments: Mapping[str, int] = head["governments"]
        self._exceptions: dict[str, str] = head["exceptions"]
        self._usual = {public: made for made, public in self._exceptions.items()}
        self._names = file.blobs["names"]
        index = index_names(self._names, columns["link_count"])
        self._starts, self.links, self._table, self.longest = index.starts, index.links, index.table, index.longest
        self._mask = len(self._table) - 1
        self.people = people_words(file.blobs["people"], columns["people_first"], columns["people_last"])

    # ---- names ----

    def name_at(self, number: int) -> str:
        """Give a name by its number."""
        return self._names[self._starts[number] : self._starts[number + 1] - 1].decode()

    def number_of(self, name: str) -> int:
        """Give the number of a name exactly as written, or -1."""
        key = name.encode()
        at = crc32(key) & self._mask
        table, starts, names = self._table, self._starts, self._names
        while (number := table[at]) != EMPTY:
            if names[starts[number] : starts[number + 1] - 1] == key:
                return number
            at = (at + 1) & self._mask
        return -1

    def linked(self, number: int) -> Iterator[tuple[int, int]]:
        """Give the divisions that a name names: row and sort."""
        low, high = self.links[number], self.links[number + 1]
        return zip(self.link_rows[low:high], self.link_sorts[low:high], strict=True)

    def numbers_like(self, text: str, *, begins: bool = False) -> list[int]:
        """Find names without regard to case: the whole name, or how it begins. This walks over all names."""
        wanted = re.escape(text.encode())
        pattern = re.compile(rb"(?i)^" + wanted + (rb".*$" if begins else rb"$"), re.MULTILINE)
        return [self._number_from(match.start()) for match in pattern.finditer(self._names)]

    def _number_from(self, start: int) -> int:
        return bisect_left(self._starts, start)

    # ---- divisions ----

    def __len__(self) -> int:
        return len(self.kinds)

    def label(self, row: int) -> str:
        """Give the name that a division is called by."""
        return self.name_at(self._labels[row])

    def code(self, row: int) -> str:
        """Give the code of an upper division, or nothing."""
        return self.codes[row] if row < len(self.codes) else ""

    def state(self, row: int) -> int:
        """Give the state that a division is or lies in, or `NOTHING`."""
        if self.kinds[row] == STATE:
            return row
        up = self.ups[row]
        return up if up != NOTHING and self.kinds[up] == STATE else NOTHING

    def country_of(self, row: int) -> int:
        """Give the country that a division is or lies in, or `NOTHING`."""
        while row != NOTHING and self.kinds[row] != COUNTRY:
            row = self.ups[row]
        return row

    def county(self, row: int) -> int:
        """Give the county that a division is or first of all lies in, or `NOTHING`."""
        return row if self.kinds[row] == COUNTY else self.counties[row]

    def rows_above(self, row: int) -> list[int]:
        """Give all divisions that contain one, the nearest first."""
        found: list[int] = []
        county = self.counties[row]
        if county != NOTHING:
            found.append(county)
        found += [one for one in self.more.get(row, ()) if one not in found]
        up = self.ups[row]
        while up != NOTHING:
            if up not in found:
                found.append(up)
            up = self.ups[up]
        return found

    def division(self, row: int) -> Division:
        """Say what a row is."""
        kind = _KINDS[self.kinds[row]]
        own = self.id_of(row)
        parents = tuple(one for one in map(self.id_of, self.rows_above(row)) if one != own)
        point = self.lats[row] / 100, self.lons[row] / 100
        return Division(own, self.label(row), kind, self.populations[row], *point, self.code(row), parents,
                        self.title(row))  # fmt: skip

    def title(self, row: int) -> str:
        """Give a division's name with what tells it apart."""
        name, up = self.label(row), self.ups[row]
        if self.kinds[row] in (COUNTRY, STATE) or up == NOTHING:
            return name
        if self.kinds[up] == STATE:
            county = self.counties[row]
            tail = self.codes[up].removeprefix("US-")
            told = f" ({self.label(county)})" if row in self._apart_set and county != NOTHING else ""
            return f"{name}, {tail}{told}"
        country = self.country_of(row)
        return f"{name}, {self.label(country)}" if country not in (NOTHING, row) else name

    def id_of(self, row: int) -> str:
        """Give a division's id."""
        made = self._made_id(row)
        return self._exceptions.get(made, made)

    def _made_id(self, row: int) -> str:
        kind, up, name = self.kinds[row], self.ups[row], self.label(row)
        if kind == COUNTRY:
            return f"ocd-division/country:{self.codes[row].lower()}"
        if kind == STATE:
            return f"ocd-division/country:us/state:{self.codes[row][3:].lower()}"
        if kind == COUNTY:
            typed = self._types.get(row, "county")
            bare = "place" if typed == "city" else typed
            return f"{self._base(up)}/{bare}:{slug(_without_type(name, typed))}"
        above = self._base(up) if up != NOTHING else "ocd-division"
        if kind == PLACE and row in self._apart_set and (county := self.counties[row]) != NOTHING:
            above = self._made_id(county)
        elif kind == PLACE and row in self._apart_set:
            return f"{above}/place:{slug(name)}~{row}"
        return f"{above}/{_KINDS[kind].value}:{slug(name)}"

    def _base(self, up: int) -> str:
        made = self._made_id(up)
        return self._exceptions.get(made, made)

    def row_of(self, division: str) -> int | None:
        """Find the row of an id."""
        last = division.rpartition(":")[2].partition("~")[0]
        if not division.startswith("ocd-division/"):
            return None
        if division.startswith("ocd-division/country:") and division.count("/") == 1:
            return self.by_code.get(last.upper())
        for row in self._rows_called(self._usual.get(division, division)):
            if self.id_of(row) == division:
                return row
        return None

    def _rows_called(self, division: str) -> Iterator[int]:
        """Give the rows whose name could have made an id's last part."""
        kind, _, last = division.rpartition("/")[2].partition(":")
        if kind in ("state", "territory", "district") and len(last) == 2:
            yield self.by_code.get(f"US-{last.upper()}", self.country)
            return
        words = last.partition("~")[0].split("_")
        plain = " ".join(word.capitalize() for word in words)
        for name in (
            plain,
            f"{plain} {kind.capitalize()}",
            plain.replace("Saint ", "St. "),
            plain.replace("St ", "St. "),
        ):
            if (number := self.number_of(name)) >= 0:  # nearly always; walking over all names takes 15 ms
                yield from (row for row, _ in self.linked(number))
        letters = ["['’.]?".join(word) for word in words]
        pattern = "(?im)^['’]?" + "[^A-Za-z0-9\\n]{1,6}".join(letters) + ".*$"
        for match in re.finditer(pattern.encode(), self._names):
            for row, _ in self.linked(self._number_from(match.start())):
                yield row


def _without_type(name: str, typed: str) -> str:
    tail = {"census_area": " Census Area", "planning_region": " Planning Region", "city": " City",
            "borough": " City and Borough"}.get(typed, f" {typed.title()}")  # fmt: skip
    return name.removesuffix(tail).removesuffix(f" {typed.title()}")


def load(folder: Path) -> Gazetteer:
    """Read the gazetteer from the folder that holds it."""
    file = folder / "gazetteer.bin"
    try:
        return Gazetteer(file.read_bytes(), read_weights(folder))
    except FileNotFoundError as error:
        raise InvalidError(f"The gazetteer is not there: a file {file} is expected") from error
    except (lzma.LZMAError, ValueError, KeyError) as error:
        raise InvalidError(f"{file} is no gazetteer: {error}") from error


@lru_cache(maxsize=1)
def shipped(folder: Path) -> Gazetteer:
    """Give the gazetteer of a folder, read once in a process."""
    return load(folder)
