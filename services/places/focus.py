"""What an article is about, and which governments it names.

About: the divisions of the title, the lead, or the dateline together with the body, or named again and again; a place
named
once in passing is not. Government: "City of Chicago", "Chicago police", "Los Angeles County Sheriff",
"California Senate",
"LAPD" name the public body of a division; "Chicago" alone names the place. "The state Assembly" and "the city council"
are those of the place that the article is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.articles.article import Zone
from services.places.gazetteer import COUNTRY, COUNTY, NOTHING, PLACE, STATE, Gazetteer
from services.places.tokens import Tokens
from services.places.words import listed

_WORTH = {Zone.TITLE: 3.0, Zone.DATELINE: 1.5, Zone.LEAD: 2.0, Zone.BODY: 0.7, Zone.CAPTION: 0.7}
_ABOUT = 2.0
_OF_THE_FIRST = 0.34  # what the first has, a further one must have this share of
_MOST_BODY = 2.8

_CITY = listed(
    "police council mayor alderman aldermen councilman councilwoman councilmember fire firefighters "
    "officials officers city's attorney zoning schools school public"
)
_COUNTY = listed(
    "sheriff sheriff's board supervisors supervisor commissioners commissioner commission officials "
    "prosecutors prosecutor district superior circuit jail coroner deputies council executive judge "
    "attorney schools public department"
)
_STATE = listed(
    "senate assembly legislature legislators lawmakers house governor gov supreme department attorney "
    "highway state officials senator senators general court appellate lottery republicans democrats "
    "dmv patrol"
)
_COUNTRY = listed(
    "government parliament president minister prime supreme senate congress army military justice "
    "department district circuit attorney immigration customs officials forces foreign state embassy "
    "house court"
)
_BY_KIND = {PLACE: _CITY, COUNTY: _COUNTY, STATE: _STATE, COUNTRY: _COUNTRY}
_OF = listed(
    "city town village county borough township state commonwealth government mayor governor sheriff council parish"
)
_GENERIC = (
    (PLACE, ("city council", "city officials", "city hall", "city attorney", "the mayor", "city manager")),
    (COUNTY, ("county sheriff", "county supervisors", "county commissioners", "board of supervisors",
    "county officials")),
    (STATE, ("state senate", "state assembly", "state legislature", "state lawmakers", "the governor", "state house",
             "state supreme court", "state officials", "state attorney general")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """A mention as this module needs it: its division, zone, and words in the joined text."""

    row: int
    zone: Zone
    first: int
    last: int
    people: bool


def about(named: Sequence[Named]) -> list[int]:
    """Give the rows of what an article is about, the most so first."""
    worth: dict[int, float] = {}
    body: dict[int, float] = {}
    for one in named:
        if one.zone in (Zone.BODY, Zone.CAPTION):
            body[one.row] = min(_MOST_BODY, body.get(one.row, 0.0) + _WORTH[one.zone])
        elif not one.people or one.zone is Zone.TITLE:
            worth[one.row] = worth.get(one.row, 0.0) + _WORTH[one.zone]
    for row, more in body.items():
        worth[row] = worth.get(row, 0.0) + more
    if not worth:
        return []
    order = sorted(worth, key=lambda row: -worth[row])
    first = worth[order[0]]
    return [row for row in order if worth[row] >= max(_ABOUT, first * _OF_THE_FIRST)]


def governments(gazetteer: Gazetteer, tokens: Tokens, named: Sequence[Named], focus: Sequence[int]) -> list[int]:
    """Give the rows of the divisions whose public bodies an article names."""
    found: dict[int, None] = {}
    for one in named:
        if _names_body(gazetteer, tokens, one):
            found[one.row] = None
    bodies: Mapping[str, int] = gazetteer.governments
    for word in tokens.words:
        row = bodies.get(word.rstrip("."))
        if row is not None:
            found[row] = None
    spoken = " ".join(tokens.lowers)
    for kind, phrases in _GENERIC:
        if any(phrase in spoken for phrase in phrases):
            row = _of_kind(gazetteer, named, focus, kind)
            if row is not None:
                found[row] = None
    return list(found)


def _names_body(gazetteer: Gazetteer, tokens: Tokens, one: Named) -> bool:
    kind, lowers, count = gazetteer.kinds[one.row], tokens.lowers, len(tokens)
    wanted = _BY_KIND.get(kind, frozenset())
    after = lowers[one.last] if one.last < count and tokens.gaps[one.last] == " " else ""
    if after == "city" and kind == PLACE and one.last + 1 < count:
        after = lowers[one.last + 1]
    if after.removesuffix("'s").removesuffix("’s") in wanted or after in wanted:
        return True
    first = one.first
    return first >= 2 and lowers[first - 1] == "of" and lowers[first - 2] in _OF


def _of_kind(gazetteer: Gazetteer, named: Sequence[Named], focus: Sequence[int], kind: int) -> int | None:
    """Give the one division of a kind that an article's first place lies in, or is."""
    for row in [*focus[:1], *(one.row for one in named)]:
        if gazetteer.kinds[row] == kind:
            return row
        above = gazetteer.state(row) if kind == STATE else gazetteer.county(row) if kind == COUNTY else NOTHING
        if above != NOTHING:
            return above
    return None
