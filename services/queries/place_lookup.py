"""The look-up of places that the parser asks: from a gazetteer, remembered, with what may be meant where it is unclear.

`gov:` takes a place or the name of its government: "City of Chicago", "Chicago City Council", "California Senate",
"Los Angeles County Board of Supervisors".
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from functools import lru_cache

from services.places.divisions import Kind
from services.places.find import find_rows
from services.places.gazetteer import NOTHING, STATE, Gazetteer
from services.queries.lookups import KnownPlace, NoPlace, PlaceLookup, SeveralPlaces
from services.queries.place_names import canonical, meanings
from services.queries.tree import PlaceKind

LISTED = 6
"""How many of the places that a name may mean are listed."""
_REMEMBERED = 1 << 16
_CITY = (
    "city council|town council|village board|village council|common council|city commission|council|commission"
    "|board of aldermen|board of selectmen|select board|selectboard|aldermen|mayor|police|police department"
    "|fire department|school board|school district|public schools"
)
_COUNTY = (
    "board of supervisors|board of commissioners|county board|county commission|county council|commissioners|sheriff"
    "|sheriff's department|sheriff's office|supervisors|commission|council|board"
)
_STATE = (
    "senate|assembly|state assembly|house|house of representatives|house of delegates|general assembly|legislature"
    "|state legislature|supreme court|governor|state government|parliament|congress|department of .+"
)
_TAIL = re.compile(rf"({_CITY}|{_COUNTY}|{_STATE}|government|city government|county government)", re.IGNORECASE)
_UPPER = re.compile(rf"({_STATE})", re.IGNORECASE)


def place_lookup(gazetteer: Gazetteer) -> PlaceLookup:
    """Give the look-up for a parser."""

    @lru_cache(_REMEMBERED)
    def look_up(typed: str, kind: PlaceKind) -> KnownPlace | SeveralPlaces | NoPlace:
        rows = meanings(gazetteer, typed)
        if not rows and kind is PlaceKind.GOVERNMENT:
            rows = _governed(gazetteer, typed)
        if len(rows) == 1:
            return KnownPlace(canonical(gazetteer, rows[0]), gazetteer.id_of(rows[0]))
        if rows:
            names, shown = _shown(gazetteer, rows)
            return SeveralPlaces(names, len(rows), shown)
        return NoPlace(*_shown(gazetteer, _near(gazetteer, typed)))

    return look_up


def described(gazetteer: Gazetteer, row: int) -> str:
    """Say a division in full: "Springfield, Illinois (114,000)", "Cook County, Illinois"."""
    above = gazetteer.ups[row]
    name = gazetteer.label(row)
    if above != NOTHING and gazetteer.kinds[row] != STATE:
        upper = above if gazetteer.kinds[above] == STATE else gazetteer.country_of(row)
        name = f"{name}, {gazetteer.label(upper)}" if upper not in (NOTHING, row) else name
    told = [kind] if (kind := gazetteer.division(row).kind) in (Kind.COUNTRY, Kind.REGION, Kind.AREA) else []
    people = [_rounded(gazetteer.populations[row])] if gazetteer.populations[row] else []
    return f"{name} ({', '.join([*told, *people])})" if told or people else name


def _rounded(people: int) -> str:
    """Give three digits that matter: 114394 is "114,000"."""
    unit = 10 ** max(0, len(str(people)) - 3)
    return f"{round(people / unit) * unit:,}"


def _shown(gazetteer: Gazetteer, rows: Sequence[int]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    few = rows[:LISTED]
    return tuple(canonical(gazetteer, row) for row in few), tuple(described(gazetteer, row) for row in few)


def _governed(gazetteer: Gazetteer, typed: str) -> Sequence[int]:
    """Find the place of a government's name: the shortest end that names a body is cut off first."""
    words = typed.replace("’", "'").split()
    for cut in range(len(words) - 1, 0, -1):
        tail = " ".join(words[cut:])
        if not _TAIL.fullmatch(tail):
            continue
        rows = meanings(gazetteer, " ".join(words[:cut]).removesuffix("'s"))
        upper = _UPPER.fullmatch(tail) is not None
        kinds = (Kind.COUNTRY, Kind.STATE, Kind.REGION) if upper else (Kind.PLACE, Kind.COUNTY, Kind.COUNTRY)
        of_kind = [row for row in rows if gazetteer.division(row).kind in kinds]
        if of_kind:
            return of_kind
    return ()


def _near(gazetteer: Gazetteer, typed: str) -> Sequence[int]:
    """Give places whose names begin so, or are one letter away."""
    begun = find_rows(gazetteer, typed, LISTED)
    if begun:
        return begun
    name, comma, above = typed.partition(",")
    found: dict[int, None] = {}
    for guess in _one_off(string.capwords(name)):
        if gazetteer.number_of(guess) >= 0:
            found.update(dict.fromkeys(meanings(gazetteer, guess + comma + above)[:LISTED]))
    return sorted(found, key=lambda row: -gazetteer.populations[row])[:LISTED]


def _one_off(name: str) -> Iterator[str]:
    """Give every name that one letter left out, put in, changed, or swapped with the next makes of this."""
    for at in range(len(name) + 1):
        before, after = name[:at], name[at:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in string.ascii_lowercase:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]
