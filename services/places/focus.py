"""What an article is about, and which governments it names.

About: the divisions of the title, the lead, or the dateline together with the body, or named again and again; a place
named once in passing is not. A dateline alone is enough where the article goes on to speak of "the City Council" or
"the Legislature". Government: "City of Chicago", "Chicago police", "Los Angeles County Sheriff", "California Senate",
"LAPD" name the public body of a division; "Chicago" alone names the place. "The state Assembly" and "the city council"
are those of the place that the article is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.articles.article import Zone
from services.places.bodies import Spoken, spoken_of
from services.places.gazetteer import AREA, COUNTRY, COUNTY, NOTHING, PLACE, REGION, STATE, Gazetteer
from services.places.tokens import Tokens
from services.places.words import listed

_WORTH = {Zone.TITLE: 3.0, Zone.DATELINE: 1.5, Zone.LEAD: 1.6, Zone.BODY: 0.7, Zone.CAPTION: 0.7}
_ABOUT = 2.0
_ALONE = 1.6  # enough where nothing else is worth more
_OF_THE_FIRST = 0.34  # what the first has, a further one must have this share of
_MOST_BODY = 2.8
_SPOKEN = 0.5  # for each body of its kind that is spoken of, up to
_MOST_SPOKEN = 1.5
_CAPITAL = 2  # this many bodies of a state or country make it what an article is about that has only a dateline

_CITY = listed(
    "police council mayor alderman aldermen councilman councilwoman councilmember fire firefighters "
    "officials officers city's attorney zoning schools school public"
)
_COUNTY = listed(
    "sheriff sheriff's board supervisors supervisor commissioners commissioner commission officials "
    "prosecutors prosecutor district superior circuit jail coroner deputies council executive judge "
    "attorney schools public department assessor"
)
_STATE = listed(
    "senate assembly legislature legislators lawmakers house governor gov supreme department attorney "
    "highway state officials senator senators general court appellate lottery republicans democrats "
    "dmv patrol education"
)
_COUNTRY = listed(
    "government parliament president minister prime supreme senate congress army military justice "
    "department district circuit attorney immigration customs officials forces foreign state embassy "
    "house court"
)
_BY_KIND = {PLACE: _CITY, COUNTY: _COUNTY, STATE: _STATE, COUNTRY: _COUNTRY, REGION: _COUNTRY}
_OF = listed(
    "city town village county borough township state commonwealth government mayor governor sheriff council parish "
    "department"
)


@dataclass(frozen=True, slots=True)
class Named:
    """A mention as this module needs it: its division, zone, and words in the joined text."""

    row: int
    zone: Zone
    first: int
    last: int
    people: bool


@dataclass(frozen=True, slots=True)
class Focus:
    """The rows of what an article is about, the most so first, and of whose governments it names."""

    about: Sequence[int]
    governments: Sequence[int]


def focus_of(gazetteer: Gazetteer, tokens: Tokens, named: Sequence[Named]) -> Focus:
    """Say both of an article's mentions."""
    spoken = spoken_of(tokens, {one.last for one in named})
    found = _about(gazetteer, _apart(gazetteer, named), spoken)
    return Focus(found, _governments(gazetteer, tokens, named, found, spoken))


def _apart(gazetteer: Gazetteer, named: Sequence[Named]) -> list[Named]:
    """Leave out states that stand behind their cities, as in "Flint, Mich.": they tell which city, and no more."""
    ends = {one.last: one.row for one in named}
    return [one for one in named if one.first not in ends or gazetteer.state(ends[one.first]) != one.row]


# ---- about ----


def _about(gazetteer: Gazetteer, named: Sequence[Named], spoken: Spoken) -> list[int]:
    worth = _worth(named)
    if not worth:
        return []
    anchors = {kind: _anchor(gazetteer, named, worth, kind) for kind in (PLACE, COUNTY, STATE)}
    for kind, row in anchors.items():
        count = spoken.home.get(kind, 0)
        if row is not None and _heads(named, row) and (count > 1 or worth[row] >= _ALONE):
            worth[row] += min(_MOST_SPOKEN, _SPOKEN * count)
    _add_upper(gazetteer, named, worth, spoken)
    order = sorted(worth, key=lambda row: -worth[row])
    first = worth[order[0]]
    found = [row for row in order if worth[row] >= max(_ABOUT, first * _OF_THE_FIRST)]
    if not found and first >= _ALONE and any(one.zone in (Zone.TITLE, Zone.LEAD) for one in named):
        found = order[:1]
    divisions = [row for row in found if gazetteer.kinds[row] != AREA]
    return divisions or found


