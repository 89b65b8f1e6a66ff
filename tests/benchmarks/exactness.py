"""The engine against the naive evaluator, pair for pair: `python -m tests.benchmarks.exactness [--pairs N] [--seed N]`.

Queries and articles over the whole language are made from a seed; every query of a batch meets every article of it. A
quarter of the rules is taken out and put back before, so that what the engine keeps is what removal leaves. Each
article is given raw and analysed. `--record` writes the result with its seed, commit and machine beside this file; the
exit code is 0 only if all agree and every match was a candidate.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from services.queries.document import document
from services.queries.tree import Place, PlaceKind
from services.rules.engine import FEW, Engine
from services.rules.snapshot import dump, load
from tests import generate
from tests.reference import matches

RULES, ARTICLES = 400, 50
FEWS = (FEW, 0, RULES // 2)


class KnownPlaces:
    """Places of one article, told by the batch."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def holds(self, place: Place) -> bool:
        return place.name in self.names and place.kind is not PlaceKind.GOVERNMENT

    def facts(self) -> tuple[()]:
        return ()

    def hits(self, place: Place) -> tuple[()]:
        return ()

    def left_out(self, place: Place) -> tuple[()]:
        return ()


@dataclass
class Result:
    """What was compared and what came of it."""

    pairs: int = 0
    matches: int = 0
    disagreements: int = 0
    matches_that_were_no_candidates: int = 0
    articles: int = 0
    candidates: int = 0
    examples: list[str] = field(default_factory=list)


def batch(seed: int, result: Result) -> None:
    """Compare one batch; every other engine comes out of a snapshot."""
    rng = random.Random(seed)
    topics = generate.topics(rng)
    rules = {f"r{number}": generate.query(rng) for number in range(RULES)}
    engine = Engine(topics, few=FEWS[seed % len(FEWS)])
    for rule, tree in rules.items():
        engine.add(rule, tree)
    for rule in rng.sample(sorted(rules), RULES // 4):
        engine.remove(rule)
        engine.add(rule, rules[rule])
    if seed % 2:
        engine = load(dump(engine), topics)
    for _ in range(ARTICLES):
        article = generate.article(rng)
        whole = document(article)
        places = KnownPlaces({name for name in generate.PLACES if rng.random() < 0.3})
        expected = {rule for rule, tree in rules.items() if matches(tree, whole, topics, places.holds)}
        candidates = engine.candidates(article, places)
        result.pairs += len(rules)
        result.articles += 1
        result.matches += len(expected)
        result.candidates += len(candidates)
        result.matches_that_were_no_candidates += len(expected - candidates)
        wrong = expected ^ set(engine.match(article, places).rules) | expected ^ set(engine.match(whole, places).rules)
        result.disagreements += len(wrong)
        result.examples += [f"{rules[rule]} on {article.text!r}" for rule in sorted(wrong)[: 5 - len(result.examples)]]


def main() -> int:
    """Compare, print, and record if asked."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--pairs", type=int, default=200_000)
    arguments.add_argument("--seed", type=int, default=20261125)
    arguments.add_argument("--record", action="store_true")
    asked = arguments.parse_args()
    began, result, number = time.monotonic(), Result(), 0
    while result.pairs < asked.pairs:
        batch(asked.seed + number, result)
        number += 1
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{result.pairs:,} of {asked.pairs:,} pairs, {result.disagreements} disagree")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    said = {
        "seed": asked.seed, "commit": commit.stdout.strip(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "seconds": round(time.monotonic() - began), **asdict(result),
    }  # fmt: skip
    text = json.dumps(said, indent=1)
    print(text)
    if asked.record:
        Path(__file__).with_suffix(".json").write_text(text + "\n")
    return 1 if result.disagreements or result.matches_that_were_no_candidates else 0


if __name__ == "__main__":
    sys.exit(main())
