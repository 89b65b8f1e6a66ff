"""`python -m tests.fuzz TARGET… [--cases N] [--seconds S] [--seed N] [--record]`: throws made-up input at one part.

Targets: api (schemathesis against the published OpenAPI, in this process), requests (made-up ones, as fast as they are answered), query, matcher (the engine against the naive
evaluator), feed, mail, html, json, url, places, message. Ends with 1 if anything was found. `--record` adds a line to `tests/fuzz/results/TARGET.jsonl`.
"""

from __future__ import annotations

import argparse
import json
import sys

from tests.fuzz.parsers import TARGETS, throw
from tests.fuzz.report import Run

_NAMES = ["api", "requests", *TARGETS]


def main() -> int:
    """Run the targets and say what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="+", choices=_NAMES, metavar="TARGET", help=", ".join(_NAMES))
    parser.add_argument("--cases", type=int, default=10_000, help="cases at most")
    parser.add_argument("--seconds", type=float, default=60.0, help="seconds at most")
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite", help="of requests")
    parser.add_argument("--record", action="store_true", help="add a line to the results")
    given = parser.parse_args()
    found = 0
    for target in given.targets:
        run = Run(target, given.seed)
        if target == "api":
            from tests.fuzz.api import throw_at_api

            throw_at_api(run, given.cases, given.seconds)
        elif target == "requests":
            from tests.fuzz.requests import throw_requests

            throw_requests(run, given.cases, given.seconds, given.database)
        else:
            throw(run, TARGETS[target], given.cases, given.seconds)
        print(json.dumps(run.line(), ensure_ascii=False, indent=1 if run.findings else None), flush=True)
        if run.slowest_ms > 500:
            print(f"slowest: {run.slowest}", file=sys.stderr)
        if given.record:
            run.record()
        found += len(run.findings)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
