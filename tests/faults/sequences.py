"""Many sequences of the simulation: so many, or as many as there is time for, in batches that each have a seed.

A batch is repeated by its seed alone: `python -m tests.faults simulation --examples 100 --seed SEED`.
"""

from __future__ import annotations

import sys
import time

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.fresh import Fresh
from tests.faults.simulation import Installation

BATCH = 100
STEPS = 60


def simulate(
    examples: int,
    fresh: Fresh,
    steps: int = 40,
    *,
    shrink: bool = False,
    number: int | None = None,
    machine: type[Installation] = Installation,
) -> None:
    """Run so many sequences, drawn by a number or else always the same; raises what it found."""
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    given = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None, derandomize=number is None,
        phases=phases, suppress_health_check=list(HealthCheck), print_blob=False, report_multiple_bugs=False,
    )  # fmt: skip
    its = type("Machine", (machine,), {"fresh": staticmethod(fresh)})
    run_state_machine_as_test(its if number is None else seed(number)(its), settings=given)


def many(examples: int, fresh: Fresh, first: int, minutes: float) -> dict[str, int]:
    """Run batches with seeds from the first on, until there are so many or the time is over; 0 minutes: as long as it takes.

    Gives what there is to record. The batch that finds something raises it; its seed is printed.
    """
    began, done, batch = time.monotonic(), 0, first
    while done < examples and (not minutes or time.monotonic() < began + 60 * minutes):
        size = min(BATCH, examples - done)
        try:
            simulate(size, fresh, STEPS, shrink=True, number=batch)
        except BaseException:
            print(f"again: simulation --examples {size} --seed {batch}", file=sys.stderr, flush=True)
            raise
        done, batch = done + size, batch + 1
        print(f"{done} sequences, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return {"examples": done, "asked": examples, "seed": first, "batches": batch - first, "batch": BATCH}
