"""The operators: their own spelling, and that of other research services.

    AND OR NOT        NEAR/5 NEAR5 NEAR W/5     ONEAR/5 PRE/5 ADJ5     SENT W/S     PARA W/P SAME

All are capitals. `read` tells operators from words; what looks like one but cannot be read is a mistake.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from services.queries.limits import FARTHEST, FARTHEST_ADVISED
from services.queries.mistake import QueryError, cited
from services.queries.tree import Scope


class Joint(StrEnum):
    """What an operator does with the two sides of it, or with the one after it."""

    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    NEAR = "NEAR"
    ONEAR = "ONEAR"
    SENTENCE = "SENT"
    PARAGRAPH = "PARA"


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator as read; `distance` in words, for NEAR and ONEAR only."""

    joint: Joint
    distance: int = 0
    note: str = ""

    @property
    def scope(self) -> Scope:
        """The scope of SENT and PARA."""
        return Scope(self.joint.value)


_NEAR_ALONE = 10
_DISTANCE = re.compile(r"(NEAR|ONEAR|W|PRE|ADJ)/?([0-9]+)")
_UNREADABLE = re.compile(r"(?:NEAR|ONEAR|W|PRE|ADJ)/.*", re.DOTALL)
_NAMED = {
    "AND": Operator(Joint.AND),
    "OR": Operator(Joint.OR),
    "NOT": Operator(Joint.NOT),
    "NEAR": Operator(Joint.NEAR, _NEAR_ALONE),
    "ONEAR": Operator(Joint.ONEAR, _NEAR_ALONE),
    "SENT": Operator(Joint.SENTENCE),
    "PARA": Operator(Joint.PARAGRAPH),
    "W/S": Operator(Joint.SENTENCE),
    "W/SENT": Operator(Joint.SENTENCE),
    "W/P": Operator(Joint.PARAGRAPH),
    "W/PARA": Operator(Joint.PARAGRAPH),
    "SAME": Operator(Joint.PARAGRAPH, note="SAME is read as PARA, the same paragraph"),
}
_LOWER_CASE = {
    "and": "A space or AND means both",
    "or": "Write OR for either",
    "not": "Write NOT or - to leave out",
    "near": "Write NEAR/5 for within 5 words",
}
_LOWER_DISTANCE = re.compile(r"(?:near|onear|w|pre|adj)/(?:[0-9]+|s|p)", re.IGNORECASE)


def read(word: str, start: int) -> Operator | None:
    """Read a word as an operator; `None`: it is a word. Raises `QueryError` for an operator without its number."""
    if (named := _NAMED.get(word)) is not None:
        return named
    match = _DISTANCE.fullmatch(word)
    if match is not None and (match[1] != "W" or "/" in word):
        return _distance(word, match[1], match[2], start)
    if _UNREADABLE.fullmatch(word):
        name = "NEAR" if word.startswith(("N", "W")) else "ONEAR"
        advice = f'Write {name}/5, or "{cited(word)}" in quotation marks to look for these words'
        raise QueryError(f"{cited(word)} needs a number of words", start, length=len(word), advice=advice)
    return None


def _distance(word: str, name: str, digits: str, start: int) -> Operator:
    joint = Joint.NEAR if name in ("NEAR", "W") else Joint.ONEAR
    distance = distance_of(digits, f"{name}/{digits}", start, len(word))
    note = f"W/{distance} is read as NEAR/{distance}, in any order" if name == "W" else ""
    return Operator(joint, distance, note)


def distance_of(digits: str, shown: str, start: int, length: int) -> int:
    """Read the number of words of NEAR: 1 to 100."""
    distance = int(digits) if len(digits) < 10 else FARTHEST + 1
    if distance > FARTHEST:
        rest = f". {FARTHEST} words is the most"
        raise QueryError(f"{cited(shown)} is too far", start, rest=rest, length=length)
    if distance < 1:
        raise QueryError(f"{cited(shown)} is too near", start, rest=". Neighbours are NEAR/1", length=length)
    return distance


def far_note(distance: int) -> str:
    """Give the note for a distance above what is advised, or nothing."""
    far = distance > FARTHEST_ADVISED
    return f"Above {FARTHEST_ADVISED} words NEAR often joins what does not belong together" if far else ""


def lower_case_note(word: str) -> str:
    """Give the note for a word that would be an operator in capitals, or nothing."""
    folded = word.lower()
    if folded in _LOWER_CASE and not word.isupper():
        kind = "A lower-case" if word.islower() else "The word"
        return f'{kind} "{word}" is read as a word. {_LOWER_CASE[folded]}'
    if word != word.upper() and _LOWER_DISTANCE.fullmatch(word):
        return f'"{word}" is read as words. Operators are capitals: {word.upper()}'
    return ""
