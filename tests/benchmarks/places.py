"""How well places are understood, and how fast: `python -m tests.benchmarks.places [--json] [--write]`.

Local news of some forty outlets with gold places (`../shared/data/places/lgl-dev.jsonl`). Every figure of the learned
weights is cross-validated by outlet: five times they are learned from four fifths of the outlets and scored on the rest.

    floor      the plain gazetteer: the longest names, each the most populous place called so
    rules      what the product does without learned weights
    learned    what it does with them; home given, home learned from the source's earlier articles, nothing known

Needs numpy and scipy (`uv run --group training`). `--write` keeps the result beside this file.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from services.places.gazetteer import PLACE, Gazetteer, Sort, load
from services.places.home import HomeLearner
from services.places.spans import spans_of
from services.places.tokens import tokens_of
from services.places.understand import Places, understand
from services.places.weights import BY_RULES
from tests.benchmarks.places_score import Count, Score

RESULT = Path(__file__).with_suffix(".json")
FOLDER = Path(__file__).resolve().parents[2] / "config/places"
LIMITS = {
    "learned, home given": {"states": 0.90, "counties": 0.86, "recognition": 0.90, "within 161 km": 0.93, "end to end": 0.84},
    "learned, home learned": {"states": 0.88, "counties": 0.84, "recognition": 0.90, "within 161 km": 0.92, "end to end": 0.83},
    "learned, nothing known": {"states": 0.80, "counties": 0.76, "recognition": 0.89, "within 161 km": 0.87, "end to end": 0.78},
}  # fmt: skip
COST = {"ms an article": 6.0, "ms per 1,000 characters": 3.0, "ms, 95th percentile": 20.0, "memory, MiB": 60.0}
_MEMORY = """
import json, re, sys
from pathlib import Path
from services.places.gazetteer import load
from services.places.understand import understand
gazetteer = load(Path(sys.argv[1]))
for line in open(sys.argv[2], encoding="utf-8", newline="\\n"):
    understand(json.loads(line)["text"], gazetteer, None)
print(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""

Found = tuple[dict[str, Any], Places]


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--write", action="store_true")
    given = arguments.parse_args()
    result = measured()
    if given.write:
        RESULT.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result) if given.json else _table(result))


def measured() -> dict[str, Any]:
    """Give all figures."""
    from tests.making.places_weights import articles

    gazetteer, gold = load(FOLDER), articles()
    shipped = gazetteer.weights
    gazetteer.weights = BY_RULES
    rows: dict[str, Any] = {
        "floor": floor(gazetteer, gold).row(),
        "rules, home given": scored(_each(gazetteer, gold, given=True)).row(),
        "rules, nothing known": scored(_each(gazetteer, gold, given=False)).row(),
    }
    found = cross_validated(gazetteer, gold)
    rows |= {name: scored(one).row() for name, one in found.items()}
    gazetteer.weights = shipped
    return {"scores": rows, "alerts": alerts(found["learned, home given"], found["learned, nothing known"]),
            "cost": cost(gazetteer, gold), "articles": len(gold), "python": platform.python_version()}  # fmt: skip


def floor(gazetteer: Gazetteer, gold: Sequence[dict[str, Any]]) -> Score:
    """Score the plain gazetteer."""
    score = Score()
    for one in gold:
        mentions, states, counties = [], set(), set()
        for span in spans_of(tokens_of(one["text"]), gazetteer):
            rows = [row for row, sort in zip(span.rows, span.sorts, strict=True) if sort in (Sort.CANONICAL, Sort.FULL)]
            if not rows:
                continue
            row = max(rows, key=lambda row: gazetteer.populations[row] if gazetteer.kinds[row] == PLACE else 10**10)
            mentions.append((span.start, span.end, gazetteer.lats[row] / 100, gazetteer.lons[row] / 100))
            for at, into in ((gazetteer.state(row), states), (gazetteer.county(row), counties)):
                if (code := gazetteer.code(at)).startswith("US-"):
                    into.add(code)
        score.add(one, mentions, states, counties)
    return score


def scored(found: Iterable[Found]) -> Score:
    """Score what was understood."""
    score = Score()
    for one, places in found:
        mentions = [(mention.start, mention.end, mention.lat, mention.lon) for mention in places.mentions]
        score.add(one, mentions, places.states, places.counties)
    return score


def _each(gazetteer: Gazetteer, gold: Iterable[dict[str, Any]], *, given: bool) -> list[Found]:
    return [(one, understand(one["text"], gazetteer, one["home"] if given else None)) for one in gold]


