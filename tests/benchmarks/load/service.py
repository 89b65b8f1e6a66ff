"""The service under load: `tocsin up` on one database with its sink, as processes, and what each of them used."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import httpx2

from services.settings import Settings
from tests.parts import HOST, free_port, until


class Service:
    """One running installation and its sink."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder, self.data, self.ledger = folder, folder / "data", folder / "ledger.tsv"
        self.port = free_port()
        self.settings = Settings(data=self.data, database_url=database_url)
        self._read = 0
        self._arrived: dict[tuple[str, str], list[float]] = defaultdict(list)
        self._log = (folder / "up.log").open("ab")
        self.up: subprocess.Popen[bytes] | None = None
        command = [sys.executable, "-m", "tests.benchmarks.load.sink", str(self.ledger)]
        self.sink = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        assert self.sink.stdout is not None
        self.sink_port = int(self.sink.stdout.readline())

    def start(self) -> None:
        """Start it and wait until every role is at work."""
        environment = os.environ | {
            "TOCSIN_DATA": str(self.data), "TOCSIN_DATABASE_URL": self.settings.database_url, "TOCSIN_HOST": HOST,
            "TOCSIN_PORT": str(self.port), "TOCSIN_ALLOW_PRIVATE": "127.0.0.0/8", "TOCSIN_LOG_LEVEL": "warning",
        }  # fmt: skip
        self.up = subprocess.Popen(
            [sys.executable, "-P", "-m", "workers.up"], env=environment, stdout=self._log, stderr=self._log,
            start_new_session=True,
        )  # fmt: skip
        until(self._is_ready, "tocsin up to be ready", 240, 0.5)

    def _is_ready(self) -> bool:
        assert self.up is not None
        assert self.up.poll() is None, (self.folder / "up.log").read_text()[-2000:]
        try:
            return httpx2.get(f"http://{HOST}:{self.port}/readyz", timeout=2, trust_env=False).status_code == 200
        except httpx2.HTTPError:
            return False

    @property
    def token(self) -> str:
        """The token of its admin."""
        return (self.data / "token").read_text().strip()

    def arrived(self) -> dict[tuple[str, str], list[float]]:
        """Give the times at which each (path, title) arrived until now."""
        if self.ledger.exists():
            with self.ledger.open("rb") as file:
                file.seek(self._read)
                new = file.read()
            whole = new[: new.rfind(b"\n") + 1]
            self._read += len(whole)
            for line in whole.decode().splitlines():
                path, _, at, title = line.split("\t", 3)
                self._arrived[path, title].append(float(at))
        return self._arrived

    def logged(self) -> dict[str, int]:
        """Count what it logged, by phrase."""
        found: Counter[str] = Counter()
        for line in (self.folder / "up.log").read_text().splitlines():
            if line.startswith("{"):
                found[str(json.loads(line).get("event"))] += 1
        return dict(found.most_common(6))

    def used(self) -> dict[str, dict[str, float]]:
        """Give the processor seconds and the highest memory (MiB) of each role, and of the sink."""
        roles = json.loads((self.data / "run" / "roles.json").read_text()) | {"sink": self.sink.pid}
        return {
            role: {"cpu_s": round(_cpu(pid), 1), "most_mib": round(_most(pid))} for role, pid in roles.items() if pid
        }

    def close(self) -> None:
        """End all of it."""
        if self.up is not None and self.up.poll() is None:
            self.up.send_signal(signal.SIGTERM)
            try:
                self.up.wait(40)
            except subprocess.TimeoutExpired:
                self.up.kill()
        self.sink.kill()
        self.sink.wait()
        self._log.close()


def _tree(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += _tree(int(child))
    return found


def _cpu(pid: int) -> float:
    total = 0.0
    for one in _tree(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def _most(pid: int) -> float:
    total = 0
    for one in _tree(pid):
        lines = Path(f"/proc/{one}/status").read_text().splitlines()
        total += sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return total / 1024
