"""Where a rig of faults works: an installation that is started and ended, and what lets the load go on for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.kills import Driver
from tests.faults.rig import Rig
from tests.parts import Postgres

Found = dict[str, object]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rig works: a folder, what makes an empty database, and PostgreSQL's server if it is that."""

    folder: Path
    database: Callable[[str], str]
    server: Postgres | None
    count: int
    strengths: int = 1


@contextmanager
def running(place: Place, **given) -> Iterator[Rig]:
    """Start an installation, and end it whatever happens."""
    rig = Rig(place.folder / "one", place.database("rig"), **given)
    try:
        rig.start()
        rig.set_up()
        yield rig
    finally:
        rig.close()


def steadily(rig: Rig, driver: Driver, seconds: float) -> None:
    """Let the driver push for a while."""
    until_, before = time.monotonic() + seconds, driver.pushed
    while time.monotonic() < until_ or driver.pushed == before:
        assert driver.error is None, driver.error
        late = f"no push for a minute: {rig.refused} refused, {len(rig.owed - rig.arrived().keys())} on their way"
        assert time.monotonic() < until_ + 60, late
        time.sleep(0.05)
