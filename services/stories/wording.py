"""Sentences of two texts beside each other: which was made of which, and which names and numbers were exchanged.

A copy leaves sentences out, adds some, and changes a word here and there. A form that is filled in anew (a court list,
a match report, a police blotter) keeps its sentences and exchanges what matters: names and numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from services.articles.article import Article, Zone
from services.text import cut, sentences

SAME_SENTENCE = 0.6  # of the words of the shorter of two sentences; then one was made of the other
SAME_NAME = 0.6  # of the letters; then one is a spelling of the other
_DAYS = frozenset({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"})  # no day is another
MOST_PAIRS = 20_000  # sentences that are compared with each other; more would hold a worker up
_NOT = frozenset({"no", "not", "never", "nor", "neither", "none", "cannot", "without"})
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    )
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: as it stands, its folded words, and its words as they are written."""

    text: str
    words: tuple[str, ...]
    exact: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What stands in the place of what, between two sentences: names, numbers, other words of another spelling.

    `others` counts the places where the sentences differ otherwise than by a name or a number.
    """

    names: tuple[tuple[str, str], ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    others: int = 0


def body(article: Article) -> str:
    """Give what an article tells: teasers and captions are not of it."""
    zones = (Zone.DATELINE, Zone.LEAD, Zone.BODY)
    return "\n\n".join(article.text[part.start : part.end] for part in article.passages if part.zone in zones)


def told(article: Article, most: int = 10_000) -> Iterator[Sentence]:
    """Give the first sentences of lead and body."""
    for passage in article.passages:
        if passage.zone not in (Zone.LEAD, Zone.BODY):
            continue
        for low, high in sentences(article.text, passage.start, passage.end):
            if most <= 0:
                return
            most -= 1
            yield sentence(article.text[low:high])


def sentence(line: str) -> Sentence:
    """Cut a sentence into words."""
    words = cut(line)
    return Sentence(" ".join(line.split()), tuple(w[2] for w in words), tuple(w[3] for w in words))


def pairs(fresh: Sequence[Sentence], lost: Sequence[Sentence]) -> Iterator[tuple[Sentence, Sentence | None]]:
    """Give each sentence of one text with that of the other which it was made of, or `None`.

    Where there are too many to compare none is found.
    """
    counted = [Counter(one.words) for one in lost] if len(fresh) * len(lost) <= MOST_PAIRS else []
    for one in fresh:
        mine = Counter(one.words)
        best, reached = None, SAME_SENTENCE
        for other, words in zip(lost, counted, strict=False):
            common = sum((mine & words).values()) / max(min(len(one.words), len(other.words)), 1)
            if common >= reached:
                best, reached = other, common
        yield one, best


def exchanged(before: Sentence, after: Sentence) -> Exchanged:
    """Say which names and numbers were exchanged between a sentence and the one that was made of it."""
    names, numbers, words, others = [], [], [], 0
    opcodes = SequenceMatcher(None, before.words, after.words, autojunk=False).get_opcodes()
    for what, low, high, start, end in opcodes:
        if what == "equal":
            continue
        was, now = before.exact[low:high], after.exact[start:end]
        figures = " ".join(map(_number, filter(_number, was))), " ".join(map(_number, filter(_number, now)))
        called = " ".join(_names(was, low)), " ".join(_names(now, start))
        if all(figures) and figures[0] != figures[1]:
            numbers.append(figures)
        elif all(called) and not _same_name(*called) and not _days(*called):
            names.append(called)
        else:
            others += 1
            stood = " ".join(was), " ".join(now)
            if all(stood) and not _same_name(*stood):
                words.append(stood)
    return Exchanged(tuple(names), tuple(numbers), tuple(words), others)


def _same_name(one: str, other: str) -> bool:
    return not _days(one, other) and SequenceMatcher(None, one.lower(), other.lower()).ratio() >= SAME_NAME


def _days(one: str, other: str) -> bool:
    """Say whether two words are two days of the week: alike in spelling, and no names of whom a text is about."""
    return one != other and {one.lower(), other.lower()} <= _DAYS


def figures(words: Sequence[str]) -> Counter[str]:
    """Count the numbers of a text's folded words, and how often it denies."""
    found: Counter[str] = Counter()
    for word in words:
        if word in _NOT or word.endswith(("n't", "n’t")):
            found["not"] += 1
        elif number := _number(word):
            found[number] += 1
    return found


def _number(word: str) -> str:
    return word if any(map(str.isdigit, word)) else _NUMBERS.get(word.lower(), "")


def _names(words: Sequence[str], at: int) -> list[str]:
    """Give the words with a capital; the first of a sentence has one anyway."""
    return [word for place, word in enumerate(words, at) if place and word[:1].isupper()]
