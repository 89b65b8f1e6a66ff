"""Facts of a text and the words around them: whether two texts from one frame fill it alike.

A *fact* is a number or a name: "34", "Elm Street", "Tuesday". It is kept under its *place*, the three words before it
or the three behind it, other facts among them left open:

    … was arrested on [Tuesday] on suspicion of …    the places "was arrested on _", "_ on suspicion of"

Where the same place holds the same fact in two texts they agree, where it holds another they disagree. An article and
its copy agree nearly everywhere, also where words were changed, paragraphs cut or added, since a place that one of them
lacks is not compared. This week's police log and last week's, the weather, results, agendas and obituaries are most
of their wording alike and disagree nearly everywhere.
"""

from __future__ import annotations

import zlib
from array import array
from dataclasses import dataclass, field

from services.stories.terms import STOP
from services.stories.words import STOP_SIGN, Words

AROUND = 3  # words
MOST_PLACES = 96  # kept of an article: those whose hash is smallest, so that two articles keep the same ones
FEWEST_UNLIKE = 2
UNLIKE_SHARE = 0.4
"""Of 113 texts and their copies of seven kinds none disagreed in more than 0.33, of 660 pairs from ten frames none in
less than 0.43 (tests/benchmarks/templated.py)."""
FRAME = 0.16
"""The share of places in common from which two texts may be of one frame. Pairs from ten frames, each in several
wordings, have 0.11 and more in 95 of 100 cases; articles of one event, which share "in the U.S. _" by chance, 0.07 and
less in 95 of 100, never more than 0.16."""
CERTAIN_FRAME = 0.25

_NUMBERS = frozenset(
    """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion third fourth fifth
    half""".split()  # noqa: SIM905  # a list of words as words
)
_FACT = "#"
_EDGE = "."
_SHORT = 0xFFFF


@dataclass(frozen=True, slots=True)
class Facts:
    """Hashes of places, ascending, and beside each the hash of a fact that it holds."""

    places: array[int] = field(default_factory=lambda: array("I"))
    held: array[int] = field(default_factory=lambda: array("H"))


def facts_of(words: Words) -> Facts:
    """Find the facts of a text."""
    shown, facts = _frame(words)
    found: set[tuple[int, int]] = set()
    for at, fact in facts:
        held = zlib.crc32(fact.encode("utf-8", "surrogatepass")) & _SHORT
        if at >= AROUND:
            found.add((_hash("<", shown[at - AROUND : at]), held))
        if at + AROUND < len(shown):
            found.add((_hash(">", shown[at + 1 : at + 1 + AROUND]), held))
    kept = sorted(found)[:MOST_PLACES]
    return Facts(array("I", [place for place, _ in kept]), array("H", [held for _, held in kept]))


def _hash(side: str, words: list[str]) -> int:
    return zlib.crc32(f"{side}{' '.join(words)}".encode("utf-8", "surrogatepass"))


def _frame(words: Words) -> tuple[list[str], list[tuple[int, str]]]:
    """Give the words in order, `_FACT` for each fact and `_EDGE` for a sentence's end; and the facts with their places.

    The words of a name or date are one fact.
    """
    shown: list[str] = []
    facts: list[tuple[int, str]] = []
    fact: list[str] = []
    begins = True
    for at, (word, capital, behind) in enumerate(zip(words.folded, words.capital, words.behind, strict=True)):
        is_fact = (capital and not (begins and _opens(words, at))) or word in _NUMBERS or word[0].isdigit()
        if is_fact:
            fact.append(word)
        if fact and (behind or not is_fact):
            facts.append((len(shown), " ".join(fact)))
            shown.append(_FACT)
            fact = []
        if not is_fact:
            shown.append(word)
        begins = behind == STOP_SIGN
        if begins:
            shown.append(_EDGE)
    if fact:
        facts.append((len(shown), " ".join(fact)))
        shown.append(_FACT)
    return shown, facts


def _opens(words: Words, at: int) -> bool:
    """Tell whether a sentence's first word has its capital for that reason only: no other capital follows."""
    if words.folded[at] in STOP or words.behind[at]:
        return True
    return at + 1 >= len(words.capital) or not words.capital[at + 1]


def frame_shared(one: Facts, other: Facts) -> float:
    """Give the share of their places that two texts have in common, if they fill them with other facts; else 0."""
    common = set(one.places).intersection(other.places)
    mine, theirs = _by_place(one, common), _by_place(other, common)
    agree = differ = 0
    for place, held in mine.items():
        also = theirs[place]
        same = len(held & also)
        agree += same
        differ += min(len(held), len(also)) - same
    if differ < FEWEST_UNLIKE or differ < UNLIKE_SHARE * (agree + differ):
        return 0.0
    return (agree + differ) / min(len(one.places), len(other.places))


def _by_place(facts: Facts, places: set[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {place: set() for place in places}
    if places:
        for place, held in zip(facts.places, facts.held, strict=True):
            if place in places:
                found[place].add(held)
    return found
