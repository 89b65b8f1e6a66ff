"""The benchmark makes up the same articles and rules in every process, whatever seed Python hashes with."""

from __future__ import annotations

import os
import subprocess
import sys

_MADE = """
from itertools import islice
from services.bench import corpus, mix
articles = list(corpus.made_up(3, 12))
print(articles, list(islice(mix.rules(articles, 3), 50)))
"""


def test_the_same_seed_makes_the_same_articles_and_rules_in_every_process() -> None:
    made = [
        subprocess.run(
            [sys.executable, "-c", _MADE], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert len(made[0]) > 10_000
    assert made[0] == made[1]
