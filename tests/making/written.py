"""Reads `config/places/names.yaml`, the names written by hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class Called:
    """Other names of a state or country, and of its people."""

    names: tuple[str, ...]
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """The file. Places are (name, postal or country code); areas are (latitude, longitude, code)."""

    states: dict[str, Called]
    countries: dict[str, Called]
    cities: dict[str, tuple[str, str]]
    counties: dict[str, tuple[str, str]]
    world: dict[str, tuple[str, str]]
    areas: dict[str, tuple[float, float, str]]
    state_areas: dict[str, tuple[float, float, str]]
    several_counties: dict[tuple[str, str], list[str]]
    same_as: dict[tuple[str, str], str]
    no_places: tuple[str, ...]
    governments: dict[str, tuple[str, str]]
    ocd_exceptions: dict[str, str]
    state_population: dict[str, int]


def read_written(file: Path) -> Written:
    """Read the file; every value is text, so that the country NO stays Norway."""
    found = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return Written(
        {code: _called(text) for code, text in found["states"].items()},
        {code: _called(text) for code, text in found["countries"].items()},
        {name: _pair(text) for name, text in found["cities"].items()},
        {name: _pair(text) for name, text in found["counties"].items()},
        {name: _pair(text) for name, text in found["world"].items()},
        {name: _area(text) for name, text in found["areas"].items()},
        {name: _area(text) for name, text in found["state_areas"].items()},
        {_pair(name): text.split() for name, text in found["several_counties"].items()},
        {_pair(name): text for name, text in found["same_as"].items()},
        tuple(one.strip() for one in found["no_places"].split("|")),
        {name: _pair(text) for name, text in found["governments"].items()},
        found["ocd_exceptions"],
        {code: int(text) for code, text in found["state_population"].items()},
    )


def _called(text: str) -> Called:
    names, _, people = text.partition("|")
    return Called(_listed(names), _listed(people))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())


def _pair(text: str) -> tuple[str, str]:
    name, _, code = text.rpartition(", ")
    return name, code


def _area(text: str) -> tuple[float, float, str]:
    lat, lon, code = (one.strip() for one in text.split(","))
    return float(lat), float(lon), code
