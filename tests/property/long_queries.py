"""A long run of the laws in `test_queries`: `python -m tests.property.long_queries PAIRS [SEED]`.

Each pair is a generated query and document: the query is printed and parsed, written in another spelling and parsed,
and evaluated by the product and by the naive reference. Ends at the first pair that breaks a law, with its seed.
"""

from __future__ import annotations

import random
import sys

from services.queries.canonical import to_text
from services.queries.evaluate import Reader, evaluate, holds
from services.queries.parser import parse
from tests import generate, reference

PER_DOCUMENT = 20


def run(pairs: int, seed: int) -> int:
    """Check pairs from this seed on; give how many of them matched."""
    matched = 0
    for number in range(0, pairs, PER_DOCUMENT):
        rng = random.Random(seed + number)
        seen, topics = generate.document(rng), generate.topics(rng)
        reader = Reader(seen)
        for _ in range(PER_DOCUMENT):
            tree = generate.query(rng)
            where = f"seed {seed + number}: {to_text(tree)}"
            assert parse(to_text(tree)).tree == tree, where
            spelled = generate.spelled(tree, rng)
            assert parse(spelled).tree == tree, f"{where} as {spelled}"
            expected = reference.matches(tree, seen, topics)
            assert holds(tree, reader, topics) is expected, where
            assert evaluate(tree, reader, topics).matched is expected, where
            matched += expected
    return matched


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    print(f"seed {first}, {count:,} pairs")
    print(f"all laws held; {run(count, first):,} pairs matched")
