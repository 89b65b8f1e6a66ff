"""Clocks that jump under load: every process but the receivers lives by a time that is moved an hour or a day, either way.

Beside the plan's load, whose messages are checked as ever, articles are pushed that only an hourly and a daily digest asked
for. At the end the clock is set far enough ahead for every window to close: then each such article must stand in exactly
one digest of each, and no digest have come twice.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

from tests.faults.kills import load, outcome
from tests.faults.place import Found, Place, steadily
from tests.faults.plan import ANA, Pushed
from tests.faults.rig import Copy, Rig
from tests.parts import HOST, until

HOUR_S, DAY_S = 3600, 86_400
JUMPS = (HOUR_S, -HOUR_S, DAY_S, -DAY_S)
AT_MOST = 1.25  # days that the clock may be off, either way: within the 72 hours in which a copy is known as one
CADENCES = ("hourly", "daily")
WORD = "tocsinmorning"
SHIFTED = '''"""Read by Python before anything else: the time is off by what stands in the file `offset` beside this one."""

import time
from datetime import timedelta
from pathlib import Path

from services import clock

_file, _now, _time = Path(__file__).with_name("offset"), clock.now, time.time


def _off() -> int:
    return int(_file.read_text())


clock.now = lambda: _now() + timedelta(seconds=_off())
time.time = lambda: _time() + _off()
'''


def clocks(place: Place) -> Found:
    chance, days = random.Random(11), 0.0
    rig = Clocked(place.folder / "one", place.database("clocks"))
    try:
        rig.start()
        rig.set_up()
        with load(rig, 11) as driver:
            for number in range(place.count):
                jump = chance.choice([jump for jump in JUMPS if abs(days + jump / DAY_S) <= AT_MOST])
                days += jump / DAY_S
                rig.set_clock(days)
                rig.push_for_digest(f"digest{number}")
                steadily(rig, driver, 1.0)
        for ahead in (2, 4):  # days: a window may have been opened after the first step
            rig.set_clock(AT_MOST + ahead)
            until(rig.all_told, "every digest", 120, 0.2)
        return outcome(rig) | rig.told() | {"faults": place.count, "seed": 11}
    finally:
        rig.close()


class Clocked(Rig):
    """An installation whose clock is set, with two digests beside the plan's subscriptions."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.shim = folder / "shim"
        self.shim.mkdir(parents=True)
        (self.shim / "sitecustomize.py").write_text(SHIFTED)
        self.set_clock(0)
        self.expected: set[str] = set()
        super().__init__(folder, database_url, PYTHONPATH=str(self.shim))

    def set_clock(self, days: float) -> None:
        """Move every process's clock so many days away from the true time, at once."""
        part = self.shim / "part"
        part.write_text(str(round(days * DAY_S)))
        part.rename(self.shim / "offset")

    def set_up(self) -> None:
        super().set_up()
        for cadence in CADENCES:
            url = f"http://{HOST}:{self.port_of('http')}/hook/{cadence}"
            hook = {"person": self.people[ANA], "kind": "webhook", "url": url, "confirmed": True}
            channel = self.call("POST", "channels", json=hook)["id"]
            wish = {
                "person": self.people[ANA],
                "name": cadence,
                "query": WORD,
                "channels": [channel],
                "cadence": cadence,
            }
            self.call("POST", "subscriptions", json=wish)

    def push_for_digest(self, name: str) -> None:
        """Push an article that only the digests asked for."""
        title = f"Case {name}"
        self.expected.add(title)
        text = f"The {WORD} of {name} was said by {name} alone.\n\nNobody but {name} knew of {name} by then."
        self.push_one(Pushed("push", name, title, text, frozenset()))

    def copies(self) -> list[Copy]:
        """Give what came of the plan; digests are counted apart."""
        return [copy for copy in super().copies() if copy.to.removeprefix("/hook/") not in CADENCES]

    def digests(self) -> list[dict]:
        """Read what stands in each digest that was accepted."""
        lines = (self.folder / "http.jsonl").read_text().splitlines()
        return [said for said in map(json.loads, lines) if said["to"].removeprefix("/hook/") in CADENCES]

    def all_told(self) -> bool:
        """Whether each article stands in a digest of each cadence."""
        return all(self._told(cadence).keys() == self.expected for cadence in CADENCES)

    def _told(self, cadence: str) -> Counter[str]:
        digests = {said["id"]: set(said["titles"]) for said in self.digests() if said["to"] == f"/hook/{cadence}"}
        return Counter(title for titles in digests.values() for title in titles)

    def told(self) -> dict[str, int]:
        """Count the digests, those that came twice, and articles that stand in two."""
        came = Counter(said["id"] for said in self.digests())
        twice = sum(times - 1 for times in came.values())
        in_two = sum(count - 1 for cadence in CADENCES for count in self._told(cadence).values())
        return {"digests": len(came), "digests_twice": twice, "in_two_digests": in_two}
