"""The topic packs that ship, read from the data folder once a process."""

from __future__ import annotations

import functools
import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.places.gazetteer import Gazetteer
from services.places.gazetteer import shipped as shipped_gazetteer
from services.queries.lookups import KnownPlace, NoPlace, PlaceLookup, SeveralPlaces
from services.queries.parser import Lookups
from services.queries.place_lookup import place_lookup
from services.queries.tree import Node, PlaceKind
from services.stories.frequencies import Table, read_table
from services.topics.packs import Pack, read_pack


@dataclass(frozen=True, slots=True)
class Packs:
    """Topic packs by name; `trees` is what `topic:name` stands for, `lookups` what the parser asks."""

    packs: Mapping[str, Pack]
    trees: Mapping[str, Node]
    lookups: Lookups


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


def read_folder(folder: Path) -> dict[str, Pack]:
    """Read every pack of a folder, by name."""
    lookups = Lookups(places=find_place)
    found = (read_pack(file.read_text(encoding="utf-8"), str(file), lookups) for file in sorted(folder.glob("*.yaml")))
    return {pack.name: pack for pack in found}


@functools.cache
def terms_table() -> Table:
    """Give the table of how common terms are, which stories are found by."""
    with gzip.open(data_folder() / "stories" / "terms.tsv.gz", "rt", encoding="utf-8") as lines:
        return read_table(lines)


@functools.cache
def shipped() -> Packs:
    """Give the packs that ship."""
    packs = read_folder(data_folder() / "topics")
    trees = {name: pack.tree for name, pack in packs.items()}
    return Packs(packs, trees, Lookups(topics=trees, places=find_place))
