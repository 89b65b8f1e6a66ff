"""The places of an article as they are kept with it: plain JSON, and back, without the gazetteer.

Kept are the mentions with their evidence, what the article is about, whose governments it names, what the source's home
was taken to be, and of every division named: its name, type and point, and all that contain it. A division in full has
its type: "San Bernardino, California (city)". What was kept stays as it was understood then, whatever later gazetteers
say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.articles.article import Zone
from services.places.divisions import Division, Kind
from services.places.gazetteer import NOTHING, STATE, Gazetteer
from services.places.understand import Mention, Places

Json = dict[str, Any]  # Any: JSON
_A_CITY = 5_000


@dataclass(frozen=True, slots=True)
class Known:
    """A division as an article's places name it. `shown` is its name in full with its type."""

    id: str
    name: str
    shown: str
    type: str
    lat: float
    lon: float
    within: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an article's places."""

    mentions: Sequence[Mention] = ()
    states: Sequence[str] = ()
    counties: Sequence[str] = ()
    about: Sequence[str] = ()
    gov: Sequence[str] = ()
    home: str | None = None
    divisions: Mapping[str, Known] = field(default_factory=dict)

    def around(self, division: str) -> tuple[str, ...]:
        """Give a division and all that contain it."""
        known = self.divisions.get(division)
        return (division, *known.within) if known else (division,)

    def shown(self, division: str) -> str:
        """Give a division's name in full, with its type."""
        known = self.divisions.get(division)
        return known.shown if known else division


def keep(places: Places, gazetteer: Gazetteer, home: str | None = None) -> Kept:
    """Take what is kept of an article's places."""
    ids = dict.fromkeys(
        [*(id_ for one in places.mentions for id_ in (one.division, *one.others)), *places.about, *places.gov]
    )
    divisions = {id_: known for id_ in ids if (known := known_as(gazetteer, id_))}
    return Kept(
        places.mentions, places.states, places.counties, places.about, places.gov, home=home, divisions=divisions
    )


def known_as(gazetteer: Gazetteer, id_: str) -> Known | None:
    """Say how a division is named; `None` if there is none with this id."""
    row = gazetteer.row_of(id_)
    if row is None:
        return None
    one = gazetteer.division(row)
    return Known(id_, one.title, _in_full(gazetteer, row, one), one.kind.value, one.lat, one.lon, one.parents)


def _in_full(gazetteer: Gazetteer, row: int, one: Division) -> str:
    up = gazetteer.ups[row]
    if one.kind is Kind.STATE:
        return one.name
    if one.kind is Kind.COUNTRY:
        return f"{one.name} (country)" if "US-" + _postal(gazetteer, one.name) in gazetteer.by_code else one.name
    country = gazetteer.country_of(row)
    upper = up if up != NOTHING and gazetteer.kinds[up] == STATE else country
    name = f"{one.name}, {gazetteer.label(upper)}" if upper not in (NOTHING, row) else one.name
    if one.kind is Kind.COUNTY:
        return name if one.name.endswith((" County", " Parish", " Borough")) else f"{name} (county)"
    if one.kind is Kind.PLACE:
        return f"{name} ({'city' if one.population >= _A_CITY else 'town'})"
    return f"{name} ({one.kind.value})"


def _postal(gazetteer: Gazetteer, name: str) -> str:
    """Give the postal code of the state that has a country's name, as Georgia does."""
    number = gazetteer.number_of(name)
    rows = [row for row, _ in gazetteer.linked(number)] if number >= 0 else []
    return next((gazetteer.code(row).removeprefix("US-") for row in rows if gazetteer.kinds[row] == STATE), "")


# ---- JSON ----


class _Numbers(dict[str, int]):
    """Texts by the number under which each stands in a list, so that it stands there once."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number


def to_json(kept: Kept) -> Json:
    """Give what is kept as JSON: `ids` and `said` are lists that the rest counts in."""
    ids, said = _Numbers(), _Numbers()
    divisions = [
        [ids[one.id], one.name, one.shown, one.type, one.lat, one.lon, [ids[id_] for id_ in one.within]]
        for one in kept.divisions.values()
    ]
    mentions = [
        [one.zone.value, one.start, one.end, one.text, ids[one.division], one.confidence, int(one.ambiguous),
         [ids[id_] for id_ in one.others], said[one.evidence]]
        for one in kept.mentions
    ]  # fmt: skip
    focus = {"about": [ids[id_] for id_ in kept.about], "gov": [ids[id_] for id_ in kept.gov]}
    return {"home": kept.home, "mentions": mentions, "states": list(kept.states), "counties": list(kept.counties),
            **focus, "divisions": divisions, "ids": list(ids), "said": list(said)}  # fmt: skip


def of_json(given: Json) -> Kept:
    """Read what `to_json` gave."""
    ids: list[str] = given["ids"]
    known = [
        Known(ids[id_], name, shown, type_, lat, lon, tuple(ids[one] for one in within))
        for id_, name, shown, type_, lat, lon, within in given["divisions"]
    ]
    divisions = {one.id: one for one in known}
    mentions = tuple(_mention(one, ids, given["said"], divisions) for one in given["mentions"])
    about, gov = (tuple(ids[one] for one in given[name]) for name in ("about", "gov"))
    states, counties = tuple(given["states"]), tuple(given["counties"])
    return Kept(mentions, states, counties, about, gov, home=given["home"], divisions=divisions)


def _mention(  # Any: JSON
    given: Sequence[Any], ids: Sequence[str], said: Sequence[str], divisions: Mapping[str, Known]
) -> Mention:
    zone, start, end, text, id_, confidence, ambiguous, others, evidence = given
    known = divisions[ids[id_]]
    return Mention(
        zone=Zone(zone), start=start, end=end, text=text, division=known.id, name=known.name, type=known.type,
        lat=known.lat, lon=known.lon, within=known.within, confidence=confidence, ambiguous=bool(ambiguous),
        others=tuple(ids[one] for one in others), evidence=said[evidence],
    )  # fmt: skip


def shown(kept: Kept) -> Json:
    """Give what programs are shown: mentions as objects, and lists of codes and ids."""
    mentions = [
        {
            "zone": one.zone.value, "start": one.start, "end": one.end, "text": one.text, "division": one.division,
            "name": one.name, "type": one.type, "lat": one.lat, "lon": one.lon, "confidence": one.confidence,
            "ambiguous": one.ambiguous, "others": list(one.others), "evidence": one.evidence,
        }
        for one in kept.mentions
    ]  # fmt: skip
    return {"places": mentions, "states": list(kept.states), "counties": list(kept.counties),
            "about": list(kept.about), "gov": list(kept.gov), "home": kept.home}  # fmt: skip
