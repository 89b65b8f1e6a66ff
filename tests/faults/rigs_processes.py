"""Processes that are stopped for a while or started again, and how long a message is in flight when nothing fails."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from datetime import datetime

from sqlalchemy import create_engine, text

from services.valkey import url as broker_url
from tests.faults.kills import load, outcome
from tests.faults.place import Found, Place, running, steadily
from tests.faults.rig import Rig
from tests.parts import until

LEASE_S = 4.0


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
