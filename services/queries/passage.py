"""Evidence: the sentence that proves a clause, with the words to mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.articles.article import Zone
from services.queries.reader import Hit, Reader
from services.text import Words

_GAP = " … "
"""Stands between two sentences that do not follow each other in the article."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One clause that holds, and where it shows.

    `start` and `end` are characters in the zone's shown text; `sentence_number` counts from 1 in the zone, 0 where
    there is no sentence; `marks` are characters in `sentence`. When the words stand in several sentences, `sentence`
    has them all. Facts about the whole article, such as its source, have no zone. `inner` is the clause inside a topic.
    `how` says how a place was understood.
    """

    clause: str
    zone: Zone | None = None
    sentence: str = ""
    sentence_number: int = 0
    start: int = 0
    end: int = 0
    marks: tuple[tuple[int, int], ...] = ()
    words: tuple[str, ...] = ()
    inner: str = ""
    how: str = ""


def fact(clause: str, *words: str) -> Evidence:
    """Give evidence that is known about the whole article."""
    return Evidence(clause, words=words)


def passage(clause: str, reader: Reader, zone: Zone, hits: Sequence[Hit]) -> Evidence:
    """Give the sentence, or sentences, around hits of one zone."""
    words = reader.words(zone)
    assert words is not None, "a hit stands in a zone of the article"
    shown = reader.document.shown(zone)
    spans = sorted({(words.starts[first], words.ends[last]) for first, last in hits})
    numbers = sorted({words.sentences[at] for first, last in hits for at in range(first, last + 1)})
    return _evidence(clause, zone, shown, words, numbers, spans)


def span_passage(clause: str, reader: Reader, zone: Zone, start: int, end: int, how: str = "") -> Evidence:
    """Give the sentence around characters of a zone's shown text."""
    words = reader.words(zone)
    shown = reader.document.shown(zone)
    spans = words.sentence_spans if words else ()
    number = next((at for at, (low, high) in enumerate(spans) if low <= start < high), None)
    if words is None or number is None:
        return Evidence(clause, zone, start=start, end=end, words=(shown[start:end],), how=how)
    low, high = spans[number]
    end_shown = min(end, high)
    sentence, marks = shown[low:high], ((start - low, end_shown - low),)
    return Evidence(clause, zone, sentence, number + 1, start, end, marks, (shown[start:end],), how=how)


def _evidence(
    clause: str, zone: Zone, shown: str, words: Words, numbers: list[int], spans: list[tuple[int, int]]
) -> Evidence:
    sentence, shifts = _sentences(shown, words, numbers)
    marks = tuple((_moved(start, shifts), _moved(end - 1, shifts) + 1) for start, end in spans)
    surface = tuple(sentence[low:high] for low, high in marks)
    return Evidence(clause, zone, sentence, numbers[0] + 1, spans[0][0], max(end for _, end in spans), marks, surface)


def _sentences(shown: str, words: Words, numbers: list[int]) -> tuple[str, list[tuple[int, int]]]:
    """Join sentences; also give, for each, where it begins in the zone's text and how far it moved."""
    low, high = words.sentence_spans[numbers[0]]
    text = shown[low:high]
    shifts = [(low, -low)]
    for before, number in pairwise(numbers):
        low, high = words.sentence_spans[number]
        text += " " if number == before + 1 else _GAP
        shifts.append((low, len(text) - low))
        text += shown[low:high]
    return text, shifts


def _moved(at: int, shifts: list[tuple[int, int]]) -> int:
    shift = next(shift for begin, shift in reversed(shifts) if begin <= at)
    return at + shift
