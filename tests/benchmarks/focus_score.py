"""How well `about:` and `gov:` are told: `python -m tests.benchmarks.focus_score [--misses]`.

The articles and their labels stand in `tests/benchmarks/focus`, written for this. A division counts as right if the
labels have it. One that contains what the labels have is neither right nor wrong: `about:California` holds for Stockton
in any case. The floor, in the same run: about, every place named; gov, what the article is about.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from services.articles.zones import read_text
from services.places.kept import Kept
from services.queries.article_places import is_sure
from services.reading import places_in
from tests.unit.places.traps import full

FOLDER = Path(__file__).with_name("focus")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One article with what it is about and whose governments act, and what was found."""

    id: str
    about: set[str]
    gov: set[str]
    kept: Kept


@dataclass(slots=True)
class Score:
    """Counts of divisions: right, too much, missing."""

    right: int = 0
    wrong: int = 0
    missing: int = 0

    @property
    def precision(self) -> float:
        """Give the share of what was found that is right."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Give the share of the labels that were found."""
        return self.right / max(1, self.right + self.missing)

    @property
    def f1(self) -> float:
        """Give the harmonic mean of the two."""
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)


def labelled() -> list[Labelled]:
    """Read the articles and find their places."""
    found = []
    for file in sorted(FOLDER.glob("*.yaml")):
        for one in yaml.safe_load(file.read_text(encoding="utf-8")):
            kept = places_in(read_text(one["text"], title=one["title"]), one.get("home"))
            found.append(Labelled(one["id"], set(map(full, one["about"])), set(map(full, one["gov"])), kept))
    return found


def score(wanted: Iterable[tuple[set[str], set[str], Kept]]) -> Score:
    """Count what is found against what is wanted, article by article."""
    total = Score()
    for labels, found, kept in wanted:
        above = {up for label in labels for up in kept.around(label)} - labels
        total.right += len(labels & found)
        total.wrong += len(found - labels - above)
        total.missing += len(labels - found)
    return total


def named(one: Labelled) -> set[str]:
    """Give every division that an article names."""
    return {mention.division for mention in one.kept.mentions if is_sure(one.kept, mention)}


ROWS: dict[str, Callable[[Labelled], tuple[set[str], set[str]]]] = {
    "about": lambda one: (one.about, set(one.kept.about)),
    "about, floor": lambda one: (one.about, named(one)),
    "gov": lambda one: (one.gov, set(one.kept.gov)),
    "gov, floor": lambda one: (one.gov, set(one.kept.about)),
}


def main() -> None:
    """Print the scores, and the misses if asked."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--misses", action="store_true", help="print what is missing and too much, by article")
    misses = arguments.parse_args().misses
    articles = labelled()
    print(f"{len(articles)} articles{'':14}precision   recall       F1")
    for name, of in ROWS.items():
        total = score((*of(one), one.kept) for one in articles)
        print(f"{name:27}{total.precision:9.3f}{total.recall:9.3f}{total.f1:9.3f}")
    for one in articles if misses else ():
        for name in ("about", "gov"):
            labels, found = ROWS[name](one)
            above = {up for label in labels for up in one.kept.around(label)} - labels
            if labels - found or found - labels - above:
                print(f"{one.id} {name}: missing {_short(labels - found)}, too much {_short(found - labels - above)}")


def _short(ids: set[str]) -> list[str]:
    return sorted(one.removeprefix("ocd-division/country:us/").removeprefix("ocd-division/") for one in ids)


if __name__ == "__main__":
    main()
