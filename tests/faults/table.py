"""The README's table of faults, made of `results/rigs.jsonl`: `python -m tests.faults.table` prints it.

The last run of each rig on each database counts. `again` are second copies, each under an attempt that was called
uncertain; a run with any other, or with anything lost, is marked as broken.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from tests.faults.rigs import BAD

WHAT = {
    "pauses": "a deliver worker is stopped past its lease, then goes on",
    "broker": "the broker is ended, emptied, paused, full, or wants a password",
    "resets": "every line to the broker is cut twenty times in three seconds",
    "database": "PostgreSQL is stopped at once, cuts all off, is paused; SQLite is locked by somebody else",
    "disk": "no file of the service may grow for five seconds",
    "network": "each line, with each fault of the proxy",
    "pushes": "each key pushed twenty times at once over lines that are cut",
    "rolling": "every process is asked to end and started again",
    "scripts": "mail and web servers do wrong, each in its way",
    "poison": "texts, queries and channels that end, hold or fill up whoever works on them",
    "clocks": "every clock jumps an hour or a day, either way",
    "upgrade": "the version before the newest tables gives way to this one, process by process",
    "restore": "the database is lost and restored from a backup",
    "reorder": "the same, and the feeds show what came since in another order",
    "soak": "one of these every twenty seconds",
    "window": "no fault: how long a message is in flight",
}
_COUNTS = (("faults", "faults"), ("cells", "cells"), ("keys", "keys"), ("rounds", "rounds"), ("scripts", "ways"))
_MORE = (
    ("odd", "{} that ended otherwise than they must"), ("p99_s", "p99 {} s without"), ("p99_amid_s", "{} s amid them"),
    ("process_slope_mib_h", "{} MiB more an hour in each process"), ("digests", "{} digests"), ("pushes_refused", "{} pushes refused"), ("longest_recovery_s", "{} s until pushes were taken again"),
    ("longest_until_delivered_s", "{} s until delivered"),
    ("other_ids", "{} of them under another id"), ("inflight_p50_ms", "{} ms at the median"),
)  # fmt: skip


def table(lines: Iterable[str]) -> str:
    """Give the table as Markdown."""
    last = {(run["rig"], run["database"]): run for run in map(json.loads, lines)}
    rows = [f"| {what} | {_cell(last.get((rig, 'sqlite')))} | {_cell(last.get((rig, 'postgres')))} |"
            for rig, what in WHAT.items()]  # fmt: skip
    return "\n".join(["| fault, under load | SQLite | PostgreSQL |", "|---|---|---|", *rows])


def _cell(run: dict[str, object] | None) -> str:
    if run is None:
        return "not run"
    counts = [f"{run[key]} {name}" for key, name in _COUNTS if key in run]
    kept = "BROKEN, " if any(run.get(name) for name in BAD) else ""
    told = [f"{run['obligations']} owed"] if run["obligations"] else []
    more = [said.format(run[key]) for key, said in _MORE if key in run]
    return kept + ", ".join([*counts, *told, f"{run['lost']} lost", f"{run['duplicates']} again", *more])


if __name__ == "__main__":
    print(table(Path(__file__).with_name("results").joinpath("rigs.jsonl").read_text().splitlines()))
