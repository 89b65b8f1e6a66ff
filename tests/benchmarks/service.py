"""How fast the whole service is, and what it takes: `python -m tests.benchmarks.service [--json]`.

Each figure stands beside a floor from the same run: what the machine needs for the bare work. The ratio is what to
look at, the absolute figure depends on the machine and on who else uses it.

    up ready        from the command to "ready"            floor: importing the same packages once
    push to sink    POST of an article to its webhook      floor: three commits and two HTTP posts, one after the other
    memory          PSS of all processes at rest           floor: one interpreter with the same packages
    installed       files of the runtime packages          floor: the three largest of them
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distributions
from pathlib import Path

import httpx2

from tests.faults.rig import WORD, Rig
from tests.parts import HOST, until

IMPORTS = "import workers.process, services.asgi, celery.bin.worker, celery.worker, kombu.transport.redis, uvicorn"
ARTICLES = 120  # enough for a 99th percentile
LIMITS = {"up ready, s": 5, "push to webhook p99, s": 1, "p99 without a broker, s": 6, "memory at rest, MiB": 450,
          "installed, MiB": 200, "demo, s": 20}  # fmt: skip


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true")
    as_json = arguments.parse_args().json
    folder = Path(tempfile.mkdtemp(prefix="tocsin-bench-"))
    try:
        rows = [
            *_service(folder / "with"),
            *_service(folder / "without", broker=False)[1:2],
            _demo(folder),
            _installed(),
        ]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    names = [
        "up ready, s",
        "push to webhook p99, s",
        "memory at rest, MiB",
        "p99 without a broker, s",
        "demo, s",
        "installed, MiB",
    ]
    if as_json:
        found = {
            name: {"ours": round(a, 3), "floor": round(b, 4), "ratio": round(a / b, 2), "limit": LIMITS[name]}
            for name, (a, b) in zip(names, rows, strict=True)
        }
        commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
        machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        print(json.dumps({"commit": commit.stdout.strip(), "machine": machine, "figures": found}, indent=1))
        return
    print(f"{'':32}{'ours':>9}{'floor':>9}{'ratio':>8}{'limit':>8}")
    for name, (ours, floor) in zip(names, rows, strict=True):
        print(f"{name:32}{ours:9.2f}{floor:9.3f}{ours / floor:8.1f}{LIMITS[name]:8}")


def _service(folder: Path, *, broker: bool = True) -> list[tuple[float, float]]:
    folder.mkdir(parents=True)
    settings = {"TOCSIN_SWEEP_S": "5", "TOCSIN_LEASE_S": "60", "TOCSIN_GROUP_S": "0"}
    rig = Rig(folder, "", **settings, **({} if broker else {"TOCSIN_BROKER_URL": ""}))
    began = time.monotonic()
    rig.start()
    ready = time.monotonic() - began
    rig.set_up()
    try:
        until(lambda: _is_quiet(rig), "a quiet start", 30)
        memory = _pss(_tree(rig.up.pid)) if rig.up else 0.0
        waits = [_push_and_wait(rig, n) for n in range(ARTICLES)]
    finally:
        rig.close()
    return [(ready, _import_s()), (_p99(waits), _bare_round(folder)), (memory, _import_pss())]


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


def _is_quiet(rig: Rig) -> bool:
    return all(stage["waiting"] == 0 for stage in rig.call("GET", "queues")["items"])


def _push_and_wait(rig: Rig, n: int) -> float:
    began = time.monotonic()
    rig.push(f"bench-{n}")
    until(lambda: ("http", f"Case bench-{n}") in rig.arrived(), "the webhook", 20, 0.002)
    taken = time.monotonic() - began
    time.sleep(0.15)  # idle between two articles: this measures latency, not load
    return taken


def _bare_round(folder: Path) -> float:
    """Three durable commits and two posts over loopback, the 99th percentile of as many rounds."""

    class Sink(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((HOST, 0), Sink)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE {WORD} (x)")
    rounds = []
    with httpx2.Client(trust_env=False) as client:
        for _ in range(ARTICLES):
            began = time.monotonic()
            for _ in range(3):
                connection.execute(f"INSERT INTO {WORD} VALUES (1)")
            for _ in range(2):
                client.post(f"http://{HOST}:{server.server_port}/", content=b"x" * 2000)
            rounds.append(time.monotonic() - began)
    server.shutdown()
    return _p99(rounds)


def _import_s() -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", IMPORTS], check=True)
    return time.monotonic() - began


def _import_pss() -> float:
    child = subprocess.Popen(
        [sys.executable, "-c", IMPORTS + "; print(1, flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    child.stdout.readline()
    found = _pss([child.pid])
    child.send_signal(signal.SIGTERM)
    child.wait()
    return found


def _tree(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += _tree(int(child))
    return found


def _pss(pids: list[int]) -> float:
    """Proportional set size of processes, in MiB."""
    total = 0
    for pid in pids:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def _demo(folder: Path) -> tuple[float, float]:
    began = time.monotonic()
    command = [Path(sys.executable).with_name("tocsin"), "demo", "--json", "--data", str(folder / "demo")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began, _import_s()


def _installed() -> tuple[float, float]:
    """Size of what the runtime needs, walked from Tocsin's own requirements."""
    import re

    known = {re.sub(r"[-_.]+", "-", d.metadata["Name"]).lower(): d for d in distributions()}
    wanted, seen = ["tocsin"], set()
    while wanted:
        name = wanted.pop()
        if name in seen or name not in known:
            continue
        seen.add(name)
        for line in known[name].requires or []:
            need = re.match(r"[A-Za-z0-9._-]+", line)
            if need and "extra ==" not in line:
                wanted.append(re.sub(r"[-_.]+", "-", need[0]).lower())
        if name == "celery":
            wanted += ["redis", "kombu"]
        if name == "psycopg":
            wanted.append("psycopg-binary")
    sizes = {name: _size(known[name]) for name in seen}
    return sum(sizes.values()), sum(sorted(sizes.values())[-3:])


def _size(distribution) -> float:
    files = (Path(str(distribution.locate_file(file))) for file in distribution.files or [])
    return sum(file.stat().st_size for file in files if file.exists()) / 2**20


if __name__ == "__main__":
    main()
