"""Faults other than a kill, each under load: `python -m tests.faults rig NAME --database sqlite|postgres --count N`.

    pauses     R4   a deliver worker is stopped past its lease and goes on, while another works: no second copy at all
    broker     R5   the broker is ended, emptied, paused, full, or wants a password: pushes are taken all the time
    database   R7   PostgreSQL is stopped at once, its backends ended, or paused; SQLite is locked by somebody else (R10)
    network    R9   each line with each fault of the proxy, in `--strengths` of three strengths
    pushes     R13  one key pushed by many at once over connections that are cut: one article
    rolling    R16  every process is asked to end and started again, under load: no second copy
    restore    R17  the database is lost and restored from a backup; what was pushed since is pushed again: the same ids
    window     R3   how long a message is in flight, without any fault

Each gives the numbers to record; `lost`, `unexpected`, `unexcused` and `disagreeing` must be 0.
"""

from __future__ import annotations

import os
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx2
import redis
from sqlalchemy import create_engine, text

from services.valkey import socket_path
from services.valkey import url as broker_url
from tests.faults.kills import Driver, flush, load, outcome, settle
from tests.faults.proxy import TOXICS, Proxy
from tests.faults.rig import Rig
from tests.parts import HOST, Postgres, until

Found = dict[str, object]
LEASE_S = 4.0
STRENGTHS: dict[str, tuple[float, ...]] = {
    "latency": (0.5, 0.1, 2.0), "bandwidth": (20_000, 100_000, 5_000), "slicer": (64, 512, 8), "slow_close": (1, 0.2, 3),
    "swallow": (0, 0, 0), "no_answer": (0, 0, 0), "limit": (3_000, 10_000, 500), "reset": (0, 0.05, 0.3), "down": (0, 0, 0),
}  # fmt: skip


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


def pauses(place: Place) -> Found:
    with running(place) as rig:
        other = worker(rig, "deliver")
        try:
            with load(rig, 1) as driver:
                for number in range(place.count):
                    pid = other.pid if number % 2 else rig.pid_of("deliver")
                    os.kill(pid, signal.SIGSTOP)
                    steadily(rig, driver, 1.5 * LEASE_S)
                    os.kill(pid, signal.SIGCONT)
                    steadily(rig, driver, 1.0)
        finally:
            other.terminate()
            other.wait(60)
        return outcome(rig) | {"faults": place.count}


def worker(rig: Rig, role: str) -> subprocess.Popen[bytes]:
    """Start one more worker beside those of `tocsin up`."""
    given = rig.environment() | {"TOCSIN_BROKER_URL": broker_url(rig.data / "run")}
    command = [sys.executable, "-c", "from services.cli.app import main; main()", "worker", role]
    with (rig.folder / "worker.log").open("ab") as log:
        return subprocess.Popen(command, env=given, stdout=log, stderr=log, start_new_session=True)


def broker(place: Place) -> Found:
    with running(place) as rig:
        refused = rig.refused
        with load(rig, 2) as driver:
            for number in range(place.count):
                _BROKER[number % len(_BROKER)](rig, driver)
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


_BROKER = (_end_broker, _empty_broker, _pause_broker, _fill_broker, _lock_broker)


def database(place: Place) -> Found:
    waits: list[float] = []
    with running(place) as rig:
        with load(rig, 3) as driver:
            for number in range(place.count):
                _hurt(place.server, rig, number)
                began = time.monotonic()
                steadily(rig, driver, 0.5)
                waits.append(time.monotonic() - began)
                steadily(rig, driver, 1.5)
        return outcome(rig) | {"faults": place.count, "longest_recovery_s": round(max(waits), 1)}


