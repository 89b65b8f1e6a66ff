"""Faults other than a kill, each under load: `python -m tests.faults rig NAME --database sqlite|postgres --count N`.

    pauses     R4   a deliver worker is stopped past its lease and goes on, while another works: no second copy at all
    broker     R5   the broker is ended, emptied, paused, full, or wants a password: pushes are taken all the time
    database   R7   PostgreSQL is stopped at once, its backends ended, or paused; SQLite is locked by somebody else (R10)
    disk       R10  no file of the service may grow for five seconds, which is what a full disk is to it
    resets     R6   every line to the broker is cut, twenty times in three seconds; all workers go on
    network    R9   each line with each fault of the proxy, in `--strengths` of three strengths
    pushes     R13  one key pushed by many at once over connections that are cut: one article
    rolling    R16  every process is asked to end and started again, under load: no second copy
    scripts    R8   receivers that do wrong in each way there is: every message ends as it must
    poison     R12  texts, queries and channels that end or hold whoever works on them, among good articles
    clocks     R11  every clock jumps an hour or a day, either way: nothing twice, and each article in one digest of each
    upgrade    R16  the version before the newest migration gives way to this one, process by process
    restore    R17  the database is lost and restored from a backup; what was pushed since is shown again: the same ids
    reorder    R17  the same, shown again in any order; counts the messages whose id is another
    soak       R18  one of all these every twenty seconds, for hours: nothing lost, and no memory that grows
    window     R3   how long a message is in flight, without any fault

Each gives the numbers to record; those of `BAD` must be 0.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.faults.place import Found, Place
from tests.faults.rigs_broker import broker, resets
from tests.faults.rigs_clock import clocks
from tests.faults.rigs_database import database, disk
from tests.faults.rigs_lines import network, pushes
from tests.faults.rigs_poison import poison
from tests.faults.rigs_processes import pauses, rolling, window
from tests.faults.rigs_restore import reorder, restore
from tests.faults.rigs_scripts import scripts
from tests.faults.rigs_soak import soak
from tests.faults.rigs_upgrade import upgrade

RIGS: dict[str, tuple[Callable[[Place], Found], int]] = {
    "pauses": (pauses, 10), "broker": (broker, 10), "database": (database, 6), "disk": (disk, 4),
    "resets": (resets, 5), "network": (network, 1), "pushes": (pushes, 50), "rolling": (rolling, 3),
    "restore": (restore, 2), "reorder": (reorder, 2), "window": (window, 20),
    "upgrade": (upgrade, 3), "clocks": (clocks, 20), "scripts": (scripts, 5),
    "poison": (poison, 1000), "soak": (soak, 450),
}  # fmt: skip
"""Each rig, and how many of its faults it makes if nothing else is asked for."""
BAD = ("lost", "unexpected", "unexcused", "disagreeing", "odd", "digests_twice", "in_two_digests")
