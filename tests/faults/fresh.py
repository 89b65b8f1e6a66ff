"""Empty databases for sequences that are many: one that is a file does not wait for the disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import event

from services.store.work import Store, open_store
from tests.databases import Databases

Fresh = Callable[[Path], Store]
"""Gives an empty database with all tables; one that is a file stands in the folder."""


def fresh_file(databases: Databases) -> Fresh:
    """Take SQLite, without waiting for the disk: the machine does not lose its power here."""

    def fresh(folder: Path) -> Store:
        store = open_store(databases.sqlite(folder / "t.db"))
        event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        return store

    return fresh


def fresh_server(databases: Databases) -> Fresh:
    """Take the one database of a PostgreSQL server, emptied."""
    return lambda _: open_store(databases.postgres())
