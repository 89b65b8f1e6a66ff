"""The simulation, as long as there is time for in CI; `python -m tests.faults simulation` runs it longer."""

from __future__ import annotations

import os

from tests.faults.mutants import simulate


def test_whatever_happens_the_rows_keep_their_rules_and_nothing_is_lost_or_told_twice() -> None:
    simulate(int(os.environ.get("TOCSIN_SIMULATIONS", "30")), shrink=True)
