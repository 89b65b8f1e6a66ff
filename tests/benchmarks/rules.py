"""The percolator beside mokaccino at every size: `python -m tests.benchmarks.rules [--sizes …] [--record]`.

Runs what `tocsin bench rules --peers mokaccino` runs. A size that is recorded anew takes the place of the one before, so
that the largest, which takes a quarter of an hour, need not be repeated with the others. The limit of a time is
mokaccino's of the same run, divided by the ratio asked for.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.bench import run
from services.bench.figures import SizeResult
from services.bench.peers import PEERS

FILE = Path(__file__).with_suffix(".json")
ASKED_RATIO = {1000: 2.0, 100_000: 3.5, 1_000_000: 5.0}
SEED = 1  # as in services.bench.measure


def _progress(what: str, done: float) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{what} {done:.0%}        ")


def _one(result: SizeResult, commit: str) -> dict[str, Any]:  # Any: JSON
    parts = {name: asdict(part) for name, part in result.parts.items()}
    load = round(os.getloadavg()[0], 1)
    more = {"restart_s": result.restart_s, "parts": parts, "notes": result.notes}
    return {**result.as_json(), **more, "commit": commit, "machine_load": load}


def _figure(size: dict[str, Any]) -> dict[str, float]:  # Any: JSON
    floor = sum(part["floor_us"] for part in size["parts"].values())
    ours = size["ours"]["median_us"]
    limit = size["peers"]["mokaccino"]["median_us"] / ASKED_RATIO[size["rules"]]
    return {"ours": ours, "floor": round(floor, 1), "ratio": round(ours / floor, 2), "limit": round(limit, 1)}


def main() -> int:
    """Measure, print, and record if asked."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--sizes", default="1000,10000,100000,1000000")
    arguments.add_argument("--record", action="store_true")
    asked = arguments.parse_args()
    known = json.loads(FILE.read_text())["sizes"] if FILE.exists() else []
    sizes = {size["rules"]: size for size in known}
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    for count in map(int, asked.sizes.split(",")):
        result = run.size(count, None, None, [PEERS["mokaccino"]], _progress)
        sizes[count] = _one(result, commit.stdout.strip())
        print(json.dumps(sizes[count]), flush=True)
    said = {
        "seed": SEED,
        "commit": ", ".join(dict.fromkeys(size["commit"] for size in sizes.values())),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "figures": {f"{n:,} rules, us an article": _figure(sizes[n]) for n in sorted(sizes) if n in ASKED_RATIO},
        "sizes": [sizes[n] for n in sorted(sizes)],
    }
    if asked.record:
        FILE.write_text(json.dumps(said, indent=1) + "\n")
    return 0 if all(size["agree"] == size["articles"] for size in sizes.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
