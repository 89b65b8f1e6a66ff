"""Make the table of terms that ships: `uv run --with wordfreq==3.1.1 python -m tests.making.words`.

The numbers come from the package wordfreq 3.1.1 (Robyn Speer and others), whose data is under CC BY-SA 4.0: how often
words stand in a billion words of many kinds of text. Words become the terms of `services.stories.terms`. Of languages
other than English only what is common there is taken, so that their little words do not look like rare names.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from pathlib import Path

from services.stories.terms import term_of
from services.text import cut

FILE = Path(__file__).parents[2] / "config" / "stories" / "terms.tsv.gz"
OTHERS = ("ar", "ca", "cs", "da", "de", "el", "es", "fi", "fr", "he", "hu", "id", "it", "nb", "nl", "pl", "pt", "ro",
          "ru", "sv", "tr", "uk", "vi")  # fmt: skip
RAREST = 1.5e-7  # of all words
COMMON_ELSEWHERE = 2e-5
ENGLISH_TOO = 3e-5  # a word so common in English ("war", "die") keeps its English number
HEAD = """# How often terms stand in a billion words. Derived from wordfreq 3.1.1, see NOTICE; licence CC BY-SA 4.0.
# Made by tests/making/words.py. A term is the English stem of a folded word, nations' peoples under their country.
"""


def frequencies() -> dict[str, float]:
    """Add up the words of each term."""
    import wordfreq  # not a dependency: only this script needs it

    found: dict[str, float] = defaultdict(float)
    english = wordfreq.get_frequency_dict("en", wordlist="large")
    for word, share in english.items():
        for _, _, folded, _ in cut(word):
            found[term_of(folded)] += share
    elsewhere: dict[str, float] = {}
    for language in OTHERS:
        for word, share in wordfreq.get_frequency_dict(language, wordlist="small").items():
            for _, _, folded, _ in cut(word):
                if share >= COMMON_ELSEWHERE and english.get(word, 0.0) < ENGLISH_TOO:
                    term = term_of(folded)
                    elsewhere[term] = max(elsewhere.get(term, 0.0), share)
    for term, share in elsewhere.items():
        if found.get(term, 0.0) < ENGLISH_TOO:
            found[term] = max(found.get(term, 0.0), share)
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
