"""The topic packs that ship, read from the data folder once a process."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.queries.parser import Lookups
from services.queries.tree import Node
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


def read_folder(folder: Path) -> dict[str, Pack]:
    """Read every pack of a folder, by name."""
    found = (read_pack(file.read_text(encoding="utf-8"), str(file)) for file in sorted(folder.glob("*.yaml")))
    return {pack.name: pack for pack in found}


@functools.cache
def shipped() -> Packs:
    """Give the packs that ship."""
    packs = read_folder(data_folder() / "topics")
    trees = {name: pack.tree for name, pack in packs.items()}
    return Packs(packs, trees, Lookups(topics=trees))
