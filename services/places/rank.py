"""Which division a name means: a weighted sum of evidence for each that bears the name, the highest wins.

The evidence of one division is a row of numbers in the order of `EVIDENCE`. `BY_HAND` are weights that need no
training;
`weights.json` holds learned ones over the same evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log10

from services.places.gazetteer import AREA, COUNTRY, COUNTY, DISTRICT, NOTHING, PLACE, REGION, STATE, Gazetteer, Sort
from services.places.home import Home
from services.places.spans import Span
from services.places.votes import NEIGHBOURS, Ballot, Votes, cell_of, share_of


@dataclass(slots=True)
class Meaning:
    """What a name means in an article: its divisions, the likeliest first, each with its chance, and their evidence."""

    rows: list[int]
    chances: list[float]
    evidence: list[list[float]]


def meaning_of(
    gazetteer: Gazetteer, span: Span, votes: Votes, home: Home, weights: Sequence[float], *, counties: bool
) -> Meaning:
    """Rank what a name can mean. `counties`: the word "counties" follows it."""
    lines = evidence_of(gazetteer, span, votes, home, counties=counties)
    scores = [sum(map(_times, weights, line)) for line in lines]
    best = max(scores)
    raised = [exp(score - best) for score in scores]
    total = sum(raised)
    order = sorted(range(len(scores)), key=lambda at: -scores[at])
    return Meaning([span.rows[at] for at in order], [raised[at] / total for at in order], [lines[at] for at in order])


def _times(one: float, two: float) -> float:
    return one * two


_NONE = Ballot()
_UNHEARD = 0.02  # a country's share of what other names say
_MUCH = 0.3  # in powers of ten, a third each: eight times as many people


def evidence_of(gazetteer: Gazetteer, span: Span, votes: Votes, home: Home, *, counties: bool) -> list[list[float]]:
    """Give the evidence for each division of a span, in the span's order."""
    kinds, populations = gazetteer.kinds, gazetteer.populations
    whole, own = votes.whole, votes.of.get((span.number, span.within), _NONE)
    rows = span.rows
    sizes = [log10(populations[row] + 1) / 3 if kinds[row] == PLACE else 0.0 for row in rows]
    largest = max(sizes)
    top = max(rows, key=lambda row: populations[row] if kinds[row] == PLACE else -1)
    here = [row for row in rows if kinds[row] == PLACE and gazetteer.country_of(row) == gazetteer.country]
    top_here = max(here, key=populations.__getitem__, default=-1)
    second = max([size for size, row in zip(sizes, rows, strict=True) if row != top], default=0.0)
    fixed = votes.fixed.get(span.number, set())
    lead_state = max(whole.states.values(), default=0.0) or 1.0
    all_countries = sum(whole.countries.values()) - sum(own.countries.values())
    all_states = sum(whole.states.values()) - sum(own.states.values())
    nears = [_near(gazetteer, row, whole, own) for row in rows]
    lead_near = max(nears) or 1.0
    a_place = any(kinds[row] == PLACE for row in rows)
    lines = []
    for at, row in enumerate(rows):
        kind, sort = kinds[row], span.sorts[at]
        state, country, county = gazetteer.state(row), gazetteer.country_of(row), gazetteer.county(row)
        abroad = country != gazetteer.country
        bound = span.within >= 0 and (span.within in (state, country) or gazetteer.ups[row] == span.within)
        others = {span.number}
        state_share = share_of(whole.states, own.states, state) if state != NOTHING else 0.0
        country_share = (
            share_of(whole.countries, own.countries, country) / all_countries if all_countries > 0.2 else 0.0
        )
        unheard = abroad and kind == PLACE and country_share < _UNHEARD and not bound
        at_home = home.holds(gazetteer, row)
        lines.append([
            sizes[at], largest - sizes[at] if kind == PLACE else 0.0, 1.0 if kind == PLACE and row == top else 0.0,
            kind == COUNTRY, kind == STATE, kind == COUNTY and sort != Sort.BARE, kind == COUNTY and sort == Sort.BARE,
            kind == REGION, kind == AREA, kind == DISTRICT, abroad and kind == PLACE,
            sort == Sort.NICKNAME, sort == Sort.PEOPLE, sort == Sort.SHORT, sort == Sort.VARIANT,
            bound, span.within >= 0 and not bound and kind != STATE,
            bool({state, country} & fixed), bool(fixed) and not ({state, country} & fixed),
            at_home, at_home and kind == PLACE, home.county >= 0 and county == home.county and kind == PLACE,
            home.upper >= 0 and not at_home and kind == PLACE,
            state in votes.named and bool(votes.named[state] - others) and kind != STATE,
            abroad and country in votes.named and bool(votes.named[country] - others) and kind != COUNTRY,
            state_share / all_states if all_states > 0.2 else 0.0, state_share / lead_state if kind != STATE else 0.0,
            min(1.0, share_of(whole.counties, own.counties, county)) if county != NOTHING and kind != COUNTY else 0.0,
            min(2.0, nears[at]), nears[at] / lead_near if kind == PLACE else 0.0, country_share,
            populations[row] > 0 and state != NOTHING and gazetteer.code(state) == "US-DC" and kind == PLACE,
            kind == COUNTRY and country == row and gazetteer.code(row) == "GE",
            kind == PLACE and populations[row] < 1000 and len(rows) == 1, counties and kind == COUNTY,
            kind == STATE and a_place, kind == PLACE and populations[row] == 0,
            abroad and kind == PLACE and len(rows) == 1, country_share if abroad and kind == PLACE else 0.0,
            at_home and kind == PLACE and home.county >= 0 and _close(gazetteer, row, home.county),
            unheard, largest - sizes[at] if unheard else 0.0, row == top_here,
            row == top and kind == PLACE and largest - second > _MUCH,
        ])  # fmt: skip
    return lines


def _near(gazetteer: Gazetteer, row: int, whole: Ballot, own: Ballot) -> float:
    if gazetteer.kinds[row] != PLACE:
        return 0.0
    cell = cell_of(gazetteer, row)
    cells = whole.cells
    return sum(share_of(cells, own.cells, cell + step) for step in NEIGHBOURS if cell + step in cells)


def _close(gazetteer: Gazetteer, row: int, county: int) -> bool:
    north = gazetteer.lats[row] - gazetteer.lats[county]
    east = gazetteer.lons[row] - gazetteer.lons[county]
    return north * north + east * east * 0.6 < 70 * 70
