"""Hours under a steady load, a random fault every twenty seconds, and the memory of all processes read all the while.

The stories' window is a quarter of an hour, so that what is remembered on purpose stops growing soon; what grows after the
first twenty minutes is a leak. The slope is that of the sum over all processes, by least squares; since a process that was
ended begins small again, it is also taken within each process from its third minute on, all of them together.
"""

from __future__ import annotations

import os
import random
import resource
import signal
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

from tests.faults.kills import ROLES, Driver, load, outcome
from tests.faults.place import Found, Place, running, steadily
from tests.faults.proxy import TOXICS
from tests.faults.rig import Rig
from tests.faults.rigs_broker import BROKER_FAULTS, cut_off
from tests.faults.rigs_database import FULL_BYTES, FULL_S, family, hurt, limit
from tests.faults.rigs_lines import PATIENT, STRENGTHS
from tests.faults.rigs_processes import LEASE_S
from tests.parts import until

EVERY_S = 20.0
PAUSE_S = 0.5  # between two pushes
WINDOW_H = 0.25
WARM_S, YOUNG_S = 1200.0, 180.0
SEED = 18

Reading = tuple[float, dict[int, float]]
"""When, in seconds, and how many MiB each process holds."""


def soak(place: Place) -> Found:
    """Make `place.count` faults, one every twenty seconds."""
    chance, made, readings = random.Random(SEED), Counter[str](), list[Reading]()
    with running(place, proxied=True, TOCSIN_STORY_H=str(WINDOW_H), **PATIENT) as rig:
        with load(rig, SEED, pause_s=PAUSE_S) as driver:
            began = time.monotonic()
            for number in range(place.count):
                fault = chance.choice(_FAULTS)
                fault(place, rig, driver, chance)
                made[fault.__name__] += 1
                steadily(rig, driver, max(0.5, began + EVERY_S * (number + 1) - time.monotonic()))
                readings.append((time.monotonic() - began, memory(rig)))
        kinds = ", ".join(f"{name} {count}" for name, count in sorted(made.items()))
        return outcome(rig) | {"faults": place.count, "kinds": kinds, "articles": driver.pushed, "seed": SEED,
                               **growth(readings)}  # fmt: skip


# ---- faults ----


def killed(_: Place, rig: Rig, __: Driver, chance: random.Random) -> None:
    rig.kill(chance.choice(ROLES))


def power_cut(_: Place, rig: Rig, __: Driver, chance: random.Random) -> None:
    """End everything once in four times, else one process."""
    rig.kill_all() if chance.random() < 0.25 else rig.kill(chance.choice(ROLES))


def asked_to_end(_: Place, rig: Rig, __: Driver, chance: random.Random) -> None:
    role = chance.choice(("ingest", "match", "deliver", "api"))
    os.kill(pid := rig.pid_of(role), signal.SIGTERM)
    until(lambda: rig.pid_of(role) != pid, f"another {role}", 60)


def stopped(_: Place, rig: Rig, __: Driver, chance: random.Random) -> None:
    """Stop a worker past its lease. If it holds SQLite's lock, nothing is pushed meanwhile."""
    pid = rig.pid_of(chance.choice(("ingest", "match", "deliver")))
    os.kill(pid, signal.SIGSTOP)
    try:
        time.sleep(1.5 * LEASE_S)
    finally:
        os.kill(pid, signal.SIGCONT)


def broker(_: Place, rig: Rig, driver: Driver, chance: random.Random) -> None:
    chance.choice(BROKER_FAULTS)(rig, driver)


def lines_cut(_: Place, rig: Rig, __: Driver, ___: random.Random) -> None:
    cut_off(rig)


def database(place: Place, rig: Rig, _: Driver, chance: random.Random) -> None:
    hurt(place.server, rig, chance.randrange(6))


def disk(_: Place, rig: Rig, __: Driver, ___: random.Random) -> None:
    limit(rig, FULL_BYTES)
    time.sleep(FULL_S)
    limit(rig, resource.RLIM_INFINITY)


def network(_: Place, rig: Rig, __: Driver, chance: random.Random) -> None:
    proxy, toxic = rig.proxies[chance.choice(sorted(rig.proxies))], chance.choice(TOXICS)
    proxy.set(toxic, chance.choice(STRENGTHS[toxic]))
    time.sleep(3)
    proxy.set()


def refused(_: Place, rig: Rig, __: Driver, chance: random.Random) -> None:
    kind = chance.choice(("http", "smtp"))
    rig.refuse(kind, 503 if kind == "http" else 451)


_FAULTS: tuple[Callable[[Place, Rig, Driver, random.Random], None], ...] = (
    killed, power_cut, asked_to_end, stopped, broker, lines_cut, database, disk, network, refused,
)  # fmt: skip


# ---- memory ----


def memory(rig: Rig) -> dict[int, float]:
    """Read how many MiB of memory each process of the service holds (RSS)."""
    assert rig.up is not None
    held: dict[int, float] = {}
    for pid in family(rig.up.pid):
        try:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        held[pid] = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return held


def growth(readings: list[Reading]) -> Found:
    """Give the sum at the begin and at the end, in MiB, and both slopes, in MiB an hour."""
    sums = [(at / 3600, sum(held.values())) for at, held in readings if at >= WARM_S]
    if len(sums) < 10:
        return {}
    tenth = len(sums) // 10 or 1
    slope = statistics.linear_regression([at for at, _ in sums], [mib for _, mib in sums]).slope
    return {
        "rss_begin_mib": round(statistics.median(mib for _, mib in sums[:tenth])),
        "rss_end_mib": round(statistics.median(mib for _, mib in sums[-tenth:])),
        "rss_slope_mib_h": round(slope, 2), "process_slope_mib_h": _within(readings),
    }  # fmt: skip


def _within(readings: list[Reading]) -> float | None:
    """Give the slope within the processes: each one's readings less their means, all of them in one regression."""
    lives: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for at, held in readings:
        for pid, mib in held.items():
            lives[pid].append((at, mib))
    ats, mibs = list[float](), list[float]()
    for life in lives.values():
        old = [(at / 3600, mib) for at, mib in life if at >= max(WARM_S, life[0][0] + YOUNG_S)]
        if len(old) > 1:
            middle = [statistics.fmean(side) for side in zip(*old, strict=True)]
            ats += [at - middle[0] for at, _ in old]
            mibs += [mib - middle[1] for _, mib in old]
    return round(statistics.linear_regression(ats, mibs).slope, 2) if len(ats) > 2 else None
