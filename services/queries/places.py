"""What evaluation asks of the places of an article. Finding them is not done here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from services.articles.article import Zone
from services.queries.tree import Place, PlaceKind

PlaceFact: TypeAlias = tuple[PlaceKind, bool, bool, str]
"""What makes a place clause hold: its kind, whether it is exact, whether unsure mentions count, its division."""


def fact_of(place: Place) -> PlaceFact:
    """Give what must be so for a clause to hold."""
    return place.kind, place.exact, place.ambiguous, place.division


@dataclass(frozen=True, slots=True)
class PlaceHit:
    """A mention that makes a place clause hold: its characters in the zone's shown text, and how it was understood.

    `zone` is `None` where no passage shows it, as for a place known only from the article's focus.
    """

    zone: Zone | None
    start: int
    end: int
    how: str = ""


class Places(Protocol):
    """The places of one article."""

    def holds(self, place: Place) -> bool:
        """Whether the clause holds."""
        ...

    def facts(self) -> Collection[PlaceFact]:
        """Give every fact that is so: a clause with a division holds exactly if its fact is among them."""
        ...

    def hits(self, place: Place) -> Sequence[PlaceHit]:
        """Give the mentions that make it hold, the clearest first."""
        ...

    def left_out(self, place: Place) -> Sequence[PlaceHit]:
        """Give, for a clause that does not hold, the mentions that might have made it hold, each with why not."""
        ...


class NoPlaces:
    """The places of an article in which none were looked for: no place clause holds."""

    def holds(self, place: Place) -> bool:  # noqa: ARG002  # the shape of Places
        """Whether the clause holds: never."""
        return False

    def facts(self) -> Collection[PlaceFact]:
        """Give no fact."""
        return ()

    def hits(self, place: Place) -> Sequence[PlaceHit]:  # noqa: ARG002  # the shape of Places
        """Give no mention."""
        return ()

    def left_out(self, place: Place) -> Sequence[PlaceHit]:  # noqa: ARG002  # the shape of Places
        """Give no mention."""
        return ()
