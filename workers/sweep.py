"""The sweep: a thread in every process that finds rows that waited too long and goes on with them.

With a broker it looks every five seconds, give or take a fifth; without one, or while the broker does not answer,
every second. It does its process's own work itself, so nothing depends on a hint.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

import structlog

from services.errors import OutsideError
from workers.process import Process

log = structlog.get_logger(__name__)

WITHOUT_BROKER_S = 1.0


def begin(process: Process) -> list[threading.Thread]:
    """Start the sweep of a process and, where sources are polled, a second thread for that."""
    jobs: list[tuple[str, Callable[[], object]]] = [("sweep", lambda: sweep(process))]
    if process.stage.value == "ingest":
        jobs.append(("poll", process.poll_sources))
    threads = [threading.Thread(target=_run, args=(process, job), name=name, daemon=True) for name, job in jobs]
    for thread in threads:
        thread.start()
    return threads


def sweep(process: Process) -> None:
    """Tidy up once and do what waits."""
    process.tidy()
    process.work()


def pause_s(process: Process) -> float:
    """Say how long to wait until the next look."""
    if not process.hints.reachable:
        return WITHOUT_BROKER_S
    return process.settings.sweep_s * random.uniform(0.8, 1.2)  # noqa: S311  # spread, not secrecy


def _run(process: Process, job: Callable[[], object]) -> None:
    while not process.stopping.is_set():
        try:
            job()
        except OutsideError as error:
            log.warning("the sweep could not work", error=error.message)
        except Exception:
            log.exception("the sweep failed")
        process.stopping.wait(pause_s(process))
