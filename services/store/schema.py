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


def upgrade_to(store: Store, revision: str) -> None:
    """Make the tables of one revision in an empty database; one that is not known is of a later version."""
    script = ScriptDirectory.from_config(_config())
    if revision not in {one.revision for one in script.walk_revisions()}:
        raise InvalidError(f"Revision {revision} is of a later version than this one. Install that version first")
    with store.write() as work:
        serialise(work.session, "migrations")
        config = _config()
        config.attributes["connection"] = work.session.connection()
        current = _current(work.session)
        if current is None:
            command.upgrade(config, revision)
        elif current != revision and current != head():
            raise InvalidError(
                f"The database is at revision {current}, the backup at {revision}. Restore into a new one"
            )


def head() -> str:
    """Give the revision of this version's tables."""
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
