"""The traps: sentences in which names look like places and are none, or could be several. Each with what must come out.

    text, title, home      what is read; `home` is the source's, such as US-CA
    names, not_names       divisions that are named themselves, and that are not
    within, not_within     divisions that are named or contain what is named, and that are not
    states                 exactly these states
    silent                 words that are no sure mention
    ambiguous              words that are a mention of which it is not sure what it means

Divisions are written short: `ca`, `us`, `country:fr`, `ca/place:stockton`, `la/parish:orleans`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from services.articles.zones import read_text
from services.places.understand import Mention, Places, understand
from services.store.packs import gazetteer

FOLDER = Path(__file__).with_name("traps")
FIELDS = {
    "trap",
    "text",
    "title",
    "home",
    "names",
    "not_names",
    "within",
    "not_within",
    "states",
    "silent",
    "ambiguous",
}
_TYPED = {"dc": "district:dc", **{code: f"territory:{code}" for code in ("pr", "gu", "vi", "as", "mp")}}


@dataclass(frozen=True, slots=True, eq=False)
class Trap:
    """One trap: its kind, which is its file's name, what it says, and what it holds."""

    kind: str
    says: str
    holds: dict[str, Any]  # Any: YAML

    @property
    def id(self) -> str:
        """Name the trap in reports and in the list of known misses."""
        return f"{self.kind}: {self.says}"


def traps() -> list[Trap]:
    """Read all traps."""
    return [
        Trap(file.stem, one["trap"], one)
        for file in sorted(FOLDER.glob("*.yaml"))
        for one in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]


def full(short: str) -> str:
    """Write a division's id in full."""
    head, slash, rest = short.partition("/")
    if head.startswith("country:"):
        return f"ocd-division/{short}"
    if head == "us":
        return "ocd-division/country:us"
    return f"ocd-division/country:us/{_TYPED.get(head, f'state:{head}')}{slash}{rest}"


def understood(trap: Trap) -> Places:
    """Read a trap as an article is read."""
    text = trap.holds["text"].strip()
    return understand(read_text(text, title=trap.holds.get("title")), gazetteer(), trap.holds.get("home"))


def mistakes(trap: Trap) -> list[str]:
    """Say what came out otherwise than the trap asks."""
    found = understood(trap)
    sure = [one for one in found.mentions if not one.ambiguous]
    named = {one.division for one in sure}
    around = named.union(*(one.within for one in sure))
    said = [*_missing(trap, "names", named), *_missing(trap, "within", around)]
    said += [*_present(trap, "not_names", named), *_present(trap, "not_within", around)]
    said += [f"{text} is {name}" for text, name in _spoken(trap, "silent", sure)]
    unsure = [one for one in found.mentions if one.ambiguous]
    said += [f"{text} is not ambiguous" for text in trap.holds.get("ambiguous", ()) if not _over(text, unsure)]
    if "states" in trap.holds and (states := {f"US-{code.upper()}" for code in trap.holds["states"]}) != set(_of(sure)):
        said.append(f"states are {sorted(_of(sure))}, not {sorted(states)}")
    return said


def _of(sure: Sequence[Mention]) -> Iterator[str]:
    """Give the codes of the states that sure mentions name or lie in."""
    for one in sure:
        for division in (one.division, *one.within):
            head, _, last = division.rpartition(":")
            if head in ("ocd-division/country:us/state", "ocd-division/country:us/district",
                        "ocd-division/country:us/territory"):  # fmt: skip
                yield f"US-{last.upper()}"


def _missing(trap: Trap, field: str, found: set[str]) -> list[str]:
    return [f"{short} is missing" for short in trap.holds.get(field, ()) if full(short) not in found]


def _present(trap: Trap, field: str, found: set[str]) -> list[str]:
    return [f"{short} is there" for short in trap.holds.get(field, ()) if full(short) in found]


def _spoken(trap: Trap, field: str, among: Sequence[Mention]) -> list[tuple[str, str]]:
    return [(text, one.name) for text in trap.holds.get(field, ()) for one in _over(text, among)]


def _over(text: str, among: Sequence[Mention]) -> list[Mention]:
    """Give the mentions whose words hold these."""
    return [one for one in among if f" {text.lower()} " in f" {' '.join(one.text.lower().split())} "]
