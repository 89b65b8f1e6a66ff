"""Databases for tests, empty and with all tables, without migrating each anew: a thousand tests want one.

On SQLite a file that was migrated once is copied; on PostgreSQL one database a run is emptied for each test, which takes
some milliseconds where making another takes half a second. What the migrations do has tests of its own.
"""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

import psycopg
from psycopg import sql

from services.store.schema import upgrade
from services.store.work import open_store
from tests.parts import Postgres


class Databases:
    """The databases of one run. `server` is `None` where there is no PostgreSQL."""

    def __init__(self, folder: Path, server: Postgres | None) -> None:
        self._folder = folder
        self._server = server
        self._file: Path | None = None
        self._database: str | None = None

    @property
    def has_server(self) -> bool:
        """Whether there is a PostgreSQL."""
        return self._server is not None

    def sqlite(self, path: Path) -> str:
        """Give the URL of a new file with all tables."""
        if self._file is None:
            self._file = self._folder / "model.db"
            _migrate(f"sqlite:///{self._file}")
        shutil.copyfile(self._file, path)
        return f"sqlite:///{path}"

    def postgres(self) -> str:
        """Give the URL of the one database with all tables, with nothing in them and nobody else in it."""
        assert self._server is not None
        if self._database is None:
            self._database = self._server.database("t" + secrets.token_hex(6))
            _migrate(self._database)
        else:
            _empty(self._database)
        return self._database


def _migrate(url: str) -> None:
    store = open_store(url)
    upgrade(store)
    store.close()


def _empty(url: str) -> None:
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        rows = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        ).fetchall()
        connection.execute("SET session_replication_role = replica")  # no order of foreign keys to keep
        deletes = [sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for (name,) in rows]
        connection.execute(sql.SQL(";").join(deletes))
        connection.execute("SELECT setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences")
