"""Bring the database to this version's tables, in one transaction: all of a migration or nothing of it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import Session

from services.crashpoints import crashpoint
from services.errors import InvalidError
from services.store.work import Store, serialise


def upgrade(store: Store) -> str:
    """Run the migrations that are missing and give the revision reached. Safe to run twice and beside itself."""
    with store.write() as work:
        serialise(work.session, "migrations")
        config = _config()
        config.attributes["connection"] = work.session.connection()
        command.upgrade(config, "head")
        crashpoint("C23")
    return _head(_config())


def check(store: Store) -> None:
    """Refuse a database of another version."""
    with store.read() as session:
        found = _current(session)
    wanted = _head(_config())
    if found != wanted:
        message = f"The database is at revision {found or 'none'}, this version needs {wanted}. Run: tocsin db upgrade"
        raise InvalidError(message, field="TOCSIN_DATABASE_URL")


def _current(session: Session) -> str | None:
    return MigrationContext.configure(session.connection()).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def _head(config: Config) -> str:
    return ScriptDirectory.from_config(config).get_current_head() or ""
