"""A backup: every row of every table as gzipped JSON lines, the same file for SQLite and for PostgreSQL.

    {"tocsin": "0.1.0", "revision": "0003", "at": "…", "key": "1f0c…", "rows": 1234}
    {"table": "person", "columns": ["id", "email", …]}
    ["9f32…", "dana@office.example", …]                 one line a row
    {"end": 1234, "sha256": "…"}                        without it the file was cut

It is read in one transaction that sees one moment, so a service may run meanwhile. Times are RFC 3339, bytes base64.
The key file is not in it: sealed addresses can only be opened with the key they were written with.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from sqlalchemy import ColumnClause, DateTime, Table, column, func, insert, select, table, text
from sqlalchemy.types import LargeBinary
from sqlmodel import Session, SQLModel

from services.errors import ConflictError, InvalidError
from services.store import schema
from services.store.tables import Person  # noqa: F401  # so that the tables are known
from services.store.work import Store

BATCH = 500
# What is about this machine and this moment, and means nothing elsewhere.
_LEFT_OUT = frozenset({"worker", "alembic_version"})
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Head:
    """What a backup says of itself. `key` is a fingerprint of the key file, which is not in the backup."""

    tocsin: str
    revision: str
    at: datetime
    key: str
    rows: int


def fingerprint(key_file: Path) -> str:
    """Tell key files apart without giving anything of them away."""
    return hashlib.sha256(b"tocsin key\x1f" + key_file.read_bytes()).hexdigest()[:16]


def write(store: Store, file: BinaryIO, key: str, version: str, now: datetime, tell: Tell) -> int:
    """Write a backup; give the number of rows. `tell` is told how many are done, of how many."""
    schema.check(store)
    with store.read() as session, gzip.GzipFile(fileobj=file, mode="wb", compresslevel=5, mtime=0) as packed:
        if not store.is_sqlite:
            session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        tables = [one for one in SQLModel.metadata.sorted_tables if one.name not in _LEFT_OUT]
        total = sum(session.scalar(select(func.count()).select_from(one)) or 0 for one in tables)
        head = {"tocsin": version, "revision": schema.head(), "at": now.isoformat(), "key": key, "rows": total}
        lines = _Lines(packed)
        lines.write(head)
        done = 0
        for one in tables:
            lines.write({"table": one.name, "columns": [each.name for each in one.columns]})
            for row in _rows(session, one):
                lines.write([_out(value) for value in row])
                done += 1
                if done % BATCH == 0:
                    tell(done, total)
        packed.write(json.dumps({"end": done, "sha256": lines.digest}).encode() + b"\n")
    return done


class _Takes(Protocol):
    """What bytes are written to."""

    def write(self, data: bytes, /) -> int:
        """Take bytes."""


class _Lines:
    """Writes lines and hashes them."""

    def __init__(self, file: _Takes) -> None:
        self._file, self._sum = file, hashlib.sha256()

    @property
    def digest(self) -> str:
        """Give the hash of all lines so far."""
        return self._sum.hexdigest()

    def write(self, value: object) -> None:
        """Write one value as a line."""
        line = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"
        self._sum.update(line)
        self._file.write(line)


def _rows(session: Session, one: Table) -> Iterator[Sequence[Any]]:  # Any: values of many types
    keys = list(one.primary_key.columns)
    query = select(*one.columns).order_by(*keys).execution_options(yield_per=BATCH)
    yield from session.execute(query)


def _out(value: Any) -> Any:  # Any: as above
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def check(file: Path) -> Head:
    """Read a backup through to its end without storing anything; say what is wrong with one that cannot be used."""
    head, lines, found = None, _Reader(file), 0
    for value in lines:
        if head is None:
            head = _head(value, file)
        found += isinstance(value, list)
    if head is None or lines.end != (found, True):
        raise InvalidError(f"{file} was cut or changed: it has {found:,} rows and no good end. Take an earlier backup")
    return head


class _Reader:
    """Reads the lines of a backup. `end`: the rows its last line counts, and whether the hash is right."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.end: tuple[int, bool] = (-1, False)

    def __iter__(self) -> Iterator[Any]:
        hashed = hashlib.sha256()
        try:
            with gzip.open(self._file, "rb") as opened:
                for line in opened:
                    value = json.loads(line)
                    if isinstance(value, dict) and "end" in value:
                        self.end = value["end"], value.get("sha256") == hashed.hexdigest()
                        return
                    hashed.update(line)
                    yield value
        except FileNotFoundError:
            raise InvalidError(f"There is no file {self._file}") from None
        except (OSError, EOFError, ValueError):
            raise InvalidError(
                f"{self._file} cannot be read as a backup. Expected a file that tocsin backup wrote"
            ) from None


