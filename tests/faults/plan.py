"""The driver's plan: seeded articles, repeats and corrections, and a naive reference matcher that says what is owed.

Nothing of Tocsin's is used here: a message is owed to whoever asked for a word that stands in the text, once a story
and once a correction. Texts are made of drawn syllables, so that no two stories look alike to anybody.
"""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, field

WORDS = ("tocsinword", "tocsinbell", "tocsinhorn", "tocsindrum")
Owed = tuple[str, str]
"""Whom a message is for, as the sinks name them, and the `Case …` that it is about."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A subscription: its query is the words, joined by OR."""

    name: str
    person: str
    words: tuple[str, ...]
    channels: tuple[str, ...]


HOOK_A, HOOK_B, ANA, BEN, TOPIC = "/hook/a", "/hook/b", "ana@example.org", "ben@example.org", "tocsintopic"
WISHES = (
    Wish("Word", ANA, ("tocsinword",), (HOOK_A, ANA)),
    Wish("Word or bell", ANA, ("tocsinword", "tocsinbell"), (HOOK_A, ANA)),
    Wish("Bell", BEN, ("tocsinbell",), (HOOK_B, TOPIC)),
    Wish("Horn", BEN, ("tocsinhorn",), (BEN, TOPIC)),
    Wish("Drum or horn", ANA, ("tocsindrum", "tocsinhorn"), (HOOK_A,)),
    Wish("Night", BEN, ("tocsinnight",), (HOOK_B,)),
)


@dataclass(frozen=True, slots=True)
class Pushed:
    """An article as it is pushed, and what comes of it."""

    source: str
    external_id: str
    title: str
    text: str
    owed: frozenset[Owed]


def owed(title: str, text: str) -> frozenset[Owed]:
    """Say who hears of an article: the reference matcher."""
    words = set(text.lower().replace(".", " ").split())
    return frozenset((to, title) for wish in WISHES if words & set(wish.words) for to in wish.channels)


@dataclass(slots=True)
class Plan:
    """What is pushed next: 6 in 10 new, 3 again through another source, 1 a correction of what has arrived."""

    chance: random.Random
    name: str = "n"
    number: int = 0
    told: dict[str, Pushed] = field(default_factory=dict)
    corrected: set[str] = field(default_factory=set)
    made: list[Pushed] = field(default_factory=list)

    def next(self, arrived: Collection[Owed]) -> Pushed:
        """Draw the next article. Only what has arrived whole is corrected: till then nobody knows which came first."""
        self.made.append(one := self._drawn(arrived))
        return one

    def _drawn(self, arrived: Collection[Owed]) -> Pushed:
        drawn = self.chance.random()
        if drawn < 0.3 and self.told:
            return self._again()
        if drawn < 0.4 and (whole := [one for one in self.told.values() if self._whole(one, arrived)]):
            return self._correction(self.chance.choice(whole))
        return self._new()

    def _new(self) -> Pushed:
        self.number += 1
        id_ = f"{self.name}{self.number}"
        wanted = self.chance.sample(WORDS, self.chance.choice((1, 1, 2)))
        made = self._made(f"Case {id_}", id_, self._text(wanted))
        self.told[id_] = made
        while len(self.told) > 60:
            self.told.pop(next(iter(self.told)))
        return made

    def _made(self, title: str, id_: str, text: str, *, source: str = "push") -> Pushed:
        return Pushed(source, id_, title, text, owed(title, text))

    def _again(self) -> Pushed:
        one = self.chance.choice(list(self.told.values()))
        self.number += 1
        return Pushed("wire", f"{self.name}{self.number}-again", one.title, one.text, frozenset())

    def _correction(self, one: Pushed) -> Pushed:
        self.corrected.add(one.external_id)
        text = f"{one.text}\n\nCorrection: an earlier version of this story named the wrong clerk, {self._word()}."
        return self._made(f"{one.title}-corrected", one.external_id, text)

    def _whole(self, one: Pushed, arrived: Collection[Owed]) -> bool:
        return one.external_id not in self.corrected and all(each in arrived for each in one.owed)

    def _text(self, wanted: list[str]) -> str:
        words = [self._word() for _ in range(50)] + wanted
        self.chance.shuffle(words)
        lines = [" ".join(words[n : n + 9]).capitalize() + "." for n in range(0, len(words), 9)]
        return f"{' '.join(lines[:2])}\n\n{' '.join(lines[2:])}"

    def _word(self) -> str:
        return "".join(self.chance.choice("bdfgklmnprstvz") + self.chance.choice("aeiou") for _ in range(4))
