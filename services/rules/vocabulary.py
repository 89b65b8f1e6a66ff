"""Words as numbers: what a rule's words and an article's tokens have in common.

A rule's word gets a number; words with one stem in the engine's own language share it. A token is a run of an
article's text that holds no ASCII sign but apostrophe and ampersand: nearly always one word. What a token stands for is
found once and remembered, so that an article is mostly looked up: 0 for a word in no rule, `MANY` for a token that is
no word or several. Articles in another language go another way, since there one stem may stand for several numbers.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter

from services.text import Cut, cut, folded_of, stem

ABSENT = 0
BARRIER = 1
"""Stands between two zones; no rule has it, so no run of words goes across."""
MANY = 2
FIRST = 3
"""The first number that a word or another feature may get."""

_MEMORY = 1 << 17  # tokens remembered before starting anew: about 30 MiB when full
_BARRIER = b"\x01"
_BETWEEN_ZONES = b" \x01 "
_LONGEST = 64  # longer tokens are read each time they are seen
_SIGNS = {c: 32 for c in range(128) if not chr(c).isalnum() and chr(c) not in "'`&"}
_LOWER = {c: ord(chr(c).lower()) for c in range(128) if chr(c).isupper()}
_TABLE = bytes((_SIGNS | _LOWER).get(c, c) for c in range(256))


def tokens(parts: Iterable[str]) -> list[bytes]:
    """Split texts; between two of them stands the token of the barrier."""
    return _BETWEEN_ZONES.join(map(_spaced, parts)).split()


def _spaced(text: str) -> bytes:
    """Lower ASCII capitals and turn every ASCII sign that stands in no word into a space."""
    if not text.isascii():
        text = text.replace("—", " ").replace("”", " ")  # only for speed: most tokens that are no word, or two
    return text.encode("utf-8", "surrogatepass").translate(_TABLE)


def words_of(token: bytes) -> tuple[Cut, ...]:
    """Give the words of a token."""
    return cut(token.decode("utf-8", "surrogatepass"))


def stems_in_order(seen: Iterable[bytes], language: str) -> list[str]:
    """Give the stems of all words of these tokens; the barrier is an empty one."""
    return [
        own
        for token in seen
        for own in ([""] if token == _BARRIER else [stem(word[2], language) for word in words_of(token)])
    ]


def in_order(seen: Sequence[bytes], known: Tokens) -> tuple[Sequence[int], set[int]]:
    """Give the numbers of all words of these tokens, in order, and each once."""
    if len(seen) < 2:
        few = [number for token in seen for number in known.several(token)]
        return few, set(few)
    numbers: Sequence[int] = itemgetter(*seen)(known)
    once = set(numbers)
    return (_spread(seen, numbers, once, known) if MANY in once else numbers), once


def _spread(seen: Sequence[bytes], numbers: Sequence[int], once: set[int], known: Tokens) -> Sequence[int]:
    """Put the words of tokens of several words, or none, where `MANY` stands."""
    once.discard(MANY)
    spread: list[int] = []
    start = 0
    for _ in range(numbers.count(MANY)):
        at = numbers.index(MANY, start)
        spread += numbers[start:at]
        inner = known.several(seen[at])
        if inner:
            spread += inner
            once.update(inner)
        start = at + 1
    spread += numbers[start:]
    return spread


class Vocabulary:
    """The words of all rules in one kind of zone, and what tokens stand for among them.

    `share` is told the stem and number of each new word. `forms` are all words of all rules, and maybe others.
    """

    __slots__ = ("_foreign", "_forms", "_numbers", "_of_form", "_share", "language", "stems", "tokens")

    def __init__(
        self, numbers: Iterator[int], language: str, share: Callable[[str, int], None], forms: Sequence[str]
    ) -> None:
        self.language = language
        self.stems: dict[str, int] = {}
        self.tokens = Tokens(self)
        self._numbers = numbers
        self._share = share
        self._forms = forms
        self._of_form = array("I")
        self._foreign: dict[str, dict[str, list[int]]] = {}

    def number(self, folded: str) -> int:
        """Give the number of a rule's word, a new one if it has none."""
        own = stem(folded, self.language)
        number = self.stems.get(own)
        if number is None:
            number = self.stems[folded if own == folded else own] = next(self._numbers)
            self.tokens.forget(own)
            self._share(own, number)
        for language, known in self._foreign.items():
            _note(known, stem(folded, language), number)
        return number

    def number_at(self, form: int) -> int:
        """Give the number of the folded word at this place of `forms`, without its stem once it is known.

        What is known takes four bytes a form; the number is equal to, and not the same object as, that of `number`.
        """
        known = self._of_form
        if form >= len(known):
            known.extend([ABSENT] * (len(self._forms) - len(known)))
        number = known[form]
        if number == ABSENT:
            number = known[form] = self.number(self._forms[form])
        return number

    def foreign(self, language: str) -> dict[str, list[int]]:
        """Give, for a language that is not the engine's own, the numbers that a stem may stand for."""
        known = self._foreign.get(language)
        if known is None:
            known = self._foreign[language] = {}
            for folded in map(folded_of, self._forms):
                number = self.stems.get(stem(folded, self.language))
                if number is not None:
                    _note(known, stem(folded, language), number)
        return known


class Tokens(dict[bytes, int]):
    """What each token seen stands for; found at first sight."""

    __slots__ = ("_many", "_vocabulary", "_waiting")

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self._many: dict[bytes, tuple[int, ...]] = {}
        self._waiting: dict[str, tuple[bytes, ...]] = {}
        self[_BARRIER] = BARRIER

    def __missing__(self, token: bytes) -> int:
        if len(self) > _MEMORY:
            self._clear()
        numbers = self._read(token)
        number = numbers[0] if len(numbers) == 1 else MANY
        if len(token) <= _LONGEST:
            self[token] = number
        return number

    def several(self, token: bytes) -> tuple[int, ...]:
        """Give the numbers of all words of a token, one or not."""
        found = self._many.get(token)
        if found is None:
            found = self._read(token)
            if len(token) <= _LONGEST:
                self._many[token] = found
        return found

    def forget(self, own: str) -> None:
        """Find anew, when next seen, what the tokens of a stem stand for."""
        for token in self._waiting.pop(own, ()):
            self.pop(token, None)
            self._many.pop(token, None)

    def _read(self, token: bytes) -> tuple[int, ...]:
        if token == _BARRIER:
            return (BARRIER,)
        return tuple(self._number(stem(word[2], self._vocabulary.language), token) for word in words_of(token))

    def _number(self, own: str, token: bytes) -> int:
        number = self._vocabulary.stems.get(own, ABSENT)
        if number == ABSENT and len(token) <= _LONGEST:
            self._waiting[own] = (*self._waiting.get(own, ()), token)
        return number

    def _clear(self) -> None:
        self.clear()
        self._many.clear()
        self._waiting.clear()
        self[_BARRIER] = BARRIER


def _note(known: dict[str, list[int]], own: str, number: int) -> None:
    numbers = known.setdefault(own, [])
    if number not in numbers:
        numbers.append(number)
