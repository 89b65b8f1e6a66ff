"""The unit of work: one transaction, committed at its edge and nowhere else; hints leave after the commit.

    with store.write() as work:
        article = articles.insert(work.session, …)
        work.hint(Stage.MATCH)

SQLite runs in WAL mode with `synchronous=FULL`, and a writing unit begins with BEGIN IMMEDIATE: a deferred one fails
with "database is locked" in half of all cases when several processes write. PostgreSQL runs at READ COMMITTED.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Engine, Select, event, select, text
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlmodel import Session, SQLModel, create_engine

from services.broker import Stage
from services.crashpoints import crashpoint
from services.errors import ConflictError, OutsideError
from services.store import steps
from services.store.gathering import Gathering, Make
from services.store.idle import ask_idle
from services.store.writing_line import Line, Turnstile

BUSY_TIMEOUT_MS = 10_000


Trace = Callable[[Sequence[steps.Step]], None]  # takes the steps of a transaction once it is committed


@dataclass(slots=True)
class Work:
    """One transaction, and the stages that have work when it is committed."""

    session: Session
    hints: set[Stage] = field(default_factory=set)

    def hint(self, stage: Stage) -> None:
        """Let a worker of the stage know, once this work is committed."""
        self.hints.add(stage)


class Store:
    """The database. Safe to share between threads; a forked child calls `forked` first.

    `worker` is the id of the worker whose it is, if it is one's.
    """

    def __init__(
        self, engine: Engine, send_hint: Callable[[Stage], None] | None = None, trace: Trace | None = None
    ) -> None:
        self.engine = engine
        self.worker = ""
        self._trace = trace
        self._reading = engine.execution_options(reading=True)
        self._looking = self._reading if self.is_sqlite else engine.execution_options(isolation_level="AUTOCOMMIT")
        self._send_hint = send_hint or (lambda _: None)
        self._turn = Line()
        self._line = Gathering(self.write)
        name = engine.url.database
        self._turnstile = Turnstile(Path(name)) if self.is_sqlite and name and name != ":memory:" else None

    @property
    def is_sqlite(self) -> bool:
        """Whether one writer at a time is all there is."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Work]:
        """Open a transaction that may write; it is committed if the block ends well."""
        with _translated(), self._in_turn(), Session(self.engine, expire_on_commit=False) as session:
            work = Work(session)
            if self._trace is not None:
                session.info[steps.STEPS] = {}
            with session.begin():
                yield work
        for stage in sorted(work.hints):
            crashpoint(f"hint-{stage.value}")  # C07, C10, C21: after the commit, before the hint
            self._send_hint(stage)
        if self._trace is not None:
            self._trace(steps.taken(session))

    def write_together(self, change: Callable[[Work], Any]) -> Any:  # Any: what the change gives
        """Make a change in one transaction with those of other threads; give its result once it is committed."""
        return self._line.write(change)

    def write_alike(self, make: Make, given: Any) -> Any:  # Any: what `make` gives
        """Let `make` write what is given, for all threads that want the same at once, in one transaction."""
        return self._line.write_alike(make, given)

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Let those who write to SQLite do so one after the other, in the order in which they came."""
        if not self.is_sqlite:
            yield
            return
        if not self._turn.acquire(BUSY_TIMEOUT_MS / 1000):
            raise OutsideError("The database is busy: other writers hold it", code="database", retry_after_s=5)
        try:
            if self._turnstile is None:
                yield
            else:
                with self._turnstile.turn():
                    yield
        finally:
            self._turn.release()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction that only reads."""
        with _translated(), Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def look(self) -> Iterator[Session]:
        """Open what only reads and is asked very often; on PostgreSQL without a transaction, two turns less.

        At READ COMMITTED each statement sees what was committed before it in either case. Rows cannot be streamed.
        """
        with _translated(), Session(self._looking, expire_on_commit=False) as session:
            yield session

    def hint(self, stage: Stage) -> None:
        """Send a hint outside any transaction, as the sweep does."""
        self._send_hint(stage)

    def forked(self) -> None:
        """Forget the parent's connections without closing them."""
        self._turn = Line()
        self._line = Gathering(self.write)
        self.engine.dispose(close=False)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        if self._turnstile is not None:
            self._turnstile.close()


def open_store(
    url: str, send_hint: Callable[[Stage], None] | None = None, *, pool: int = 10, trace: Trace | None = None
) -> Store:
    """Open a database by its SQLAlchemy URL."""
    options: dict[str, Any] = {"hide_parameters": True}  # Any: options of two dialects
    if url.startswith("sqlite"):
        options["connect_args"] = {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
    else:
        options |= {
            "pool_size": pool,
            "max_overflow": pool,
            "connect_args": {"connect_timeout": 5},
        }
    engine = create_engine(url, **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        ask_idle(engine)
    return Store(engine, send_hint, trace)


def serialise(session: Session, lock: str) -> None:
    """Let one transaction at a time pass here until it ends. On SQLite a writer is alone anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 0))"), {"lock": lock})


def insert_into(session: Session, table: type[SQLModel]) -> Any:  # Any: two dialects' Insert, which share no type
    """Begin an INSERT that knows ON CONFLICT."""
    return pg_insert(table) if session.get_bind().dialect.name == "postgresql" else sqlite_insert(table)


def locked(wanted: Select[Any]) -> Select[Any]:  # Any: the type of the key
    """Give the keys that a query with a limit finds, locked, those that others hold left out; for `key IN (…)`.

    They are found in a part of their own (a CTE): as a plain subquery PostgreSQL may run it once for each row that it
    is compared with, and each run skips what is locked and takes as many again.
    """
    found = wanted.with_for_update(skip_locked=True).cte("found")
    return select(found.c[0])


def insert_new(session: Session, key: Column[str], rows: Sequence[object]) -> set[str]:
    """Insert those rows of the key's table that are not there yet, and give their keys.

    A row is any object with columns of the table as attributes, the same columns for all. It is one statement: building
    one for each row by the ORM took 2 ms a row, ten times what the database itself needs.
    """
    if not rows:
        return set()
    session.flush()
    added = _adding(key, session.get_bind().dialect.name)
    names = [name for name in key.table.columns.keys() if hasattr(rows[0], name)]  # noqa: SIM118  # not a mapping
    values = [{name: getattr(row, name) for name in names} for row in rows]
    return set(session.connection().execute(added, values).scalars())


@cache
def _adding(key: Column[str], dialect: str) -> Any:  # Any: as in insert_into
    insert = pg_insert if dialect == "postgresql" else sqlite_insert
    return insert(key.table).on_conflict_do_nothing().returning(key)


def _prepare_sqlite(connection: Any, _: object) -> None:  # Any: a DBAPI connection
    connection.isolation_level = None  # this module begins transactions, not the driver
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    _turn_wal_on(cursor)
    cursor.close()


def _turn_wal_on(cursor: Any) -> None:  # Any: a DBAPI cursor
    """Turn the write-ahead log on. It needs the file alone for a moment, and SQLite does not always wait for that."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Any) -> None:  # Any: SQLAlchemy's Connection, by its event
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise OutsideError(
            f"The database does not answer: {_first_line(error)}", code="database", retry_after_s=5
        ) from error
    except IntegrityError as error:
        message = "Something with this name or key was added at the same moment. Look, then try again"
        raise ConflictError(message) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise OutsideError("The database closed the connection", code="database", retry_after_s=5) from error
        raise


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).splitlines()[0] if error.orig is not None and str(error.orig) else "no detail"
