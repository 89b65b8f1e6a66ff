"""Articles to match: from a file of the user's own, or made up with natural word frequencies.

A made-up article has a subject whose words come again, words that like to stand beside each other, names, numbers,
quotations, sentences and paragraphs: what decides how fast matching is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from services.articles.article import Article, Item, Passage, Zone
from services.articles.read import understand
from services.bench.words import Lexicon, lexicon
from services.errors import InvalidError

SOURCES = 3000
"""Made-up articles that rules are drawn from; as many as the corpus that the figures of the peers were taken on."""
_SUBJECTS = 150


def from_file(file: Path) -> list[Article]:
    """Read one JSON object a line, each with `text` and perhaps `title`, all as English. Raises `InvalidError`."""
    with file.open(encoding="utf-8") as lines:
        found = [_read(line, number, file) for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise InvalidError(f"Expected one article a line in {file}, found none", field="--corpus")
    return found


def _read(line: str, number: int, file: Path) -> Article:
    where = f"{file}, line {number}"
    try:
        one = json.loads(line)
    except json.JSONDecodeError as error:
        raise InvalidError(f"Expected a JSON object in {where}, found no JSON: {error}", field="--corpus") from error
    if not isinstance(one, dict) or not isinstance(one.get("text"), str) or not one["text"].strip():
        raise InvalidError(f'Expected an object with "text" in {where}', field="--corpus")
    title = one.get("title")
    item = Item(str(number), title=title if isinstance(title, str) and title.strip() else None, text=one["text"])
    return replace(understand(item), language="en")


def made_up(seed: int, count: int = SOURCES) -> Iterator[Article]:
    """Make articles; the same seed gives the same."""
    rng = Random(seed)  # noqa: S311  # the same seed has to give the same
    known = lexicon(rng)
    size = len(known.content)
    subjects = [
        rng.choices(range(size), cum_weights=known.content_weights, k=60) + rng.sample(range(size), k=60)
        for _ in range(_SUBJECTS)
    ]
    for _ in range(count):
        yield _article(rng, known, rng.choice(subjects))


def _article(rng: Random, known: Lexicon, subject: list[int]) -> Article:
    """Mean 388 words, one in a hundred has over a thousand: as measured on real news."""
    length = min(1600, max(60, int(rng.lognormvariate(5.846, 0.48))))
    words = _words(rng, known, subject, length)
    curly = rng.random() < 0.5
    text, at = "", 0
    passages: list[Passage] = []
    while at < length:
        paragraph = []
        for _ in range(rng.choice((1, 1, 2, 3))):
            many = rng.randrange(8, 30)
            paragraph.append(_sentence(rng, words[at : at + many], curly=curly))
            at += many
        said = " ".join(one for one in paragraph if one)
        zone = Zone.BODY if passages else Zone.LEAD
        passages.append(Passage(zone, len(text), len(text) + len(said)))
        text += said + "\n\n"
    title = " ".join(_words(rng, known, subject, rng.randrange(6, 11))).capitalize()
    return Article(text, passages, title=title)


def _words(rng: Random, known: Lexicon, subject: list[int], length: int) -> list[str]:
    common = iter(rng.choices(known.common, cum_weights=known.common_weights, k=length))
    content = iter(rng.choices(range(len(known.content)), cum_weights=known.content_weights, k=length))
    told: list[int] = []
    found: list[str] = []
    while len(found) < length:
        draw = rng.random()
        if draw < 0.45:
            found.append(next(common))
            continue
        if told and draw < 0.53:
            word = rng.choice(told)
        elif draw < 0.62:
            word = rng.choice(subject)
        else:
            word = next(content)
        told.append(word)
        found.append(known.content[word])
        if rng.random() < 0.2:
            found.append(known.content[known.follows[word]])
    return found[:length]


def _sentence(rng: Random, words: list[str], *, curly: bool) -> str:
    if not words:
        return ""
    shown = [_written(rng, word, curly=curly) for word in words]
    shown[0] = shown[0].capitalize()
    said = " ".join(shown) + rng.choice("....?")
    if rng.random() < 0.12:
        return f"“{said}”" if curly else f'"{said}"'
    return said


def _written(rng: Random, word: str, *, curly: bool) -> str:
    draw = rng.random()
    if draw > 0.2:
        return word
    if draw < 0.07:
        return word + ","
    if draw < 0.15:
        return word.capitalize()
    if draw < 0.165:
        return word + ("’s" if curly else "'s")
    if draw < 0.185:
        return rng.choice((str(rng.randrange(2000, 2030)), str(rng.randrange(1, 60)), f"${rng.randrange(2, 900)},000"))
    return f"{word}-{rng.choice(('based', 'wide', 'led', 'year'))}"