def _head(value: Any, file: Path) -> Head:  # Any: JSON
    try:
        return Head(
            value["tocsin"], value["revision"], datetime.fromisoformat(value["at"]), value["key"], value["rows"]
        )
    except (KeyError, TypeError, ValueError):
        raise InvalidError(f"{file} is no backup: its first line does not say of which version it is") from None


def load(store: Store, file: Path, tell: Tell) -> int:
    """Store a backup in an empty database, all of it or nothing, and bring it to this version; give the rows."""
    head = check(file)
    schema.upgrade_to(store, head.revision)
    with store.write() as work:
        filled = [one for one in _tables() if work.session.scalar(select(func.count()).select_from(table(one.name)))]
        if filled:
            raise ConflictError(
                f"The database holds rows already, in {filled[0].name}. A backup is restored into an empty one"
            )
        done = _fill(work.session, _Reader(file), head.rows, tell)
    schema.upgrade(store)
    return done


def _tables() -> list[Table]:
    return [one for one in SQLModel.metadata.sorted_tables if one.name not in _LEFT_OUT and one.name != "counter"]


def _fill(session: Session, lines: _Reader, total: int, tell: Tell) -> int:
    """Insert in batches, into the tables and columns that the backup names: an older version may have had fewer."""
    into, waiting, done = _Into(), list[Any](), 0
    for value in lines:
        if isinstance(value, dict):
            into.fill(session, waiting)
            if "table" in value:
                into = _Into(value["table"], value["columns"])
                if value["table"] == "counter":
                    session.execute(text("DELETE FROM counter"))
            continue
        waiting.append(value)
        done += 1
        if len(waiting) >= BATCH:
            into.fill(session, waiting)
            tell(done, total)
    into.fill(session, waiting)
    _count_on(session)
    return done


class _Into:
    """A table that rows go into, by the columns of a backup."""

    def __init__(self, name: str = "", columns: Sequence[str] = ()) -> None:
        there = SQLModel.metadata.tables.get(name)
        known = {} if there is None else {each.name: each.type for each in there.columns}
        self._names = columns
        typed = [column(each, known.get(each)) for each in columns]
        self._table = table(name, *typed) if name else None
        self._bytes = {each.name for each in typed if isinstance(each.type, LargeBinary)}
        self._times = {each.name for each in typed if _is_time(each)}

    def fill(self, session: Session, rows: list[Any]) -> None:  # Any: JSON
        """Insert rows and forget them."""
        if rows and self._table is not None:
            session.execute(insert(self._table), [self._row(row) for row in rows])
        rows.clear()

    def _row(self, values: Sequence[Any]) -> dict[str, Any]:  # Any: values of many types
        return {name: self._in(name, value) for name, value in zip(self._names, values, strict=True)}

    def _in(self, name: str, value: Any) -> Any:  # Any: as above
        if value is None:
            return None
        if name in self._bytes:
            return base64.b64decode(value)
        return datetime.fromisoformat(value) if name in self._times else value


def _is_time(one: ColumnClause[Any]) -> bool:
    return isinstance(getattr(one.type, "impl", one.type), DateTime)  # bare, or within a type that minds the zone


def _count_on(session: Session) -> None:
    """Let numbers that PostgreSQL draws go on after those that were restored."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for one in SQLModel.metadata.sorted_tables:
        for each in one.primary_key.columns:
            if (
                each.autoincrement is not False
                and isinstance(each.type.python_type(), int)
                and each.name in ("id", "seq")
            ):
                sequence = session.scalar(
                    text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": one.name, "c": each.name}
                )
                if sequence:
                    last = session.scalar(select(func.max(each)))
                    session.execute(text("SELECT setval(:s, :n)"), {"s": sequence, "n": max(1, last or 1)})
