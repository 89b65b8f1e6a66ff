"""Make the table of terms that ships:

    uv run --with spacy-lookups-data==1.0.5 python -m tests.making.words

The numbers come from the tables of word probabilities in the package spacy-lookups-data 1.0.5 (Explosion, MIT licence):
smoothed counts over a large collection of comments. Words become the terms of `services.stories.terms`. Of languages
other than English only what is common there is taken, so that their little words do not look like rare names.
"""

from __future__ import annotations

import gzip
import importlib.resources
import json
import math
from collections import defaultdict
from pathlib import Path

from services.stories.terms import term_of
from services.text import cut

FILE = Path(__file__).parents[2] / "config" / "stories" / "terms.tsv.gz"
OTHERS = ("de", "el", "es")
LONGEST = 30  # letters; longer ones are addresses and ASCII art
RAREST = 1.5e-7  # of all words
COMMON_ELSEWHERE = 2e-5
ENGLISH_TOO = 3e-5  # a word so common in English ("war", "die") keeps its English number
HEAD = """# How often terms stand in a billion words. Derived from spacy-lookups-data 1.0.5, MIT licence, see NOTICE.
# Made by tests/making/words.py. A term is the English stem of a folded word, nations' peoples under their country.
"""


def words(language: str) -> dict[str, float]:
    """Give the share of each folded word of a language among all its words."""
    packed = importlib.resources.files("spacy_lookups_data") / "data" / f"{language}_lexeme_prob.json.gz"
    found: dict[str, float] = defaultdict(float)
    for token, log in json.loads(gzip.decompress(packed.read_bytes())).items():
        if len(token) <= LONGEST:
            for _, _, folded, _ in cut(token):
                if folded[:1].isalnum():
                    found[folded] += math.exp(log)
    total = sum(found.values())
    return {word: share / total for word, share in found.items()}


def frequencies() -> dict[str, float]:
    """Add up the words of each term."""
    found: dict[str, float] = defaultdict(float)
    english = words("en")
    for word, share in english.items():
        found[term_of(word)] += share
    for language in OTHERS:
        for word, share in words(language).items():
            term = term_of(word)
            if share >= COMMON_ELSEWHERE and english.get(word, 0.0) < ENGLISH_TOO and found[term] < ENGLISH_TOO:
                found[term] = max(found[term], share)
    return {term: share for term, share in found.items() if share >= RAREST}


def main() -> None:
    """Write the table, the same bytes each time."""
    rows = sorted(frequencies().items())
    text = HEAD + "".join(f"{term}\t{round(share * 1e9)}\n" for term, share in rows)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(rows):,} terms, {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
