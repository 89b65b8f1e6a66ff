"""The version before the newest migration gives way to this one under load, as on several machines.

Everything runs of the old code first. Then `tocsin db upgrade` of the new code, while the old goes on with the newer tables; then
one process after the other: a new one is started and works beside the old, which is asked to end. The API goes last or
first, by chance; a client moves to the new one when that is ready, as a balancer lets it, so that no push may fail.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from services import valkey
from tests.faults.kills import Driver, load, outcome
from tests.faults.place import Found, Place, steadily
from tests.faults.rig import Rig
from tests.parts import HOST, free_port, until

ROOT = Path(__file__).parents[2]
MIGRATIONS = "services/store/migrations/versions"
WORKERS = ("ingest", "match", "deliver")
SUMMED = ("obligations", "lost", "unexpected", "duplicates", "unexcused", "uncertain", "disagreeing", "pushes_refused")


def upgrade(place: Place) -> Found:
    """Make `count` upgrades, each of an installation of its own; the order of the processes is by chance."""
    old = code_before(place.folder)
    sums, found = dict.fromkeys(SUMMED, 0), ""
    for number in range(place.count):
        with _broker(place.folder) as broker:
            one = _round(place, number, old, broker)
        sums = {name: had + int(one[name]) for name, had in sums.items()}
        found = found or str(one["found"])
    return sums | {"found": found, "rounds": place.count, "from_commit": old.name, "seed": 16}


def code_before(folder: Path) -> Path:
    """Unpack the code as it was before the newest migration; the folder is named after the commit."""
    added = _git("log", "-1", "--diff-filter=A", "--format=%H", "--", MIGRATIONS).decode().strip()
    assert added, "the repository's history has no migration: a clone with the whole history is needed"
    commit = _git("rev-parse", "--short", f"{added}^").decode().strip()
    to = folder / commit
    to.mkdir(parents=True)
    subprocess.run(["tar", "-x", "-C", str(to)], input=_git("archive", commit), check=True)
    return to


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, check=True).stdout


@contextmanager
def _broker(folder: Path) -> Iterator[str]:
    port = free_port()
    options = ["--port", str(port), "--bind", HOST, "--save", "", "--appendonly", "no", "--dir", str(folder)]
    broker = subprocess.Popen([valkey.program(), *options], stdout=subprocess.DEVNULL)
    try:
        yield f"redis://{HOST}:{port}/0"
    finally:
        broker.terminate()
        broker.wait()


def _round(place: Place, number: int, old: Path, broker: str) -> Found:
    chance = random.Random(f"16 {number}")
    order = chance.choice([("api", *chance.sample(WORKERS, 3)), (*chance.sample(WORKERS, 3), "api")])
    rig = Mixed(place.folder / f"round{number}", place.database(f"upgrade{number}"), TOCSIN_BROKER_URL=broker)
    try:
        rig.begin(old)
        rig.set_up()
        with load(rig, 60 + number, f"u{number}x") as driver:
            steadily(rig, driver, 2.0)
            rig.tocsin(ROOT, "db", "upgrade")
            steadily(rig, driver, 1.0)  # the old code on the new tables
            for role in order:
                rig.replace(role, driver)
        return outcome(rig) | {"pushes_refused": rig.refused}
    finally:
        rig.close()


class Mixed(Rig):
    """An installation whose processes are started one by one, each of the old code or the new."""

    def begin(self, code: Path) -> None:
        """Set the database up and start a process for each role."""
        self.data.mkdir(parents=True)
        self.tocsin(code, "setup")
        self.children = {role: self._start(code, "worker", role) for role in WORKERS}
        self.children["api"] = self._start(code, "api")
        self.api = self._client()

    def tocsin(self, code: Path, *words: str) -> None:
        """Run a command of this code; it must end well."""
        done = subprocess.run(
            self._words(words), env=self._given(code), capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr + done.stdout

    def replace(self, role: str, driver: Driver) -> None:
        """Start a process of the new code beside the old, let both work, and ask the old to end: it must end well."""
        if role == "api":
            self.port = free_port()
            child = self._start(ROOT, "api")
            self.api = self._client()
        else:
            child = self._start(ROOT, "worker", role)
            until(lambda: self._working(role) >= 2, f"a second {role} worker", 180)
        steadily(self, driver, 1.0)
        self._end(self.children[role])
        self.children[role] = child
        steadily(self, driver, 1.0)

    def close(self) -> None:
        for child in getattr(self, "children", {}).values():
            self._end(child)
        super().close()

    def _words(self, words: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-P", "-c", "from services.cli.app import main; main()", *words]

    def _given(self, code: Path) -> dict[str, str]:
        return self.environment() | {"PYTHONPATH": str(code)}

    def _start(self, code: Path, *words: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(self._words(words), env=self._given(code), stdout=log, stderr=log)

    def _client(self) -> httpx2.Client:
        until(self._answers, "the API", 120)
        headers = {"Authorization": f"Bearer {(self.data / 'token').read_text().strip()}"}
        return httpx2.Client(base_url=f"http://{HOST}:{self.port}", headers=headers, timeout=10, trust_env=False)

    def _answers(self) -> bool:
        try:
            return httpx2.get(f"http://{HOST}:{self.port}/readyz", timeout=2, trust_env=False).status_code == 200
        except httpx2.HTTPError:
            return False

    def _working(self, role: str) -> int:
        return next(stage["workers"] for stage in self.call("GET", "queues")["items"] if stage["stage"] == role)

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        if child.poll() is None:
            child.terminate()
        code = child.wait(timeout=60)
        assert code == 0, f"a process ended with {code}: {(self.folder / 'log').read_text()[-3000:]}"
