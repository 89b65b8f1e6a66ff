"""What the workers ask SQLite again and again is looked up in an index, however many rows there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import event

from services.clock import Steps
from services.house import keep_house
from services.settings import Settings
from services.store.work import Store
from tests.town import Town

GROWING = ("article", "story", "alert", "delivery", "delivery_alert", "attempt", "channel", "person", "subscription",
           "subscription_channel", "window")  # fmt: skip


def test_no_turn_of_a_worker_goes_through_a_whole_table(store: Store, tmp_path: Path) -> None:
    if not store.is_sqlite:
        pytest.skip("PostgreSQL weighs plans by what the tables hold")
    town = Town(store)
    town.subscribe('"sanctuary city"', town.channel())
    asked: dict[str, tuple[object, ...]] = {}

    @event.listens_for(store.engine, "before_cursor_execute")
    def note(_c, _cursor, statement: str, parameters, _context, many: bool) -> None:  # type: ignore[no-untyped-def]
        asked.setdefault(statement, parameters[0] if many else parameters)

    settings = Settings(data=tmp_path)
    (tmp_path / "run").mkdir()
    town.push()
    town.run()
    assert town.post.sent
    keep_house(store, tmp_path / "run", settings, Steps())
    event.remove(store.engine, "before_cursor_execute", note)

    scans = []
    with store.engine.connect() as connection:
        for statement, parameters in asked.items():
            newest = "LIMIT" in statement and "WHERE" not in statement  # the first rows in the order of an index
            if newest or not statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
                continue
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            scans += [(row[3], statement) for row in plan if re.match(rf"SCAN ({'|'.join(GROWING)})\b", row[3])]
    assert scans == []
