"""A database that is stopped, cuts its clients off, is paused or locked, and a disk on which nothing may grow."""

from __future__ import annotations

import os
import resource
import signal
import time
from contextlib import suppress
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.faults.kills import load, outcome
from tests.faults.place import Found, Place, running, steadily
from tests.faults.rig import Rig
from tests.parts import Postgres

FULL_BYTES, FULL_S = 4096, 5.0


def database(place: Place) -> Found:
    waits: list[float] = []
    with running(place) as rig:
        with load(rig, 3) as driver:
            for number in range(place.count):
                hurt(place.server, rig, number)
                began = time.monotonic()
                steadily(rig, driver, 0.5)
                waits.append(time.monotonic() - began)
                steadily(rig, driver, 1.5)
        return outcome(rig) | {"faults": place.count, "longest_recovery_s": round(max(waits), 1)}


def hurt(server: Postgres | None, rig: Rig, number: int) -> None:
    """Make one of the faults; they take turns by the number."""
    if server is None:
        engine = create_engine(rig.url)
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            time.sleep((2, 12)[number % 2])
            connection.exec_driver_sql("ROLLBACK")
        engine.dispose()
    elif number % 3 == 0:
        server.stop("immediate")
        time.sleep(1)
        server.start()
    elif number % 3 == 1:
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        engine = create_engine(rig.url)
        with engine.connect() as connection:
            connection.execute(text(ended))
        engine.dispose()
    else:
        pids = _postgres_pids(server)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        time.sleep(5)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _postgres_pids(server: Postgres) -> list[int]:
    """Give the server's own processes: the postmaster and its children."""
    master = int((server.data / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return [master, *map(int, children)]


def disk(place: Place) -> Found:
    """Let no file of the service grow for five seconds: database, its log of writes, and logs."""
    waits: list[float] = []
    with running(place) as rig:
        refused = rig.refused
        with load(rig, 10) as driver:
            for _ in range(place.count):
                limit(rig, FULL_BYTES)
                time.sleep(FULL_S)
                limit(rig, resource.RLIM_INFINITY)
                began = time.monotonic()
                steadily(rig, driver, 0.5)
                waits.append(time.monotonic() - began)
                steadily(rig, driver, 1.5)
        return outcome(rig) | {
            "faults": place.count, "pushes_refused": rig.refused - refused, "longest_recovery_s": round(max(waits), 1),
        }  # fmt: skip


def limit(rig: Rig, size: int) -> None:
    """Set how large a file may become, for every process; those that start meanwhile have it from their parent."""
    assert rig.up is not None
    for pid in family(rig.up.pid):
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def family(pid: int) -> list[int]:
    """Give a process and all that it and its children started."""
    found = [pid]
    with suppress(FileNotFoundError, ProcessLookupError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                found += family(int(child))
    return found