def _worth(named: Sequence[Named]) -> dict[int, float]:
    worth: dict[int, float] = {}
    body: dict[int, float] = {}
    for one in named:
        if one.zone in (Zone.BODY, Zone.CAPTION):
            body[one.row] = min(_MOST_BODY, body.get(one.row, 0.0) + _WORTH[one.zone])
        elif not one.people or one.zone is Zone.TITLE:
            worth[one.row] = worth.get(one.row, 0.0) + _WORTH[one.zone]
    for row, more in body.items():
        worth[row] = worth.get(row, 0.0) + more
    return worth


def _heads(named: Sequence[Named], row: int) -> bool:
    """Whether a place stands in the title, dateline or lead."""
    return any(one.row == row and one.zone in (Zone.TITLE, Zone.DATELINE, Zone.LEAD) for one in named)


def _add_upper(gazetteer: Gazetteer, named: Sequence[Named], worth: dict[int, float], spoken: Spoken) -> None:
    """Let "SACRAMENTO — The Legislature" be about the state, and "WASHINGTON — Congress" about the country."""
    dateline = [one.row for one in named if one.zone is Zone.DATELINE]
    if not dateline or any(one.zone in (Zone.TITLE, Zone.LEAD) and not one.people for one in named):
        return
    cities, states, country = (spoken.home.get(kind, 0) for kind in (PLACE, STATE, COUNTRY))
    state = gazetteer.state(dateline[0])
    if country >= _CAPITAL and country >= states and gazetteer.country_of(dateline[0]) == gazetteer.country:
        worth[gazetteer.country] = worth.get(gazetteer.country, 0.0) + _ABOUT
    elif states >= _CAPITAL and states > cities and state != NOTHING:
        worth[state] = worth.get(state, 0.0) + _ABOUT


def _anchor(gazetteer: Gazetteer, named: Sequence[Named], worth: Mapping[int, float], kind: int) -> int | None:
    """Give the division of a kind that an article turns on: worth most, or where it was written."""
    rows = [row for row in worth if gazetteer.kinds[row] == kind]
    heading = [row for row in rows if _heads(named, row)]
    return max(heading or rows, key=lambda row: worth[row], default=None)


# ---- governments ----


def _governments(
    gazetteer: Gazetteer, tokens: Tokens, named: Sequence[Named], focus: Sequence[int], spoken: Spoken
) -> list[int]:
    found = dict.fromkeys(one.row for one in named if _names_body(gazetteer, tokens, one))
    bodies: Mapping[str, int] = gazetteer.governments
    found.update(dict.fromkeys(row for word in tokens.words if (row := bodies.get(word.rstrip("."))) is not None))
    if _is_abroad(gazetteer, named, focus):
        kinds = [kind for kind in (PLACE, REGION, COUNTRY) if spoken.abroad.get(kind)]
    else:
        kinds = [kind for kind in (PLACE, COUNTY, STATE, COUNTRY) if spoken.home.get(kind)]
    for kind in kinds:
        row = _whose(gazetteer, named, focus, kind)
        if row is not None:
            found[row] = None
    return list(found)


def _is_abroad(gazetteer: Gazetteer, named: Sequence[Named], focus: Sequence[int]) -> bool:
    rows = focus[:1] or [one.row for one in named[:1]]
    return any(gazetteer.country_of(row) not in (gazetteer.country, NOTHING) for row in rows)


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


def _whose(gazetteer: Gazetteer, named: Sequence[Named], focus: Sequence[int], kind: int) -> int | None:
    """Give the division of a kind whose body is meant where none is named: what the article is about, or lies in."""
    if kind == COUNTRY and not _is_abroad(gazetteer, named, focus):
        return gazetteer.country
    dateline = [one.row for one in named if one.zone is Zone.DATELINE]
    for row in [*focus, *dateline]:
        if gazetteer.kinds[row] == kind:
            return row
    if kind in (PLACE, COUNTY):  # a county's sheriff is named with the county, or is that of a county in the article
        return next((one.row for one in named if gazetteer.kinds[one.row] == kind), None) if kind == COUNTY else None
    for row in [*focus, *dateline]:
        above = gazetteer.state(row) if kind == STATE else gazetteer.country_of(row) if kind == COUNTRY else NOTHING
        if kind == REGION and gazetteer.kinds[gazetteer.ups[row]] == REGION:
            above = gazetteer.ups[row]
        if above != NOTHING:
            return above
    return None
