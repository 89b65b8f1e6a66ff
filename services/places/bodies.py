"""Words for public bodies in an article that name no place by themselves: "the City Council", "Gov.", "Congress".

Each belongs to the city, county, state or country that the article is about. What stands right behind a place's name,
as in "Chicago City Council", names that place's government and is not counted here.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, field

from services.places.gazetteer import COUNTRY, COUNTY, PLACE, REGION, STATE
from services.places.tokens import Tokens
from services.places.words import listed

_CITY = (
    "city council", "town council", "village board", "city hall", "city manager", "city attorney", "city officials",
    "city leaders", "city workers", "city clerk", "mayor", "mayors office", "alderman", "aldermen", "councilman",
    "councilwoman", "councilor", "councilmember", "council member", "council members", "council", "police chief",
    "police department", "police", "fire department", "fire chief", "public works", "selectmen", "school board",
    "sanitation department", "parks department", "the citys lawyers", "zoning board",
)  # fmt: skip
_COUNTY = (
    "board of supervisors", "county supervisors", "supervisors", "county commissioners", "county commission",
    "county board", "commissioners", "district attorney", "county executive", "county officials", "county attorney",
    "county sheriff", "sheriff",
    "sheriffs department", "county assessor", "board chair", "parish council", "parish president",
)  # fmt: skip
_STATE = (
    "state senate", "state assembly", "state house", "state legislature", "the legislature", "legislature",
    "state lawmakers", "lawmakers", "legislators", "gov", "the governor", "governor", "governors office",
    "state officials", "statehouse", "state supreme court", "state senator", "state senators", "house of delegates",
    "general assembly", "state police", "troopers", "state archaeologist", "national guard", "the states lawyers",
    "state attorney general", "state regulators",
)  # fmt: skip
_COUNTRY = (
    "congress", "white house", "justice department", "department of justice", "supreme court", "federal government",
    "federal reserve", "pentagon", "environmental protection agency", "fbi", "federal aviation administration",
    "customs and border protection", "interior department", "homeland security", "treasury department",
    "federal judge", "federal agents", "federal prosecutors", "federal officials", "federal regulators",
    "immigration and customs enforcement", "immigration agents", "immigration officers", "epa", "fema", "faa",
    "education department", "state department", "defense department", "central bank", "federal",
)  # fmt: skip
_ABROAD = (
    "government", "parliament", "president", "prime minister", "ministry", "minister", "central bank",
    "home office", "defense ministry", "foreign ministry", "army", "lawmakers", "supreme court",
)  # fmt: skip
_REGION = ("premier", "provincial government", "province")
_ACTING = listed(
    "will would said says agreed pays paid asked plans wants limits owes bought sold approved sued began decided told "
    "expects hopes hired has had may must can could should spends spent looked lost found sent opened plans runs set"
)
_PLAIN = {PLACE: ("city", "town", "village", "department"), COUNTY: ("county", "parish"), STATE: ("state",)}
_BY_KIND = {PLACE: _CITY, COUNTY: _COUNTY, STATE: _STATE, COUNTRY: _COUNTRY, REGION: _REGION}
_BEFORE = listed("u.s us the state city county federal former lt vice deputy")


def _table(phrases: dict[int, tuple[str, ...]]) -> dict[str, int]:
    return {phrase: kind for kind, its in phrases.items() for phrase in its}


_HOME = _table({kind: its for kind, its in _BY_KIND.items() if kind != REGION})
_FOREIGN = _table({COUNTRY: _ABROAD, PLACE: ("mayor", "city council", "police"), REGION: _REGION})
_LONGEST_FROM: dict[str, int] = {}
for _phrase in (*_HOME, *_FOREIGN):
    _first, _words = _phrase.partition(" ")[0], _phrase.count(" ") + 1
    _LONGEST_FROM[_first] = max(_words, _LONGEST_FROM.get(_first, 0))
"""How many words the longest phrase has that begins with a word."""


@dataclass(slots=True)
class Spoken:
    """How often an article speaks of bodies of each kind, in the United States and abroad."""

    home: dict[int, int] = field(default_factory=dict)
    abroad: dict[int, int] = field(default_factory=dict)


def spoken_of(tokens: Tokens, names: Set[int]) -> Spoken:
    """Count bodies; `names` are the words at which a place's name ends: what follows one is that place's body."""
    found = Spoken()
    words = [lower.replace("'", "").replace("’", "") for lower in tokens.lowers]
    taken = -1
    for at, word in enumerate(words):
        most = _LONGEST_FROM.get(word, 0)
        if not most and word != "the":  # as with nearly every word
            continue
        if at < taken or at in names or _goes_on(tokens, at):
            continue
        for phrase, length in _phrases(words, at, most):
            home, abroad = _HOME.get(phrase), _FOREIGN.get(phrase)
            if home is None and abroad is None:
                continue
            if home is not None:
                found.home[home] = found.home.get(home, 0) + 1
            if abroad is not None:
                found.abroad[abroad] = found.abroad.get(abroad, 0) + 1
            taken = at + length
            break
        else:
            _count_acting(found, words, at)
    return found


def _goes_on(tokens: Tokens, at: int) -> bool:
    """Whether a word ends another name, as in "the Apartment Owners Council"."""
    lowers = tokens.lowers
    return (
        at > 0 and tokens.capital[at] and tokens.capital[at - 1] and tokens.gaps[at] == " " and not tokens.opens[at]
        and not tokens.opens[at - 1] and lowers[at - 1] not in _BEFORE
    )  # fmt: skip


def _phrases(words: list[str], at: int, most: int) -> Iterator[tuple[str, int]]:
    """Give the phrases of at most so many words that begin at a word, the longest first."""
    for length in range(min(most, len(words) - at), 0, -1):
        yield " ".join(words[at : at + length]), length


def _count_acting(found: Spoken, words: list[str], at: int) -> None:
    """Count "the city said", "the state pays": the word alone may be a mere place."""
    if words[at] != "the" or at + 2 >= len(words) or words[at + 2] not in _ACTING:
        return
    for kind, plain in _PLAIN.items():
        if words[at + 1] in plain:
            found.home[kind] = found.home.get(kind, 0) + 1
