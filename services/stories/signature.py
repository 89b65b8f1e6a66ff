"""What is kept of an article to find its story again: its heaviest terms, its headline's, runs of words, and facts.

The wording is runs of five words. Of a long text a sample is kept: runs whose hash is a multiple of 2, 4, 8 … so that
two samples of different depth can still be compared at the coarser one. A signature is computed once, outside any
lock, and never changes; as bytes it takes one to two and a half kilobytes.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from zlib import crc32

from services.errors import InvalidError
from services.stories.facts import Facts, facts_of
from services.stories.terms import TITLE_WORDS, Tally, tally
from services.stories.words import read

MOST_TERMS = 220
MOST_TITLE_TERMS = 32
RUN = 5
RUN_WORDS = 1200  # of the text
MOST_RUNS = 192  # kept; a longer text is sampled
_FORMAT = 2
_SCALE = 65_535
_TITLE_SCALE = 1_000
_NAMED_BYTES = (MOST_TERMS + 7) // 8
_HEAD = 8


@dataclass(frozen=True, slots=True)
class Signature:
    """Terms, the heaviest first, with weights of unit length; the headline's terms; runs and how deep they are sampled.

    `words` are those that were counted, of headline and text. Bit n of `named` says that term n is a name or a number.
    `names` are words as they stood, kept in memory only.
    """

    terms: array[int]
    weights: array[int]
    title: array[int]
    title_weights: array[int]
    runs: array[int]
    every: int
    all_runs: int
    words: int
    named: int = 0
    facts: Facts = field(default_factory=Facts)
    names: dict[int, str] = field(default_factory=dict, compare=False, repr=False)

    def vector(self) -> dict[int, float]:
        """Give the terms with their weights."""
        return {term: weight / _SCALE for term, weight in zip(self.terms, self.weights, strict=True)}

    def to_bytes(self) -> bytes:
        """Give what is stored."""
        lengths = (len(self.terms), len(self.title), len(self.runs), len(self.facts.places))
        head = array("I", [_FORMAT, *lengths, self.every, self.all_runs, self.words])
        longs = (head, self.terms, self.title, self.runs, self.facts.places)
        shorts = (self.weights, self.title_weights, self.facts.held)
        return b"".join(part.tobytes() for part in (*longs, *shorts)) + self.named.to_bytes(_NAMED_BYTES, "little")


def from_bytes(data: bytes) -> Signature:
    """Read what `to_bytes` gave."""
    head = array("I", data[: 4 * _HEAD])
    form, terms, title, runs, places, every, all_runs, words = head
    size = 4 * (_HEAD + terms + title + runs + places) + 2 * (terms + title + places) + _NAMED_BYTES
    if form != _FORMAT or len(data) != size:
        raise InvalidError(f"A stored signature has another form than {_FORMAT}")
    at, parts = 4 * _HEAD, []
    for kind, count in (
        ("I", terms), ("I", title), ("I", runs), ("I", places), ("H", terms), ("H", title), ("H", places),
    ):  # fmt: skip
        end = at + count * (4 if kind == "I" else 2)
        parts.append(array(kind, data[at:end]))
        at = end
    return Signature(
        parts[0], parts[4], parts[1], parts[5], parts[2], every, all_runs, words,
        named=int.from_bytes(data[at:], "little"), facts=Facts(parts[3], parts[6]),
    )  # fmt: skip


def sign(title: str, text: str, weight: Callable[[int], float]) -> Signature:
    """Compute the signature of an article; `weight` says how telling a term is."""
    read_text = read(text, RUN_WORDS)
    counted = tally(read(title, TITLE_WORDS), read_text)
    weights = {key: weight(key) for key in counted.counts}
    heavy = _heaviest(counted, weights)
    length = math.sqrt(sum(value * value for _, value in heavy)) or 1.0
    heads = sorted(counted.title, key=lambda key: (-weights[key], key))[:MOST_TITLE_TERMS]
    runs, every, all_runs = runs_of(read_text.folded)
    return Signature(
        terms=array("I", [key for key, _ in heavy]),
        weights=array("H", [round(value / length * _SCALE) for _, value in heavy]),
        title=array("I", heads),
        title_weights=array("H", [min(round(weights[key] * _TITLE_SCALE), _SCALE) for key in heads]),
        runs=runs, every=every, all_runs=all_runs, words=counted.words + len(counted.title),
        named=sum(1 << at for at, (key, _) in enumerate(heavy) if key in counted.named),
        facts=facts_of(read_text), names=counted.names,
    )  # fmt: skip


def _heaviest(counted: Tally, weights: dict[int, float]) -> list[tuple[int, float]]:
    """Weigh each term by how often it stands, how telling it is, and how long the names are that it stands in."""
    log = math.log
    values = {key: (1 + log(times)) * weights[key] for key, times in counted.counts.items()}
    for key, words in counted.spread.items():
        values[key] /= math.sqrt(words)
    heavy = sorted(sorted(values), key=values.__getitem__, reverse=True)[:MOST_TERMS]  # among equals the smaller key
    return [(key, values[key]) for key in heavy]


def runs_of(folded: Sequence[str]) -> tuple[array[int], int, int]:
    """Give the hashes of a text's runs of words, every how many are kept, and how many there were."""
    words = [word.encode("utf-8", "surrogatepass") for word in folded]
    joined = b" ".join(words)
    starts = [0, *accumulate(len(word) + 1 for word in words)]
    found = dict.fromkeys(crc32(joined[start : end - 1]) for start, end in zip(starts, starts[RUN:], strict=False))
    every = 1
    while len(found) > MOST_RUNS * every:
        every *= 2
    kept = [run for run in found if run % every == 0]
    return array("I", kept), every, len(found)
