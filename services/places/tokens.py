"""The words of a text with their offsets, as names are looked for: capitals, hyphens and full stops count."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from services.places.words import listed

_TOKEN = re.compile(r"[^\W_]+(?:['’.&][^\W_]+)*\.?")
_GAPS = {" ": " ", "\n": " ", "-": "-", "–": "-", "\xa0": " ", " \n": " ", "/": "/", ", ": ","}


@dataclass(slots=True)
class Tokens:
    """Words, where they stand, and what stands between them.

    `gaps[i]` is what stands before word i: " ", "-", "/", "," (comma and space), "" for a sentence's or paragraph's
    begin or any other sign. `lowers` are the words in lower case without a final full stop.
    """

    text: str
    words: list[str]
    starts: list[int]
    ends: list[int]
    gaps: list[str]
    lowers: list[str]
    capital: list[bool]
    opens: list[bool]
    plain: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.words)


def tokens_of(text: str) -> Tokens:
    """Cut a text into words."""
    found = Tokens(text, [], [], [], [], [], [], [])
    words, starts, ends, gaps = found.words, found.starts, found.ends, found.gaps
    lowers, capital, opens, plain = found.lowers, found.capital, found.opens, found.plain
    last = 0
    ended = True
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        word = match.group()
        between = text[last:start]
        gap = _GAPS.get(between)
        if gap is None:
            gap = " " if between.isspace() and between.count("\n") < 2 else ""
        lower = word.lower().rstrip(".")
        # A full stop that ended the word before, or any sign but a comma or hyphen, opens a sentence here.
        sign = between.strip(" \n\xa0")
        opening = ended or (gap == "" and bool(sign) and sign[0] in '.!?:;“”"‘•—–*|')
        is_capital = word[0].isupper()
        words.append(word)
        starts.append(start)
        ends.append(end)
        gaps.append(gap)
        lowers.append(lower)
        capital.append(is_capital)
        opens.append(opening)
        if not is_capital:
            plain.add(lower)
        ended = word[-1] == "." and len(word) > 2 and word.count(".") == 1 and lower not in _ABBREVIATED
        last = end
    return found


_ABBREVIATED = listed(
    "mr mrs ms dr prof rev sen sens rep reps gov lt sgt capt col gen maj cpl cmdr adm st ste ft mt no "
    "nos jr sr vs etc co inc corp ltd dept ala ariz ark calif colo conn del fla ga ill ind kan ky la "
    "md mass mich minn miss mo mont neb nev okla ore pa tenn tex va vt wash wis wyo jan feb mar apr "
    "jun jul aug sept sep oct nov dec ave blvd rd hwy"
)
