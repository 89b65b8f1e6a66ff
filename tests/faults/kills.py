"""Random kills under load: `python -m tests.faults kills --count 1000 --database sqlite`.

While articles are pushed without a pause, one process after the other is ended by SIGKILL, the broker is emptied, or
everything is ended at once. Then everything owed must have arrived, and the books must agree. The kills are made in
rounds, each on an installation of its own; a round that is done is noted in a file, so that a run that was cut off goes
on from there (same `--seed`, same `--notes`).
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import redis
from sqlalchemy import Engine, NullPool, create_engine, text

from services.valkey import socket_path
from tests.faults.plan import Plan
from tests.faults.rig import Rig, parent_of
from tests.parts import until

STALLED_S = 120
MOST_OWED = 300  # on their way at once: more would only measure how a backlog drains
WORKERS = ("ingest", "match", "deliver")
ROLES = ("api", "ingest", "match", "deliver", "deliver", "broker")
ALL_S = 0.01  # how many of the kills end everything at once
FLUSHES = 0.1  # how often the broker is emptied besides

Line = dict[str, int | float | str]


@dataclass(slots=True)
class Driver:
    """Pushes, with a pause if one is asked for, as long as not too much is on its way."""

    rig: Rig
    plan: Plan
    done: threading.Event = field(default_factory=threading.Event)
    error: BaseException | None = None
    pushed: int = 0
    pause_s: float = 0.0

    def run(self) -> None:
        try:
            while not self.done.is_set():
                arrived = self.rig.arrived()
                if len(self.rig.owed - arrived.keys()) > MOST_OWED:
                    self.done.wait(0.1)
                    continue
                self.rig.push_one(self.plan.next(arrived.keys()))
                self.pushed += 1
                self.done.wait(self.pause_s)
        except BaseException as error:  # told by the thread that waits for this one
            self.error = error


def run(database: Callable[[str], str], wanted: int, each: int, seed: int, within_s: float, notes: Path) -> Line:
    """Make the kills that are missing; give the sums. `database` gives the URL of an empty database by a name."""
    done = [json.loads(line) for line in notes.read_text().splitlines()] if notes.exists() else []
    while (had := sum(round_["kills"] for round_ in done)) < wanted:
        folder = Path(tempfile.mkdtemp(prefix="tocsin-faults-"))
        number = len(done)
        try:
            line = kill(folder, database(f"kills{number}"), min(each, wanted - had), seed + number, within_s)
        except BaseException:
            print(f"round {number}, seed {seed + number}: files are kept in {folder}", file=sys.stderr)
            raise
        done.append(line)
        with notes.open("a") as file:
            file.write(json.dumps(line) + "\n")
        print(f"round {number}: {json.dumps(line)}", file=sys.stderr, flush=True)
        if line["found"]:
            print(f"round {number} broke the promise: files are kept in {folder}", file=sys.stderr)
            break
        shutil.rmtree(folder, ignore_errors=True)
    return summed(done)


def summed(done: list[dict]) -> Line:
    """Add up the rounds; commits and kinds of kills are listed."""
    counted = ("kills", "obligations", "lost", "unexpected", "duplicates", "unexcused", "uncertain", "disagreeing",
               "articles")  # fmt: skip
    line: Line = {name: sum(one[name] for one in done) for name in counted}
    by: Counter[str] = Counter()
    for one in done:
        by.update(one["by"])
    return line | {
        "rounds": len(done), "seconds": round(sum(one["seconds"] for one in done), 1),
        "by": ", ".join(f"{role} {count}" for role, count in sorted(by.items())),
    }  # fmt: skip


def kill(folder: Path, url: str, kills: int, seed: int, within_s: float) -> dict:
    """Push and kill, then let the independent checker compare."""
    rig, began = Rig(folder, url), time.monotonic()
    try:
        rig.start()
        rig.set_up()
        with load(rig, seed + 1) as driver:
            by = end_processes(rig, driver, kills, random.Random(seed), within_s)
        found = outcome(rig)
    finally:
        rig.close()
    return found | {
        "kills": kills, "articles": driver.pushed, "by": dict(by), "seconds": round(time.monotonic() - began, 1),
        "seed": seed,
    }  # fmt: skip


@contextmanager
def load(rig: Rig, seed: int, name: str = "n", pause_s: float = 0.0) -> Iterator[Driver]:
    """Push for as long as the block, then wait until everything has arrived."""
    driver = Driver(rig, Plan(random.Random(seed), name), pause_s=pause_s)
    pushing = threading.Thread(target=driver.run, daemon=True)
    pushing.start()
    try:
        yield driver
    finally:
        driver.done.set()
    pushing.join(150)
    assert driver.error is None, driver.error
    settle(rig)


def outcome(rig: Rig) -> dict:
    """Give what the checker found as numbers, and in words if a promise is broken."""
    verdict = rig.check()
    return {
        "obligations": len(rig.owed), "lost": len(verdict.lost), "unexpected": len(verdict.unexpected),
        "duplicates": verdict.duplicates, "unexcused": len(verdict.twice), "uncertain": verdict.uncertain,
        "disagreeing": len(verdict.books), "found": "" if verdict.clean else str(verdict)[:2000],
    }  # fmt: skip


def end_processes(rig: Rig, driver: Driver, kills: int, chance: random.Random, within_s: float) -> Counter[str]:
    """End so many processes while the driver pushes; count them by what they were."""
    by = Counter[str]()
    engine = create_engine(rig.url, poolclass=NullPool)
    killer = Killer(rig, driver, chance, engine, within_s)
    while sum(by.values()) < kills:
        by[_one(rig, killer)] += 1
        assert driver.error is None, driver.error
    return by


def _one(rig: Rig, killer: Killer) -> str:
    """End one process that is at work, or everything; give what was ended."""
    if killer.chance.random() < ALL_S:
        rig.kill_all()
        return "all"
    if killer.chance.random() < FLUSHES:
        with suppress(redis.RedisError):  # it is being started again: empty as well
            flush(rig)
    role = killer.chance.choice(ROLES)
    pids = until(lambda: killer.at_work(role), f"{role} to be at work", STALLED_S)
    time.sleep(killer.chance.uniform(0.0, killer.within_s))
    for pid in killer.chance.choice([pids[:1], pids[-1:], pids]):  # a parent, its child, or both
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return role


@dataclass(slots=True)
class Killer:
    """Knows who is at work. A process that only starts is left alone: killing it shows nothing.

    It is ended at a random time after that, `within_s` at most. A worker is at work when it has entered itself among the workers, and the deliver worker when messages have arrived
    since the last one was ended; the API when it has taken a push since.
    """

    rig: Rig
    driver: Driver
    chance: random.Random
    engine: Engine
    within_s: float
    before: dict[str, int] = field(default_factory=dict)

    def at_work(self, role: str) -> list[int]:
        """Give the process that plays the role, and its child if that works, if it is at work, and count on from here."""
        pid = self.rig.roles().get(role)
        progress = self._progress(role)
        if pid is None or progress == self.before.get(role):
            return []
        working = [pid]
        if role in WORKERS:
            working = [one for one in self._entered(role) if pid in (one, parent_of(one))]
        if working:
            self.before[role] = progress
        return sorted({pid, *working}) if working else []

    def _progress(self, role: str) -> int:
        if role == "api":
            return self.driver.pushed
        return len(self.rig.copies()) if role == "deliver" else time.monotonic_ns()

    def _entered(self, role: str) -> list[int]:
        with self.engine.connect() as connection:
            found = connection.execute(text("SELECT pid FROM worker WHERE role = :role"), {"role": role})
            return [pid for (pid,) in found]


def flush(rig: Rig) -> None:
    """Empty the broker."""
    with redis.Redis(unix_socket_path=str(socket_path(rig.data / "run")), socket_timeout=5) as client:
        client.flushall()


def settle(rig: Rig) -> None:
    """Wait until all is delivered, for as long as more arrives; too long without anything new is a failure.

    A fixed time would measure how fast the machine drains a backlog, and not what is lost.
    """
    arrived, since = -1, time.monotonic()
    while not rig.settled():
        now = len(rig.copies())
        if now > arrived:
            arrived, since = now, time.monotonic()
        missing = sorted(rig.owed - set(rig.arrived()))
        assert time.monotonic() - since < STALLED_S, (
            f"nothing new for {STALLED_S} s; {len(missing)} missing: {missing[:5]}"
        )
        time.sleep(0.2)


def proven(rig: Rig) -> None:
    """Wait until all is delivered, then compare the books."""
    until(rig.settled, f"delivery of {sorted(rig.owed - set(rig.arrived()))[:5]}", 60, 0.1)
    verdict = rig.check()
    assert verdict.clean, verdict
