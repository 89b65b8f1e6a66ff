"""What the names of an article say together: each distinct name votes for where its divisions lie.

A name's vote is its weight (how likely it is a place at all), shared out over its divisions: countries, states and
regions
count more than counties, larger places more than smaller ones. A name never hears its own vote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.places.gazetteer import AREA, COUNTRY, COUNTY, NOTHING, PLACE, REGION, STATE, Gazetteer, Sort
from services.places.home import Home
from services.places.spans import Span

_UPPER = 4.0
_MOST = 14  # a name's divisions that may vote, the largest

Key = tuple[int, int]
"""A name and the state or country that stands behind it (-1: none)."""


@dataclass(slots=True)
class Ballot:
    """The votes of one name, by state, country, county and cell of a degree."""

    states: dict[int, float] = field(default_factory=dict)
    countries: dict[int, float] = field(default_factory=dict)
    counties: dict[int, float] = field(default_factory=dict)
    cells: dict[int, float] = field(default_factory=dict)


@dataclass(slots=True)
class Votes:
    """All votes of an article, and what is named outright in it."""

    whole: Ballot = field(default_factory=Ballot)
    of: dict[Key, Ballot] = field(default_factory=dict)
    named: dict[int, set[int]] = field(default_factory=dict)
    """Upper divisions that the article names outright, by the names that do."""
    fixed: dict[int, set[int]] = field(default_factory=dict)
    """Name to the states and countries that stand behind it somewhere in the article."""


def count_votes(gazetteer: Gazetteer, spans: Sequence[Span], weights: Sequence[float], home: Home) -> Votes:
    """Count the votes. `weights` has one number a span; a name counts once, with its highest."""
    votes = Votes()
    heaviest: dict[Key, tuple[float, Span]] = {}
    for span, weight in zip(spans, weights, strict=True):
        key = (span.number, span.within)
        if key not in heaviest or heaviest[key][0] < weight:
            heaviest[key] = (weight, span)
        if span.within >= 0 and weight > 0.3:
            votes.fixed.setdefault(span.number, set()).add(span.within)
        if weight > 0.4:
            for row, sort in zip(span.rows, span.sorts, strict=True):
                if gazetteer.kinds[row] in (COUNTRY, STATE, REGION) and sort != Sort.BARE:
                    votes.named.setdefault(row, set()).add(span.number)
    for key, (weight, span) in heaviest.items():
        if weight < 0.05:
            continue
        ballot = votes.of[key] = Ballot()
        for row, share in _shares(gazetteer, span, votes, home):
            _cast(gazetteer, ballot, row, share * weight)
        for mine, all_ in _sides(ballot, votes.whole):
            for at, share in mine.items():
                all_[at] = all_.get(at, 0.0) + share
    return votes


def _sides(one: Ballot, two: Ballot) -> tuple[tuple[dict[int, float], dict[int, float]], ...]:
    return (
        (one.states, two.states),
        (one.countries, two.countries),
        (one.counties, two.counties),
        (one.cells, two.cells),
    )


def _shares(gazetteer: Gazetteer, span: Span, votes: Votes, home: Home) -> list[tuple[int, float]]:
    kinds, populations = gazetteer.kinds, gazetteer.populations
    rows = span.rows
    if len(rows) > _MOST:
        kept = sorted(rows, key=lambda row: (kinds[row] != PLACE, populations[row], home.holds(gazetteer, row)))
        rows = kept[-_MOST:] + [row for row in kept[:-_MOST] if home.holds(gazetteer, row)]
    largest = max([populations[row] for row in rows if kinds[row] == PLACE], default=0) or 1
    fixed = votes.fixed.get(span.number, ())
    found: list[tuple[int, float]] = []
    total = 0.0
    for row in rows:
        kind, state = kinds[row], gazetteer.state(row)
        if kind in (COUNTRY, STATE, REGION, AREA):
            share = _UPPER if kind != AREA else 1.0
        elif kind == PLACE:
            share = 0.1 + 0.9 * populations[row] / largest
        else:
            share = 1.0
        if home.holds(gazetteer, row):
            share += 1.5
        if state in votes.named and votes.named[state] - {span.number}:
            share += 1.0
        if fixed and (state in fixed or gazetteer.country_of(row) in fixed):
            share += 8.0
        found.append((row, share))
        total += share
    return [(row, share / total) for row, share in found]


def _cast(gazetteer: Gazetteer, ballot: Ballot, row: int, share: float) -> None:
    kind = gazetteer.kinds[row]
    state, country = gazetteer.state(row), gazetteer.country_of(row)
    if state != NOTHING:
        ballot.states[state] = ballot.states.get(state, 0.0) + share
    if country != NOTHING:
        ballot.countries[country] = ballot.countries.get(country, 0.0) + share
    county = row if kind == COUNTY else gazetteer.counties[row]
    if county != NOTHING:
        ballot.counties[county] = ballot.counties.get(county, 0.0) + share
    if kind in (PLACE, COUNTY):
        cell = cell_of(gazetteer, row)
        ballot.cells[cell] = ballot.cells.get(cell, 0.0) + share


def cell_of(gazetteer: Gazetteer, row: int) -> int:
    """Give the cell of one degree that a division's point lies in."""
    return (gazetteer.lats[row] // 100 + 90) * 512 + gazetteer.lons[row] // 100 + 180


NEIGHBOURS = (-513, -512, -511, -1, 0, 1, 511, 512, 513)
"""From a cell to the nine cells in and around it."""


def share_of(whole: Mapping[int, float], own: Mapping[int, float], at: int) -> float:
    """Give what others vote for, without a name's own votes."""
    found = whole.get(at)
    return 0.0 if found is None else max(0.0, found - own.get(at, 0.0))
