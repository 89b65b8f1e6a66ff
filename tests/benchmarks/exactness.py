"""The engine against the naive evaluator, pair for pair: `python -m tests.benchmarks.exactness [--pairs N] [--seed N]`.

Queries and articles over the whole language are made from a seed; every query of a batch meets every article of it. A
quarter of the rules is taken out and put back before, so that what the engine keeps is what removal leaves. Each
article is given raw and analysed. Place clauses have divisions, so that the index finds them, and are judged by the
mentions of each article. Where real articles are at hand beside the repository they are read as the ingest stage does,
and rules are drawn from their words and places. `--record` writes the result with its seed, commit and machine beside
this file; the exit code is 0 only if all agree and every match was a candidate.
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
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path

from services.articles.article import Article, Item, Zone
from services.bench import mix
from services.places.home import HomeLearner
from services.places.kept import Kept
from services.queries.article_places import ArticlePlaces
from services.queries.document import document
from services.queries.tree import (
    AtLeast,
    Near,
    Node,
    Phrase,
    Place,
    PlaceKind,
    Same,
    Scope,
    Term,
    Topic,
    ZoneField,
    both,
    either,
    is_operand,
)
from services.reading import Home, understand_for
from services.rules.engine import FEW, Engine
from services.rules.snapshot import dump, load
from services.store.packs import shipped
from tests import generate
from tests.placed import holds, kept_of, placed
from tests.reference import matches

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
RULES, ARTICLES, REAL_ARTICLES = 400, 50, 25
MOST_READ = 150
FEWS = (FEW, 0, RULES // 2)


@dataclass
class Result:
    """What was compared and what came of it."""

    pairs: int = 0
    matches: int = 0
    disagreements: int = 0
    matches_that_were_no_candidates: int = 0
    articles: int = 0
    candidates: int = 0
    matches_by_a_place: int = 0
    real_articles: int = 0
    real_pairs: int = 0
    real_matches: int = 0
    examples: list[str] = field(default_factory=list)


def batch(seed: int, result: Result) -> None:
    """Compare one batch of made-up queries and articles."""
    rng = random.Random(seed)
    topics = generate.topics(rng)
    rules = {f"r{number}": placed(generate.query(rng), rng) for number in range(RULES)}
    articles = [(generate.article(rng), kept_of(rng)) for _ in range(ARTICLES)]
    compare(rng, seed, rules, articles, topics, result)


def compare(
    rng: random.Random, seed: int, rules: dict[str, Node], articles: Sequence[tuple[Article, Kept]],
    topics: dict[str, Node], result: Result,
) -> None:  # fmt: skip
    """Compare every rule on every article; every other engine comes out of a snapshot."""
    engine = Engine(topics, few=FEWS[seed % len(FEWS)])
    for rule, tree in rules.items():
        engine.add(rule, tree)
    for rule in rng.sample(sorted(rules), len(rules) // 4):
        engine.remove(rule)
        engine.add(rule, rules[rule])
    if seed % 2:
        engine = load(dump(engine), topics)
    for article, kept in articles:
        whole, places = document(article), ArticlePlaces(kept)

        def true_of(place: Place, kept: Kept = kept) -> bool:
            return holds(kept, place)

        expected = {rule for rule, tree in rules.items() if matches(tree, whole, topics, true_of)}
        unplaced = {rule for rule in expected if matches(rules[rule], whole, topics)}
        candidates = engine.candidates(article, places)
        result.pairs += len(rules)
        result.articles += 1
        result.matches += len(expected)
        result.matches_by_a_place += len(expected - unplaced)
        result.candidates += len(candidates)
        result.matches_that_were_no_candidates += len(expected - candidates)
        wrong = expected ^ set(engine.match(article, places).rules) | expected ^ set(engine.match(whole, places).rules)
        result.disagreements += len(wrong)
        result.examples += [f"{rules[rule]} on {article.text!r}" for rule in sorted(wrong)[: 5 - len(result.examples)]]


def real(seed: int, pairs: int, result: Result) -> None:
    """Compare rules drawn from real articles on these, until there are so many pairs."""
    rng, before = random.Random(seed), (result.pairs, result.articles, result.matches)
    read = read_articles(rng)
    number = 0
    while read and result.pairs - before[0] < pairs:
        some = rng.sample(read, min(len(read), REAL_ARTICLES))
        rules = {f"r{n}": tree for n, tree in enumerate(islice(drawn(rng, read), RULES))}
        compare(rng, seed + number, rules, some, dict(shipped().trees), result)
        number += 1
    result.real_pairs, result.real_articles = result.pairs - before[0], len(read)
    result.real_matches = result.matches - before[2]


def read_articles(rng: random.Random) -> list[tuple[Article, Kept]]:
    """Read real articles, where they are at hand, as the ingest stage does."""
    texts = [file.read_text() for file in sorted((SHARED / "articles").glob("*.txt"))]
    lines = SHARED / "places" / "lgl-dev.jsonl"
    if lines.is_file():
        whole = [json.loads(line)["text"] for line in lines.read_text().strip().split("\n")]
        texts += rng.sample(whole, min(len(whole), MOST_READ))
    home = Home("Paper", "en", None, HomeLearner())
    found = [understand_for(Item(str(n), text=text), None, home) for n, text in enumerate(texts)]
    return [(one.article, one.places) for one in found]


def drawn(rng: random.Random, read: Sequence[tuple[Article, Kept]]) -> Iterator[Node]:
    """Give rules of the benchmark's mix, of which some ask for places, distance, counts, zones and topics as well."""
    ids = sorted({id_ for _, kept in read for id_ in kept.divisions})
    for tree in mix.rules([article for article, _ in read], rng.randrange(1 << 30)):
        rest: list[Node] = [part for part in walk(tree) if isinstance(part, Term | Phrase)]
        left, right = (rng.choice(rest) for _ in range(2))
        if ids and rng.random() < 0.4:
            id_ = rng.choice(ids)
            flags = rng.random() < 0.2, rng.random() < 0.2
            place = Place(rng.choice(list(PlaceKind)), id_, *flags, division=id_)
            yield rng.choice((both, either))([tree, place]) if rng.random() < 0.7 else place
        elif rng.random() < 0.5 and is_operand(left) and is_operand(right):
            near = Near(left, right, rng.choice((3, 10, 50)), rng.random() < 0.5)  # type: ignore[arg-type]
            same = Same(left, right, rng.choice(list(Scope)))  # type: ignore[arg-type]
            yield rng.choice((near, same, AtLeast(rng.choice((1, 2, 3)), left), ZoneField(Zone.LEAD, tree)))  # type: ignore[arg-type]
        elif rng.random() < 0.2:
            yield rng.choice((both, either))([tree, Topic(rng.choice(sorted(shipped().trees)))])
        else:
            yield tree


def walk(node: Node) -> Iterator[Node]:
    """Give a node and all below it."""
    yield node
    for child in getattr(node, "children", ()) or filter(None, [getattr(node, "child", None)]):
        yield from walk(child)


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
    real(asked.seed, asked.pairs // 4, result)
    if not result.real_articles:
        print("no real articles at hand: that part is left out", file=sys.stderr)
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
