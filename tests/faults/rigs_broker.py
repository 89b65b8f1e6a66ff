"""A broker that is ended, emptied, paused, full, that wants a password, or that cuts everybody off again and again."""

from __future__ import annotations

import os
import signal
import time

import redis

from services.valkey import socket_path
from tests.faults.kills import Driver, flush, load, outcome
from tests.faults.place import Found, Place, running, steadily
from tests.faults.rig import Rig
from tests.parts import until

BURST, BURST_S = 20, 3.0


def broker(place: Place) -> Found:
    with running(place) as rig:
        refused = rig.refused
        with load(rig, 2) as driver:
            for number in range(place.count):
                BROKER_FAULTS[number % len(BROKER_FAULTS)](rig, driver)
                steadily(rig, driver, 1.0)
        return outcome(rig) | {"faults": place.count, "pushes_refused": rig.refused - refused}


def _end_broker(rig: Rig, _: Driver) -> None:
    rig.kill("broker")


def _empty_broker(rig: Rig, _: Driver) -> None:
    flush(rig)


def _pause_broker(rig: Rig, driver: Driver) -> None:
    pid = rig.pid_of("broker")
    os.kill(pid, signal.SIGSTOP)
    try:
        steadily(rig, driver, 5.0)
    finally:
        os.kill(pid, signal.SIGCONT)


def _fill_broker(rig: Rig, driver: Driver) -> None:
    _set_broker(rig, driver, {"maxmemory": "1", "maxmemory-policy": "noeviction"},
                {"maxmemory": "64mb", "maxmemory-policy": "allkeys-lru"})  # fmt: skip


def _lock_broker(rig: Rig, driver: Driver) -> None:
    _set_broker(rig, driver, {"requirepass": "changed"}, {"requirepass": ""})


def _set_broker(rig: Rig, driver: Driver, bad: dict[str, str], good: dict[str, str]) -> None:
    with redis.Redis(unix_socket_path=str(socket_path(rig.data / "run")), socket_timeout=5) as client:
        for name, value in bad.items():
            client.config_set(name, value)
        client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        steadily(rig, driver, 5.0)
        for name, value in good.items():
            client.config_set(name, value)


BROKER_FAULTS = (_end_broker, _empty_broker, _pause_broker, _fill_broker, _lock_broker)


def resets(place: Place) -> Found:
    """Cut every line to the broker, twenty times in three seconds; what is pushed after it must come through all workers."""
    waits: list[float] = []
    with running(place) as rig:
        with load(rig, 9) as driver:
            for _ in range(place.count):
                cut_off(rig)
                waits.append(_through(rig, driver))
                steadily(rig, driver, 1.0)
        worst = round(max(waits), 1)
        return outcome(rig) | {"faults": place.count, "resets": BURST * place.count, "longest_until_delivered_s": worst}


def cut_off(rig: Rig) -> None:
    with redis.Redis(unix_socket_path=str(socket_path(rig.data / "run")), socket_timeout=5) as client:
        for _ in range(BURST):
            client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            client.execute_command("CLIENT", "KILL", "TYPE", "pubsub", "SKIPME", "yes")
            time.sleep(BURST_S / BURST)


def _through(rig: Rig, driver: Driver) -> float:
    """Give the seconds until something that is pushed from now on is delivered; it passes every worker."""
    began, before = time.monotonic(), len(driver.plan.made)

    def delivered() -> bool:
        arrived = rig.arrived()
        return any(each in arrived for one in driver.plan.made[before + 1 :] for each in one.owed)

    until(delivered, "a message about what was pushed after the resets", 60)
    return time.monotonic() - began