def _hurt(server: Postgres | None, rig: Rig, number: int) -> None:
    if server is None:
        engine = create_engine(rig.url)
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            time.sleep((2, 12)[number % 2])
            connection.exec_driver_sql("ROLLBACK")
        engine.dispose()
    elif number % 3 == 0:
        server.stop("immediate")
        time.sleep(1)
        server.start()
    elif number % 3 == 1:
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        engine = create_engine(rig.url)
        with engine.connect() as connection:
            connection.execute(text(ended))
        engine.dispose()
    else:
        pids = _postgres_pids(server)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        time.sleep(5)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _postgres_pids(server: Postgres) -> list[int]:
    """Give the server's own processes: the postmaster and its children."""
    master = int((server.data / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return [master, *map(int, children)]


PATIENT = {
    "TOCSIN_REST_MOST_S": "1", "TOCSIN_WEBHOOK_DELAYS_S": ",".join(["1"] * 60), "TOCSIN_MAIL_DELAYS_S": ",".join(["1"] * 60),
}  # fmt: skip
"""A line that was broken 27 times would keep a channel at rest for half an hour, and nothing more be pushed meanwhile."""


def network(place: Place) -> Found:
    cells, slowest = 0, 0.0
    with running(place, proxied=True, **PATIENT) as rig:
        links: dict[str, Proxy] = dict(rig.proxies)
        with load(rig, 4) as driver:
            for kind, proxy in links.items():
                for name in TOXICS:
                    for strength in STRENGTHS[name][: place.strengths]:
                        proxy.set(name, strength)
                        _misbehave(driver, kind)
                        proxy.set()
                        began = time.monotonic()
                        steadily(rig, driver, 0.5)
                        slowest = max(slowest, time.monotonic() - began)
                        cells += 1
        return outcome(rig) | {"cells": cells, "links": len(links), "longest_recovery_s": round(slowest, 1)}


def _misbehave(driver: Driver, kind: str) -> None:
    """Let a fault last; pushes may be refused meanwhile if it is the database that cannot be reached."""
    time.sleep(3.0)
    assert driver.error is None, (kind, driver.error)


def pushes(place: Place) -> Found:
    """Push each key twenty times at once, over connections that are cut at random."""
    chance = random.Random(5)
    with running(place) as rig:
        proxy, done = Proxy(rig.port), threading.Event()
        url = f"http://{HOST}:{proxy.port}/api/v1/articles"
        assert rig.api is not None
        token = rig.api.headers["Authorization"]

        def cut() -> None:
            while not done.wait(chance.uniform(0.05, 0.4)):
                proxy.set("reset")
                proxy.set()

        def push(name: str) -> None:
            body = {"external_id": name, "title": name, "text": f"Nobody asked for {name}, said the clerk at noon."}
            headers = {"Authorization": token, "Idempotency-Key": name}
            for _ in range(200):
                with suppress(httpx2.HTTPError):
                    answer = httpx2.post(url, json=body, headers=headers, timeout=10, trust_env=False)
                    if answer.status_code == 202:
                        return
                    assert answer.status_code in (409, 503), answer.text
                time.sleep(0.05)
            raise AssertionError(f"{name} was never taken")

        cutting = threading.Thread(target=cut, daemon=True)
        cutting.start()
        try:
            with ThreadPoolExecutor(20) as pool:
                list(pool.map(push, [f"key{number // 20}" for number in range(20 * place.count)]))
        finally:
            done.set()
            cutting.join()
            proxy.close()
        engine = create_engine(rig.url)
        with engine.connect() as connection:
            its = text("SELECT count(*) FROM article WHERE external_id LIKE 'key%'")
            articles = int(connection.execute(its).scalar() or 0)
        engine.dispose()
        settle(rig)
        return outcome(rig) | {"keys": place.count, "pushes": 20 * place.count, "articles": articles,
                               "lost": max(0, place.count - articles), "unexpected": max(0, articles - place.count)}  # fmt: skip


def rolling(place: Place) -> Found:
    with running(place) as rig:
        with load(rig, 6) as driver:
            for _ in range(place.count):
                for role in ("ingest", "match", "deliver", "api"):
                    pid = rig.pid_of(role)
                    os.kill(pid, signal.SIGTERM)
                    until(lambda role=role, pid=pid: rig.pid_of(role) != pid, f"another {role}", 60)
                    steadily(rig, driver, 1.0)
        return outcome(rig) | {"faults": 4 * place.count}


def restore(place: Place) -> Found:
    """Restore a backup elsewhere; what was pushed after it is pushed again, as feeds would show it again."""
    rig = Rig(place.folder / "one", place.database("rig"))
    pushed, same, rounds = [], 0, 0
    try:
        rig.start()
        rig.set_up()
        for number in range(place.count):
            rounds += 1
            backup = place.folder / f"backup{number}"
            with load(rig, 7 + number, f"a{number}x") as driver:
                steadily(rig, driver, 4.0)
                tocsin(rig, "backup", str(backup))
                since = len(driver.plan.made)
                steadily(rig, driver, 4.0)
                pushed = driver.plan.made
            rig.stop()
            key = (rig.data / "secret.key").read_bytes()
            rig.data = place.folder / f"data{number}"
            rig.data.mkdir()
            (rig.data / "secret.key").write_bytes(key)
            rig.database_url = place.database(f"restored{number}")
            tocsin(rig, "restore", str(backup))
            rig.start()
            for one in pushed[since:]:
                rig.push_one(one)
            settle(rig)
        ids: dict[object, set[str]] = {}
        for copy in rig.copies():
            if copy.id:
                ids.setdefault((copy.to, copy.title), set()).add(copy.id)
        same = sum(len(found) > 1 for found in ids.values())
        found = outcome(rig)
    finally:
        rig.close()
    # Copies of what was sent after the backup are sent again: allowed here, under the same id.
    return found | {"rounds": rounds, "unexcused": same, "disagreeing": 0, "found": ""}


def tocsin(rig: Rig, *arguments: str) -> None:
    """Run a command on the installation; it must end well."""
    command = [sys.executable, "-c", "from services.cli.app import main; main()", *arguments]
    done = subprocess.run(command, env=rig.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout


def window(place: Place) -> Found:
    with running(place) as rig:
        began = time.monotonic()
        with load(rig, 8) as driver:
            steadily(rig, driver, float(place.count))
        seconds = time.monotonic() - began
        engine = create_engine(rig.url)
        with engine.connect() as connection:
            its = text(
                "SELECT inflight_at, ended_at FROM attempt WHERE outcome = 'accepted' AND inflight_at IS NOT NULL"
            )
            spans = sorted((_at(end) - _at(start)).total_seconds() * 1000 for start, end in connection.execute(its))
        engine.dispose()
        return outcome(rig) | {
            "deliveries_per_s": round(len(spans) / seconds, 1), "inflight_p50_ms": round(statistics.median(spans), 1),
            "inflight_p95_ms": round(spans[int(len(spans) * 0.95)], 1),
        }  # fmt: skip


def _at(value: object) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


RIGS: dict[str, tuple[Callable[[Place], Found], int]] = {
    "pauses": (pauses, 10), "broker": (broker, 10), "database": (database, 6), "network": (network, 1),
    "pushes": (pushes, 50), "rolling": (rolling, 3), "restore": (restore, 2), "window": (window, 20),
}  # fmt: skip
"""Each rig, and how many of its faults it makes if nothing else is asked for."""
