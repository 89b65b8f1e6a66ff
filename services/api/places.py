"""Places: search the gazetteer, and how an article's places are shown."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from services.api.routing import router
from services.api.shapes import Page, Shown
from services.places.find import find_rows
from services.places.kept import Kept, known_as, of_json, shown
from services.queries.place_names import canonical
from services.store.packs import gazetteer

routes = router("places")


class PlaceShown(Shown):
    """A division of the gazetteer. `name` is what a query is written with, `shown` has its type.

    `population` is 0 where it is not known. `within` are the ids of all divisions that contain it.
    """

    id: str
    name: str
    shown: str
    type: str
    population: int
    lat: float
    lon: float
    within: list[str]


class MentionShown(Shown):
    """A place that an article names.

    `start` and `end` count characters of the article's text, or of its title in the zone `title`. An ambiguous mention
    may also be one of `others`. `evidence` says what decided it.
    """

    zone: str
    start: int
    end: int
    text: str
    division: str
    name: str
    type: str
    lat: float
    lon: float
    confidence: float
    ambiguous: bool
    others: list[str]
    evidence: str


class PlacesShown(Shown):
    """The places of an article: mentions, the codes of states and counties, and division ids.

    `about` is what it is about, `gov` whose governments it names, `home` what its source's home was taken to be.
    """

    places: list[MentionShown]
    states: list[str]
    counties: list[str]
    about: list[str]
    gov: list[str]
    home: str | None


def kept_places(kept: dict[str, Any] | None) -> dict[str, Any]:  # Any: JSON, and the fields of a shape
    """Give what `PlacesShown` shows of an article's row; an article that nobody has read yet has no places."""
    return shown(of_json(kept) if kept else Kept())


@routes.get("")
def find(
    find: Annotated[str, Query(min_length=1, max_length=200)], limit: Annotated[int, Query(ge=1, le=100)] = 10
) -> Page[PlaceShown]:
    """Find divisions by a name, a name with its state or country, a government's name or an id; the likeliest first."""
    known = gazetteer()
    return Page(items=[_place(row) for row in find_rows(known, find, limit)], next=None)


def _place(row: int) -> PlaceShown:
    known = gazetteer()
    id_ = known.id_of(row)
    one = known_as(known, id_)
    assert one is not None, "an id of the gazetteer is found in it"
    return PlaceShown(
        id=id_, name=canonical(known, row), shown=one.shown, type=one.type, population=known.populations[row],
        lat=one.lat, lon=one.lon, within=list(one.within),
    )  # fmt: skip
