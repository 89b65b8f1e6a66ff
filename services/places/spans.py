"""Where a text may name places: the longest names that begin with a capital, left to right.

"Los Angeles County" takes its "Los Angeles" along, and "West Chicago" is not Chicago. Whether a span does name a
place is
decided later; here a person called Lincoln is still a span.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from services.places.divisions import plain_letters
from services.places.gazetteer import PLACE, STATE, Gazetteer, Sort
from services.places.tokens import Tokens

_MOST_WORDS = 6
_METROPOLIS = 300_000
_OUTWEIGHS = 20
_PARTIES = ("D", "R", "I", "DFL")
_NO_JOIN = ("", ",")


@dataclass(slots=True)
class Span:
    """Words `first` to `last` (exclusive) that are the name with the number `number`. Offsets are into the text.

    `rows` and `sorts` are the divisions that the name names here. `within` is the state or country that stands behind
    it ("Stockton, Calif."), `names_for` the span that this one stands behind.
    """

    first: int
    last: int
    start: int
    end: int
    name: str
    number: int
    rows: list[int] = field(default_factory=list)
    sorts: list[int] = field(default_factory=list)
    within: int = -1
    names_for: int = -1


def spans_of(tokens: Tokens, gazetteer: Gazetteer) -> list[Span]:
    """Find the spans, with all that their names name."""
    found: list[Span] = []
    at, count = 0, len(tokens.words)
    capital = tokens.capital
    while at < count:
        if capital[at] and (span := _longest(tokens, gazetteer, at)) is not None:
            found.append(_with_township(tokens, span))
            at = span.last
        else:
            at += 1
    _see_what_follows(tokens, gazetteer, found)
    return [span for span in found if span.rows]


def _longest(tokens: Tokens, gazetteer: Gazetteer, first: int) -> Span | None:
    word = tokens.words[first]
    if word[-1] == "." and (bare := word[:-1]) and "." not in bare:
        head = max(gazetteer.longest.get(word, 1), gazetteer.longest.get(bare, 1))
    else:
        head = gazetteer.longest.get(word, 1)
    if word in _SHORT_DIRECTIONS:
        head = max(head, gazetteer.longest.get(_SHORT_DIRECTIONS[word], 1))
    shouted = len(word) > 1 and word.isupper()
    if shouted:
        head = max(head, gazetteer.longest.get(_calm(word), 1))
    reach = first + 1
    most = min(first + min(head, _MOST_WORDS), len(tokens.words))
    while reach < most and tokens.gaps[reach] not in _NO_JOIN:
        reach += 1
    for last in range(reach, first, -1):
        if last - first > 1 and not _ends_well(tokens, last - 1):
            continue
        span = _called(tokens, gazetteer, first, last, shouted=shouted)
        if span is not None:
            return span
    return None


def _ends_well(tokens: Tokens, at: int) -> bool:
    return tokens.capital[at] or tokens.words[at].isdigit()


def _called(tokens: Tokens, gazetteer: Gazetteer, first: int, last: int, *, shouted: bool) -> Span | None:
    start, end = tokens.starts[first], tokens.ends[last - 1]
    raw = tokens.text[start:end]
    written = raw if last - first == 1 else raw.replace("\n", " ").replace("\xa0", " ").replace("–", "-")
    for name, cut in _written_forms(written):
        number = gazetteer.number_of(name)
        if number < 0 and "’" in name:
            number = gazetteer.number_of(name.replace("’", "'"))
        if number < 0 and not name.isascii():
            number = gazetteer.number_of(plain_letters(name))
        if number < 0 and shouted and len(name) > 3 and name.isupper():
            number = gazetteer.number_of(_calm(name))
        if number < 0 and last - first > 1 and (long := _SHORT_DIRECTIONS.get(tokens.words[first])) is not None:
            number = gazetteer.number_of(long + name[2:])
        if number >= 0:
            return Span(first, last, start, end - cut, name, number)
    return None


_SHORT_DIRECTIONS = {"N.": "North", "S.": "South", "E.": "East", "W.": "West"}
_TOWNSHIP = ("Township", "Twp.", "Twp")


def _with_township(tokens: Tokens, span: Span) -> Span:
    """Take the word along: "Madison Township" is one name, by the place or county that it is called after."""
    at = span.last
    if at < len(tokens) and tokens.gaps[at] == " " and tokens.words[at] in (*_TOWNSHIP, "Township."):
        span.last, span.end = at + 1, tokens.ends[at] - (tokens.words[at] == "Township.")
    return span


def _written_forms(written: str) -> list[tuple[str, int]]:
    forms = [(written, 0)]
    if written[-1] == ".":
        forms.append((written[:-1], 1))
    bare, cut = forms[-1]
    if bare[-2:] in ("'s", "’s") or bare[-2:] in ("'S", "’S"):
        forms.append((bare[:-2], cut + 2))
    return forms


def _calm(shouted: str) -> str:
    """Write "LOS ANGELES" as names are written."""
    return "-".join(" ".join(word.capitalize() for word in part.split(" ")) for part in shouted.split("-"))


def _see_what_follows(tokens: Tokens, gazetteer: Gazetteer, found: list[Span]) -> None:
    """Give each span its divisions, and bind "City, ST" together."""
    for at, span in enumerate(found):
        after_comma = tokens.gaps[span.first] == "," and at > 0 and found[at - 1].last == span.first
        capital_before = after_comma or (
            span.first > 0 and tokens.gaps[span.first] == "," and tokens.words[span.first - 1].istitle()
        )
        party = span.first > 0 and tokens.gaps[span.first] == "-" and tokens.words[span.first - 1] in _PARTIES
        shown = tokens.text[span.start : span.end]
        for row, sort in gazetteer.linked(span.number):
            if sort == Sort.POSTAL and not (capital_before and shown.isupper()):
                continue
            if sort == Sort.SHORT and not _may_be_short(shown, capital_before=capital_before or party):
                continue
            span.rows.append(row)
            span.sorts.append(sort)
        if after_comma:
            _bind(gazetteer, found[at - 1], span, at - 1)


_SHORT_ANYWHERE = frozenset({"Calif.", "U.S.", "U.S", "US", "USA", "U.S.A.", "UK", "U.K.", "U.K", "D.C.", "N.Y.",
"N.J.",
                             "N.C.", "S.C.", "N.H.", "N.M.", "W.Va.", "W. Va.", "R.I.", "UAE", "U.A.E.", "USSR", "DRC",
                             "Fla.", "Ariz.", "Conn.", "Minn.", "Tenn.", "Okla.", "Wis.", "Mich.", "Colo.", "Nev.",
                             "Neb.", "Kan.", "Tex.", "Penn.", "Va.", "Ga.", "Md.", "Pa.", "Ky.", "PRC", "DPRK", "ROK",
                             "Mont.", "Vt.", "Wyo.", "Ohio", "Iowa", "Utah", "Guam", "Texas", "Idaho", "Maine",
                             "Alaska",
                             "Hawaii", "Hawai'i", "N.D.", "S.D.", "P.R.", "KSA", "S. Korea", "N. Korea", "FYROM",
                             "D.R. Congo", "Ala.", "Ark.", "Ill.", "Calif", "Mo.", "La."})  # fmt: skip
"""Abbreviations that are taken without a city before them. "Ore.", "Wash.", "Me." and "Mass." are words too."""


def _may_be_short(shown: str, *, capital_before: bool) -> bool:
    return capital_before or shown in _SHORT_ANYWHERE


def _is_list_of_cities(gazetteer: Gazetteer, one: Span, two: Span) -> bool:
    """Say whether "Boston, New York" names two cities: a city so called, and no such place of note in the state."""
    kinds, populations = gazetteer.kinds, gazetteer.populations
    if not any(kinds[row] == PLACE and populations[row] >= _METROPOLIS for row in two.rows):
        return False
    places = [row for row in one.rows if kinds[row] == PLACE]
    inside = [populations[row] for row in places if gazetteer.state(row) in two.rows]
    return max((populations[row] for row in places), default=0) > _OUTWEIGHS * max(inside, default=0) + _METROPOLIS


def _bind(gazetteer: Gazetteer, city: Span, state: Span, number: int) -> None:
    """Bind a name to the state or country behind it, if anything of that name lies there."""
    if _is_list_of_cities(gazetteer, city, state):
        return
    uppers = [row for row in state.rows if gazetteer.kinds[row] in (0, STATE, 4)]
    for upper in sorted(uppers, key=lambda row: gazetteer.kinds[row] != STATE):
        if any(gazetteer.ups[row] == upper or upper in gazetteer.rows_above(row) for row in city.rows):
            city.within = upper
            state.names_for = number
            state.sorts = [state.sorts[state.rows.index(upper)]]
            state.rows = [upper]
            return