def by_source(gazetteer: Gazetteer, gold: Iterable[dict[str, Any]]) -> list[Found]:
    """Understand articles in their order, each with the home that the earlier ones of its outlet have shown."""
    learners: dict[str, HomeLearner] = {}
    found = []
    for one in gold:
        learner = learners.setdefault(one["domain"], HomeLearner())
        plain = understand(one["text"], gazetteer, None)
        home = learner.home
        found.append((one, understand(one["text"], gazetteer, home) if home else plain))
        learner.learn(plain.shares)
    return found


def cross_validated(gazetteer: Gazetteer, gold: Sequence[dict[str, Any]]) -> dict[str, list[Found]]:
    """Learn from four fifths of the outlets, understand the rest, five times."""
    from tests.making.places_weights import PARTS, THRESHOLDS, example, learn, parts_of, with_thresholds

    examples = [example(gazetteer, one, home) for one in gold for home in (one["home"], None)]
    parts = parts_of(examples, seed=11)
    found: dict[str, list[Found]] = {name: [] for name in LIMITS}
    for part in range(PARTS):
        others = [one for one, at in zip(examples, parts, strict=True) if at != part]
        gazetteer.weights = with_thresholds(learn(gazetteer, others), THRESHOLDS)
        ours = [one.gold for one, at in zip(examples[::2], parts[::2], strict=True) if at == part]
        found["learned, home given"] += _each(gazetteer, ours, given=True)
        found["learned, home learned"] += by_source(gazetteer, ours)
        found["learned, nothing known"] += _each(gazetteer, ours, given=False)
        print(f"part {part + 1} of {PARTS}", file=sys.stderr)
    return found


def alerts(*found: Iterable[Found]) -> dict[str, float]:
    """Give precision and recall of states from mentions that pass the threshold of alerts, over all runs."""
    from tests.making.places_weights import THRESHOLDS

    count = Count()
    for run in found:
        for one, places in run:
            count.add(places.sure_states(THRESHOLDS["alert"]), set(one["states"]))
    return {"threshold": THRESHOLDS["alert"], "state precision": round(count.precision, 3),
            "state recall": round(count.recall, 3)}  # fmt: skip


def cost(gazetteer: Gazetteer, gold: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Give time and memory of one process that understands all articles."""
    from tests.making.places_weights import DATA

    times = [_timed(lambda one=one: understand(one["text"], gazetteer, one["home"])) for one in gold]
    simple = [_timed(lambda one=one: spans_of(tokens_of(one["text"]), gazetteer)) for one in gold]
    loaded = _timed(lambda: load(FOLDER))
    memory = subprocess.run([sys.executable, "-c", _MEMORY, str(FOLDER), str(DATA / "lgl-dev.jsonl")],
                            check=True, capture_output=True, text=True).stdout  # fmt: skip
    bare = subprocess.run([sys.executable, "-c", "import re;print(re.search(r'VmRSS:\\s+(\\d+)', open('/proc/self/status').read())[1])"],
                          check=True, capture_output=True, text=True).stdout  # fmt: skip
    characters = sum(len(one["text"]) for one in gold)
    return {
        "ms an article": round(statistics.fmean(times), 2), "ms, finding names only (floor)": round(statistics.fmean(simple), 2),
        "ms per 1,000 characters": round(1000 * sum(times) / characters, 2),
        "ms, 95th percentile": round(sorted(times)[int(0.95 * len(times))], 2), "ms, longest": round(max(times), 2),
        "s to load": round(loaded / 1000, 2), "memory, MiB": round(int(memory) / 1024, 1),
        "memory, Python alone, MiB": round(int(bare) / 1024, 1),
    }  # fmt: skip


def _timed(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000


def _table(result: dict[str, Any]) -> str:
    columns = ["states", "counties", "recognition", "within 161 km", "end to end"]
    lines = [f"{'':<24}" + "".join(f"{name:>16}" for name in columns)]
    for name, row in result["scores"].items():
        lines.append(f"{name:<24}" + "".join(f"{row[one]:>16.3f}" for one in columns))
        if name in LIMITS:
            lines.append(f"{'  to reach':<24}" + "".join(f"{LIMITS[name][one]:>16.3f}" for one in columns))
    lines += ["", *(f"{name:<34}{value}" for part in ("alerts", "cost") for name, value in result[part].items())]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
