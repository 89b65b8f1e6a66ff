"""The space that the database takes, and giving back what nothing uses."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from services.errors import OutsideError
from services.store.work import Store


def size(store: Store) -> int:
    """Give the bytes that the database takes."""
    asked = (
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        if store.is_sqlite
        else "SELECT pg_database_size(current_database())"
    )
    with store.read() as session:
        return int(session.scalar(text(asked)) or 0)


def vacuum(store: Store) -> tuple[int, int]:
    """Give the bytes before and after. SQLite writes the file anew; PostgreSQL only marks space as free."""
    before = size(store)
    try:
        if store.is_sqlite:
            _vacuum_file(store)
        else:
            with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM (ANALYZE)"))
    except (SQLAlchemyError, sqlite3.Error) as error:
        said = f"The database could not be vacuumed ({type(error).__name__}); others may be writing. Try again"
        raise OutsideError(said, code="database") from error
    return before, size(store)


def _vacuum_file(store: Store) -> None:
    """By a connection of its own: those of the store begin a transaction, within which this cannot be done."""
    with closing(sqlite3.connect(str(store.engine.url.database), isolation_level=None, timeout=30)) as connection:
        connection.execute("VACUUM")
        connection.execute("ANALYZE")
