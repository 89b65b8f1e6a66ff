"""What the parser asks others: which topics exist, and which place a name means."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeAlias

from services.queries.tree import PlaceKind


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """The one place that a name means: its canonical name, such as "Chicago, IL", and its division id."""

    name: str
    division: str


@dataclass(frozen=True, slots=True)
class SeveralPlaces:
    """A name with several meanings: the canonical names of the likeliest, and how many there are in all.

    `shown` are the same as a person reads them: "Springfield, Illinois (114,000)".
    """

    names: tuple[str, ...]
    count: int
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoPlace:
    """A name that nothing has: the canonical names of places that are called nearly so, and as a person reads them."""

    names: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()


PlaceLookup: TypeAlias = Callable[[str, PlaceKind], KnownPlace | SeveralPlaces | NoPlace]
"""A typed name and the field it stands in to what it means."""


@dataclass(frozen=True, slots=True)
class Lookups:
    """The look-ups. `topics=None`: every topic name is accepted; `places=None`: places stay as typed."""

    topics: Collection[str] | None = None
    places: PlaceLookup | None = None
