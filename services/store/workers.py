"""Which processes work, and whether one is dead.

A worker holds a lock for as long as it lives: on one host a `flock` on `run/<id>.lock`, which the kernel frees at
SIGKILL and keeps while the process is paused; across hosts a session's advisory lock in PostgreSQL. At every beat it
touches `run/<host>.alive`, which the health checks of containers look at.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, delete, select, text, update
from sqlmodel import Session, col

from services.identity import drawn
from services.store.tables import Worker
from services.store.work import Store

GONE_AFTER = timedelta(days=1)


class Presence:
    """One process's entry among the workers, and the lock that shows it alive. Made after a fork, never before."""

    def __init__(self, store: Store, role: str, run: Path, version: str, now: datetime) -> None:
        self.id = drawn()
        self._store = store
        run.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file: IO[bytes] = (run / f"{self.id}.lock").open("wb")
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._alive = run / f"{socket.gethostname()}.alive"
        self._session_lock = None if store.is_sqlite else _lock_session(store, self.id)
        row = Worker(id=self.id, role=role, host=socket.gethostname(), boot_id=boot_id(), pid=os.getpid(),
                     version=version, started_at=now, seen_at=now)  # fmt: skip
        with store.write() as work:
            work.session.add(row)

    def beat(self, now: datetime) -> None:
        """Say that this process is at work, and hold the lock again should the database have dropped it."""
        if self._session_lock is not None and not _answers(self._session_lock):
            self._session_lock = _lock_session(self._store, self.id)
        with self._store.write() as work:
            work.session.execute(update(Worker).where(col(Worker.id) == self.id).values(seen_at=now))
        self._alive.touch()  # after the commit: who looks at it learns that the database answers too

    def leave(self) -> None:
        """Take the entry away, as a process that stops in order does."""
        with self._store.write() as work:
            work.session.execute(delete(Worker).where(col(Worker.id) == self.id))
        if self._session_lock is not None:
            self._session_lock.close()
        Path(self._file.name).unlink(missing_ok=True)
        self._alive.unlink(missing_ok=True)
        self._file.close()


def is_dead(store: Store, run: Path, worker: Worker) -> bool:
    """Say whether a worker is known to be dead; one that cannot be judged from here counts as alive."""
    if worker.host == socket.gethostname() and (run / f"{worker.id}.lock").exists():
        return worker.boot_id != boot_id() or _free(run / f"{worker.id}.lock")
    if store.is_sqlite:
        return worker.host == socket.gethostname()
    return _session_free(store, worker.id)


def dead_by_id(session: Session, store: Store, run: Path) -> Callable[[str], bool]:
    """Give what says of a worker's id whether it is dead; one that is not known counts as alive."""

    def is_it(id_: str) -> bool:
        worker = session.get(Worker, id_)
        return worker is not None and is_dead(store, run, worker)

    return is_it


def forget_dead(session: Session, store: Store, run: Path, now: datetime) -> None:
    """Drop workers that are dead for a day."""
    for worker in session.scalars(select(Worker).where(col(Worker.seen_at) < now - GONE_AFTER)).all():
        if is_dead(store, run, worker):
            session.delete(worker)
            (run / f"{worker.id}.lock").unlink(missing_ok=True)


def alive(session: Session, since: datetime) -> dict[str, int]:
    """Count the workers of each role that were seen since."""
    counts: dict[str, int] = {}
    for role in session.scalars(select(col(Worker.role)).where(col(Worker.seen_at) >= since)):
        counts[role] = counts.get(role, 0) + 1
    return counts


def boot_id() -> str:
    """Name this run of the machine: after a restart every lock is free."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "unknown"


def _free(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False


def _lock_session(store: Store, id_: str) -> Connection:
    connection = store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.execute(text("SELECT pg_advisory_lock(hashtextextended(:id, 1))"), {"id": id_})
    return connection


def _session_free(store: Store, id_: str) -> bool:
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        got = connection.execute(text("SELECT pg_try_advisory_lock(hashtextextended(:id, 1))"), {"id": id_}).scalar()
        if got:
            connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:id, 1))"), {"id": id_})
        return bool(got)


def _answers(connection: Connection) -> bool:
    try:
        found: Any = connection.execute(text("SELECT 1")).scalar()  # Any: a scalar of the driver
        return bool(found == 1)
    except Exception:  # noqa: BLE001  # whatever broke it, the lock is gone with the connection
        connection.invalidate()
        return False
