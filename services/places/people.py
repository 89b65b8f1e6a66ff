"""Who is a person: runs of capitals with a first name or a title in them, and the last names an article uses again."""

from __future__ import annotations

from services.places.gazetteer import Gazetteer
from services.places.tokens import Tokens
from services.places.words import HONOUR, ORGANISATION, SHORT_TITLES, STREET, TEAM, TITLES, listed

_A_FIRST_NAME = 5  # ten times the power of ten of its share in a thousandth of a per cent, plus one
_NOT_LAST = STREET | ORGANISATION | TEAM
_NO_NAME = listed("the a an in on at of and or but for from to with by as is it he she they we you i this that")


class People:
    """`inside[i]`: word i belongs to a person's name. `known`: last names of people that the article names in full."""

    def __init__(self, tokens: Tokens, gazetteer: Gazetteer) -> None:
        self.inside = bytearray(len(tokens))
        self.known: set[str] = set()
        self._tokens, self._people = tokens, gazetteer.people
        at, count = 0, len(tokens)
        while at < count:
            if not tokens.capital[at]:
                at += 1
                continue
            last = at + 1
            while last < count and tokens.capital[last] and tokens.gaps[last] == " " and not tokens.opens[last]:
                last += 1
            self._run(at, last)
            at = last

    def first_name(self, at: int) -> int:
        """Say how common word `at` is as a first name: 0 never, 10 one person in ten thousand, 30 one in a hundred."""
        return self._people.get(self._tokens.words[at], 0) >> 8

    def last_name(self, at: int) -> int:
        """Say the same of it as a last name."""
        return self._people.get(self._tokens.words[at].removesuffix("'s").removesuffix("’s").rstrip("."), 0) & 255

    def _run(self, first: int, last: int) -> None:
        lowers = self._tokens.lowers
        at = first
        if last - first > 1 and _initial(self._tokens.words[first]) and self._tokens.words[first][0].isupper():
            while at < last - 1 and _initial(self._tokens.words[at]):
                at += 1
            if at - first > 1 or (last - at == 1 and self.last_name(at) > 0):
                self._mark(first, at + 1, titled=False)
                return
            at = first
        while at < last:
            if lowers[at] in SHORT_TITLES or (lowers[at] in TITLES and at + 1 < last and last - at <= 4):
                self._mark(at + 1, last, titled=True)
                return
            if self.first_name(at) > _A_FIRST_NAME and at + 1 < last and lowers[at] not in _NO_NAME:
                end = at + 1
                while end < last and (_initial(self._tokens.words[end]) or end == at + 1 or
                                      (end == at + 2 and self.last_name(end) > 0)):  # fmt: skip
                    end += 1
                after = lowers[end - 1] if end - 1 > at else ""
                follows = lowers[end] if end < last else ""
                if after not in _NOT_LAST and follows not in _NOT_LAST:
                    self._mark(at, end, titled=False)
                    at = end
                    continue
            at += 1

    def _mark(self, first: int, last: int, *, titled: bool) -> None:
        words, lowers = self._tokens.words, self._tokens.lowers
        while last > first and lowers[last - 1] in HONOUR:
            last -= 1
        if last <= first or (titled and last - first > 4):
            return
        for at in range(first, last):
            self.inside[at] = 1
        if last < len(words) and self._tokens.gaps[last] == "-" and self._tokens.capital[last]:
            self.inside[last] = 1  # "Ana Quincy-Adams"
            self.known.add(words[last].rstrip(".").removesuffix("'s").removesuffix("’s"))
        if titled or last - first > 1:
            self.known.add(words[last - 1].rstrip(".").removesuffix("'s").removesuffix("’s"))


def _initial(word: str) -> bool:
    return len(word) <= 2 and (len(word) == 1 or word[1] == ".")
