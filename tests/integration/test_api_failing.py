"""When a part fails: the database is away, a route fails, the process is told to stop."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services import first_run
from services.api import queues
from services.settings import Settings
from services.store import queues as counts
from tests.integration.api import ARTICLE, problem, running
from tests.parts import HOST, free_port, until


def test_without_a_database_it_is_up_and_not_ready(tmp_path: Path) -> None:
    with running(tmp_path) as api:
        api.store.close()
        for file in (api.settings.data).glob("tocsin.db*"):
            file.rename(file.with_name("away-" + file.name))
        (api.settings.data / "tocsin.db").mkdir()
        assert api.call("GET", "/healthz", role=None).status_code == 200
        for path in ("/readyz", "/api/v1/articles"):
            answer = api.call("GET", path)
            problem(answer, 503)
            assert int(answer.headers["retry-after"]) > 0
        answer = api.v1("POST", "articles", json=ARTICLE)
        problem(answer, 503)


def test_a_full_disk_saves_nothing_half(tmp_path: Path) -> None:
    with running(tmp_path) as api:
        before = api.rows()

        def full(connection, *_) -> None:
            connection.execute("PRAGMA max_page_count=1")

        from sqlalchemy import event

        event.listen(api.store.engine, "checkout", full)
        answer = api.v1(
            "POST",
            "articles",
            json={"articles": [ARTICLE | {"external_id": str(n), "text": "x" * 99_999} for n in range(9)]},
        )
        assert "retry-after" in answer.headers
        problem(answer, 503)
        event.remove(api.store.engine, "checkout", full)
        assert api.rows() == before


def test_an_unexpected_error_is_a_number_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        message = "canary in services/store/queues.py"
        raise RuntimeError(message)

    monkeypatch.setattr(counts, "count", fail)
    assert queues.queues is counts
    with running(tmp_path) as api, capture_logs() as lines:
        said = problem(api.v1("GET", "queues"), 500)
        assert [line["number"] in said["detail"] for line in lines] == [True]
        assert "canary" not in str(said)
        assert "Number" in said["detail"]
        assert api.v1("GET", "articles").status_code == 200
        page = api.call("GET", "/")
        assert page.status_code == 500
        assert page.headers["content-type"].startswith("text/html")
        assert "canary" not in page.text
        assert page.headers["x-content-type-options"] == "nosniff"


class Served:
    """The real server in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.settings = Settings(data=folder, port=self.port, broker_url="")
        first_run.prepare(self.settings)
        environment = os.environ | {"TOCSIN_DATA": str(folder), "TOCSIN_PORT": str(self.port), "TOCSIN_BROKER_URL": ""}
        command = [sys.executable, "-c", "from services.asgi import serve; raise SystemExit(serve())"]
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
        until(self.answers, "the server")

    def answers(self) -> bool:
        assert self.process.poll() is None, self.process.stderr.read()
        try:
            return b"200" in self.say(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        except OSError:
            return False

    def say(self, request: bytes) -> bytes:
        """Send bytes, and read until the server closes the connection."""
        with socket.create_connection((HOST, self.port), timeout=10) as client:
            client.sendall(request)
            answer = b""
            while part := client.recv(65536):
                answer += part
            return answer


@pytest.fixture
def served(tmp_path: Path):
    one = Served(tmp_path)
    yield one
    one.process.kill()
    one.process.wait()


def test_the_server_refuses_at_the_door_and_ends_in_order(served: Served) -> None:
    token = (served.settings.data / "token").read_bytes().strip()
    head = (
        b"POST /api/v1/articles HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        + token
        + b"\r\nContent-Type: application/json\r\n"
    )
    too_large = served.say(head + b"Content-Length: 99999999\r\n\r\n{")
    assert b" 413 " in too_large.splitlines()[0]
    two_lengths = served.say(head + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    assert b" 400 " in two_lengths.splitlines()[0]
    assert b"server:" not in too_large.lower()
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(timeout=30) == 0
    assert served.process.stderr.read() == b""
