"""What the form of a name decides by itself, whatever the words around it usually say.

Is none: "Virginia Phillips" (a first name before a last name), "USS Wisconsin", "Lincoln Avenue", "Jackson and Madison
streets", "Boston Bruins", "Chicago Tribune", "Bank of America", "Chevrolet Malibu", the title “Chicago”, "Independence
Day", and OK or IN in capitals that stand behind no city. Is one: "Davenport, Iowa", "D-Tacoma", "Chicago aldermen", and
the counties of "King, Snohomish and Pierce counties". A dateline names a city: "NEW YORK —" is not the state.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.articles.article import Zone
from services.places.gazetteer import COUNTRY, COUNTY, PLACE, STATE, Gazetteer, Sort
from services.places.rank import Meaning
from services.places.spans import Span
from services.places.tokens import Tokens
from services.places.words import CLASS_OF, TEAM, listed

_HULLS = listed("uss ss hms hmcs usns usat")
_MAKES = listed("chevrolet chevy hyundai toyota dodge gmc ford buick chrysler kia nissan honda pontiac subaru mazda "
                "oldsmobile plymouth cadillac")  # fmt: skip
_PAPERS = listed("times post tribune herald gazette globe chronicle examiner observer sentinel register courier "
                 "dispatch enquirer inquirer telegram journal bee courant ledger statesman picayune")  # fmt: skip
_COMPANIES = listed("airlines airways instruments fried bancorp inc corp llc motors scientific cream wings ale tea "
                    "cheesesteak fries sprouts day")  # fmt: skip
_STREETS = listed("street streets avenue avenues ave road roads rd boulevard blvd lane freeway parkway tunnel bridge")
_TEAMS = TEAM - listed("fire crew stars united heat magic jazz thunder orange tide revolution city")  # words of others
_OF = listed("bank church")  # a university is nearly always where it says
_FIRST_NAME, _FIRST_NAME_OF_A_STATE, _LAST_NAME = 7, 13, 1
_PUBLIC = listed("aldermen alderman police council councilman councilwoman firefighters supervisors commissioners "
                 "sheriff's")  # fmt: skip
_BODIES = ("org", "gov", "team", "street", "water")
_SURE, _NEVER = 0.8, 0.0
_A_CITY = 100_000
_MOST_IN_ROW = 8


def settled(
    gazetteer: Gazetteer, tokens: Tokens, spans: Sequence[Span], chances: Sequence[float], meanings: Sequence[Meaning]
) -> list[float]:
    """Give the chances anew: those that the form decides are sure or none."""
    firsts = {span.first for span in spans}
    found = []
    for span, chance, meaning in zip(spans, chances, meanings, strict=True):
        if _is_none(gazetteer, tokens, span, firsts):
            found.append(_NEVER)
        elif chance < _SURE and _is_one(gazetteer, tokens, span, meaning):
            found.append(_SURE)
        else:
            found.append(chance)
    return found


def before_counties(tokens: Tokens, last: int) -> bool:
    """Whether the word "counties" ends the row that a name stands in: "King, Snohomish and Pierce counties"."""
    for at in range(last, min(last + _MOST_IN_ROW, len(tokens))):
        if tokens.lowers[at] in ("counties", "parishes"):
            return at == last or tokens.gaps[at] == " "
        if tokens.lowers[at] != "and" and not (tokens.capital[at] and tokens.gaps[at] in (" ", ",")):
            return False
    return False


def counties_only(gazetteer: Gazetteer, span: Span) -> None:
    """Leave a name that the word "counties" follows only its counties."""
    kept = [at for at, row in enumerate(span.rows) if gazetteer.kinds[row] in (COUNTY, STATE)]
    if any(gazetteer.kinds[span.rows[at]] == COUNTY for at in kept):
        span.rows, span.sorts = [span.rows[at] for at in kept], [span.sorts[at] for at in kept]


def of_dateline(gazetteer: Gazetteer, span: Span, meaning: Meaning, zone: Zone) -> Meaning:
    """Let a dateline name the city where a state is called the same: it is never the state that stands there."""
    if zone is not Zone.DATELINE or span.names_for >= 0 or gazetteer.kinds[meaning.rows[0]] != STATE:
        return meaning
    cities = [
        at
        for at, row in enumerate(meaning.rows)
        if gazetteer.kinds[row] == PLACE and gazetteer.populations[row] >= _A_CITY
    ]
    if not cities:
        return meaning
    first = max(cities, key=lambda at: gazetteer.populations[meaning.rows[at]])
    order = [first, *(at for at in range(len(meaning.rows)) if at != first)]
    chances = [_SURE, *[(1 - _SURE) / max(1, len(order) - 1)] * (len(order) - 1)]
    return Meaning([meaning.rows[at] for at in order], chances, [meaning.evidence[at] for at in order])


# ---- is none ----


def _is_none(gazetteer: Gazetteer, tokens: Tokens, span: Span, firsts: set[int]) -> bool:
    if all(sort == Sort.POSTAL for sort in span.sorts):
        return span.names_for < 0
    if span.within >= 0 or span.names_for >= 0:
        return False
    return (
        _before_tells(tokens, span)
        or _after_tells(gazetteer, tokens, span, firsts)
        or _is_quoted(tokens, span)
        or _of_streets(tokens, span)
    )


def _before_tells(tokens: Tokens, span: Span) -> bool:
    first, lowers = span.first, tokens.lowers
    if first == 0 or tokens.gaps[first] != " ":
        return False
    before = lowers[first - 1]
    if before in _HULLS or before in _MAKES:
        return True
    return before == "of" and first >= 2 and tokens.capital[first - 2] and lowers[first - 2] in _OF


def _after_tells(gazetteer: Gazetteer, tokens: Tokens, span: Span, firsts: set[int]) -> bool:
    at, lowers = span.last, tokens.lowers
    if at >= len(tokens) or tokens.gaps[at] != " " or not tokens.capital[at] or tokens.opens[at]:
        return False
    after = lowers[at]
    if after in _STREETS:
        return not all(gazetteer.kinds[row] == COUNTY for row in span.rows)  # "Douglas County Road 4" is there
    if after in _TEAMS or after in _PAPERS or after in _COMPANIES:
        return True
    state = _is_state(gazetteer, span)
    beyond = CLASS_OF.get(lowers[at + 1], "") if at + 1 < len(tokens) and tokens.gaps[at + 1] == " " else ""
    if span.last - span.first > 1 or after in CLASS_OF or beyond in _BODIES or (at in firsts and state):
        return False
    least = _FIRST_NAME_OF_A_STATE if state else _FIRST_NAME
    return _first_name(gazetteer, tokens.words[span.first], least) and _last_name(gazetteer, tokens.words[at])


def _is_state(gazetteer: Gazetteer, span: Span) -> bool:
    return any(gazetteer.kinds[row] in (STATE, COUNTRY) for row in span.rows)


def _first_name(gazetteer: Gazetteer, word: str, least: int) -> bool:
    return gazetteer.people.get(word, 0) >> 8 >= least


def _last_name(gazetteer: Gazetteer, word: str) -> bool:
    bare = word.removesuffix("'s").removesuffix("’s").rstrip(".")
    return gazetteer.people.get(bare, 0) & 255 >= _LAST_NAME or (bare[1:2] in ("'", "’") and bare[2:3].isupper())


def _is_quoted(tokens: Tokens, span: Span) -> bool:
    """Whether a name fills quotation marks: a film, a song, a ship."""
    before, after = tokens.text[max(0, span.start - 1) : span.start], tokens.text[span.end : span.end + 2]
    return bool(before) and before in '“"' and (after[:1] in ("”", '"') or after in (",”", ',"', ".”", '."'))


def _of_streets(tokens: Tokens, span: Span) -> bool:
    """Whether a name is the first of "Jackson and Madison streets"."""
    at, lowers = span.last, tokens.lowers
    return (
        at - span.first == 1
        and at + 2 < len(tokens)
        and lowers[at] == "and"
        and tokens.capital[at + 1]
        and lowers[at + 2] in ("streets", "avenues", "roads")
    )


# ---- is one ----


def _names_body(gazetteer: Gazetteer, tokens: Tokens, span: Span, row: int) -> bool:
    """Whether a public body follows the name of a place: "Chicago aldermen", "Torrington police"."""
    at = span.last
    if at >= len(tokens) or tokens.gaps[at] != " " or gazetteer.kinds[row] not in (PLACE, COUNTY):
        return False
    return tokens.lowers[at] in _PUBLIC


def _is_one(gazetteer: Gazetteer, tokens: Tokens, span: Span, meaning: Meaning) -> bool:
    row, first = meaning.rows[0], span.first
    before = tokens.lowers[first - 1] if first else ""
    joined = first > 0 and tokens.gaps[first] == " " and tokens.capital[first - 1] and before not in CLASS_OF
    if span.within >= 0 and gazetteer.kinds[row] in (PLACE, COUNTY):
        return not joined and span.within in (gazetteer.state(row), gazetteer.country_of(row))
    if first and before in ("d", "r", "i") and tokens.gaps[first] == "-":
        return gazetteer.kinds[row] in (PLACE, STATE)
    if meaning.chances[0] >= _SURE and not joined and _names_body(gazetteer, tokens, span, row):
        return True
    return gazetteer.kinds[row] == COUNTY and before_counties(tokens, span.last)
