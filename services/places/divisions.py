"""A division: one typed place with its id. Ids are Open Civic Data ids, made from names and types.

    ocd-division/country:us/state:ca/place:san_bernardino        a city
    ocd-division/country:us/state:ca/county:san_bernardino       the county of the same name
    ocd-division/country:us/state:la/parish:orleans              its equals: parish, borough, census_area, municipio
    ocd-division/country:gb/region:england/place:london          abroad, where the public list is silent

A place that shares name and state with a larger one has its county in its id. Abbreviations are not spelled out,
"Saint"
is written as the gazetteer's source writes it, and a few ids that are public otherwise stand in `names.yaml`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The types of divisions. A region is the first level outside the United States, an area is nobody's division."""

    COUNTRY = "country"
    STATE = "state"
    COUNTY = "county"
    PLACE = "place"
    REGION = "region"
    AREA = "area"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Division:
    """One typed place. `population` is 0 where no clean source has it; the point is in degrees, WGS 84.

    `code` is short and only for upper levels: "US", "US-CA", "US-CA-037". `parents` are the ids of all divisions that
    contain it, the nearest first; a city in several counties has all of them, Baltimore has none.
    """

    id: str
    name: str
    kind: Kind
    population: int
    lat: float
    lon: float
    code: str
    parents: tuple[str, ...]
    title: str
    """Name with what tells it apart: "Chicago, IL", "Los Angeles County, CA", "Paris, France"."""


_LETTERS = str.maketrans({"ı": "i", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae"})
_UNSIGHTLY = re.compile(r"[^a-z0-9~-]+")


def plain_letters(name: str) -> str:
    """Write a name without accents: "San José" as "San Jose"."""
    folded = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    return "".join(c for c in folded if not unicodedata.combining(c))


def slug(name: str) -> str:
    """Write a name as ids do: lower case, without accents, words joined by underscores."""
    plain = plain_letters(name).lower()
    for sign in "'’‘ʻʼ.":
        plain = plain.replace(sign, "")
    return _UNSIGHTLY.sub("_", plain).strip("_")
