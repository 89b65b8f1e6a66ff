"""The words of a bundle's articles in order, and articles rebuilt from them as evaluation wants them.

Stems and exact forms are kept apart, because most questions need stems alone; the folded form follows from the exact
one, by the same function as in the first analysis. A rebuilt document has no text and no offsets: it gives every query
the same truth, and no passages.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import cast

from services.articles.article import Zone
from services.queries.document import Document
from services.queries.reader import Reader
from services.queries.tree import Term
from services.text import Words, folded_of, stem

# None of these can stand in a word.
_WORD, _SENTENCE, _PARAGRAPH, _ZONE, _ARTICLE = "\x1f", "\x1e", "\x1d", "\x1c", "\n"

_ZONES = {"t": Zone.TITLE, "d": Zone.DATELINE, "l": Zone.LEAD, "b": Zone.BODY, "c": Zone.CAPTION, "e": Zone.TEASER}
_LETTERS = {zone: letter for letter, zone in _ZONES.items()}
_LEVEL = str.maketrans({_SENTENCE: _WORD, _PARAGRAPH: _WORD})
_MEMORY = 1 << 18

Unpacked = Callable[[], Sequence[str]]
"""Gives the words of each of a bundle's articles, still joined."""


def pack(documents: Sequence[Document]) -> tuple[bytes, bytes]:
    """Pack the stems and the exact forms of documents, in the order given."""
    rows = [
        [(_LETTERS[zone], _joints(words), words) for zone, words in one.zones.items() if words.exact]
        for one in documents
    ]
    stems = [_ZONE.join(letter + _joined(words.stems, joints) for letter, joints, words in row) for row in rows]
    exact = [_ZONE.join(letter + _joined(words.exact, joints) for letter, joints, words in row) for row in rows]
    return _packed(stems), _packed(exact)


def unpack(packed: bytes) -> list[str]:
    """Give the words of each document, still joined."""
    return zlib.decompress(packed).decode("utf-8", "surrogatepass").split(_ARTICLE)


def zones(number: int, stems: Unpacked, exact: Unpacked) -> Mapping[Zone, Words]:
    """Rebuild the zones of one article; its exact forms are unpacked when something asks for them."""
    joined = stems()[number]
    parts = joined.split(_ZONE) if joined else []

    def typed(at: int) -> str:
        return exact()[number].split(_ZONE)[at][1:]

    return {_ZONES[part[0]]: cast(Words, _Rebuilt(part[1:], partial(typed, at))) for at, part in enumerate(parts)}


class _Folded(dict[str, str]):
    def __missing__(self, word: str) -> str:
        if len(self) > _MEMORY:
            self.clear()
        found = self[word] = folded_of(word)
        return found


_folded = _Folded()


class _Rebuilt:
    """The words of a zone, with the part of the face of `Words` that truth asks for, each made when asked for."""

    def __init__(self, stems: str, exact: Callable[[], str]) -> None:
        self._stems = stems
        self._exact = exact

    @cached_property
    def stems(self) -> list[str]:
        return self._stems.translate(_LEVEL).split(_WORD)

    @cached_property
    def exact(self) -> list[str]:
        return self._exact().translate(_LEVEL).split(_WORD)

    @cached_property
    def folded(self) -> list[str]:
        return [_folded[word] for word in self.exact]

    @cached_property
    def paragraphs(self) -> list[int]:
        return _numbered(self._stems.replace(_SENTENCE, _WORD), _PARAGRAPH)

    @cached_property
    def sentences(self) -> list[int]:
        return _numbered(self._stems.replace(_PARAGRAPH, _SENTENCE), _SENTENCE)


class Scanning(Reader):
    """A reader for few questions: it looks a word up by going through the text, and builds no table of all words."""

    __slots__ = ("_places_of",)

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._places_of: dict[tuple[Zone, bool, str], Sequence[int]] = {}

    def _term(self, term: Term, zone: Zone) -> Sequence[int]:
        words = self.document.zones.get(zone)
        if words is None:
            return ()
        form = term.form if term.exact else stem(term.form, self.document.language)
        key = zone, term.exact, form
        found = self._places_of.get(key)
        if found is None:
            found = self._places_of[key] = _places(words.exact if term.exact else words.stems, form)
        return found


def _places(words: Sequence[str], form: str) -> list[int]:
    found: list[int] = []
    at = -1
    for _ in range(words.count(form)):
        at = words.index(form, at + 1)
        found.append(at)
    return found


def _numbered(joined: str, parting: str) -> list[int]:
    found: list[int] = []
    for number, part in enumerate(joined.split(parting)):
        found += [number] * (part.count(_WORD) + 1)
    return found


def _joints(words: Words) -> list[str]:
    """Give what stands before each word: nothing before the first, else the end of a word, sentence or paragraph."""
    joints = [""]
    for at in range(1, len(words.exact)):
        same = _WORD if words.sentences[at] == words.sentences[at - 1] else _SENTENCE
        joints.append(same if words.paragraphs[at] == words.paragraphs[at - 1] else _PARAGRAPH)
    return joints


def _joined(forms: Sequence[str], joints: Sequence[str]) -> str:
    return "".join(part for pair in zip(joints, forms, strict=True) for part in pair)


def _packed(rows: Sequence[str]) -> bytes:
    return zlib.compress(_ARTICLE.join(rows).encode("utf-8", "surrogatepass"), 6)
