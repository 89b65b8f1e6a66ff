"""The topic packs that ship, read from the data folder once a process."""

from __future__ import annotations

import functools
import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.errors import InvalidError
from services.places.gazetteer import Gazetteer
from services.places.gazetteer import shipped as shipped_gazetteer
from services.queries.lookups import KnownPlace, NoPlace, PlaceLookup, SeveralPlaces
from services.queries.parser import Lookups
from services.queries.place_lookup import place_lookup
from services.queries.tree import Node, PlaceKind
from services.stories.frequencies import Table, read_table
from services.topics.packs import Pack, read_pack


@dataclass(frozen=True, slots=True)
class Written:
    """The file of a pack: its name, and what stands in it."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Packs:
    """Topic packs by name; `trees` is what `topic:name` stands for, `lookups` what the parser asks.

    `texts` are the files of packs that ship.
    """

    packs: Mapping[str, Pack]
    trees: Mapping[str, Node]
    lookups: Lookups
    texts: Mapping[str, Written] = field(default_factory=dict)


def data_folder() -> Path:
    """Find the folder of the data that ships: `config/` in a clone, within the package in an installation."""
    clone = Path(__file__).parents[2] / "config"
    return clone if (clone / "topics").is_dir() else Path(__file__).parents[1] / "_config"


def gazetteer() -> Gazetteer:
    """Give the gazetteer that ships. Half a second at first; a process that forks calls this before."""
    return shipped_gazetteer(data_folder() / "places")


@functools.cache
def _places() -> PlaceLookup:
    return place_lookup(gazetteer())


def find_place(typed: str, kind: PlaceKind) -> KnownPlace | SeveralPlaces | NoPlace:
    """Look a place up in the gazetteer, which is read when a query first names a place."""
    return _places()(typed, kind)


def read_files(folder: Path) -> list[tuple[Pack, Written]]:
    """Read every pack of a folder, with its file as it is written. Raises `InvalidError` for a name used twice."""
    lookups = Lookups(places=find_place)
    found: dict[str, tuple[Pack, Written]] = {}
    for file in sorted(folder.glob("*.yaml")):
        text = _text_of(file)
        pack = read_pack(text, str(file), lookups)
        if pack.name in found:
            raise InvalidError(f'Two topic packs are called "{pack.name}", one in {file}', field="name")
        found[pack.name] = pack, Written(file.name, text)
    return list(found.values())


def _text_of(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidError(f"{file} is not UTF-8, at byte {error.start + 1}") from error


def read_folder(folder: Path) -> dict[str, Pack]:
    """Read every pack of a folder, by name."""
    return {pack.name: pack for pack, _ in read_files(folder)}


def packs_of(packs: Mapping[str, Pack], texts: Mapping[str, Written] | None = None) -> Packs:
    """Put packs together as queries and the parser ask for them."""
    trees = {name: pack.tree for name, pack in packs.items()}
    return Packs(packs, trees, Lookups(topics=trees, places=find_place), texts or {})


@functools.cache
def terms_table() -> Table:
    """Give the table of how common terms are, which stories are found by."""
    with gzip.open(data_folder() / "stories" / "terms.tsv.gz", "rt", encoding="utf-8") as lines:
        return read_table(lines)


@functools.cache
def shipped() -> Packs:
    """Give the packs that ship."""
    found = read_files(data_folder() / "topics")
    return packs_of({pack.name: pack for pack, _ in found}, {pack.name: written for pack, written in found})
