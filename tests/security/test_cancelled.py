"""I8: a caller who hangs up gets nobody else's answer sent, and nobody gets theirs (CVE-2023-28858, CVE-2023-28859)."""

from __future__ import annotations

import ast
import json
import socket
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import pytest
import uvicorn

from services import clock, first_run
from services.accounts import tokens
from services.asgi import build
from services.settings import Settings
from services.store import people
from services.store.work import open_store
from tests.parts import HOST, free_port, until

CANCELLED = 1_000
AT_ONCE = 8
ROOT = Path(__file__).resolve().parents[2]


class Served:
    """A server on loopback, and two people with a token each."""

    def __init__(self, settings: Settings) -> None:
        self.port = settings.port
        store = open_store(settings.database)
        with store.write() as work:
            self.tokens = [self._token(work.session, name) for name in ("ana", "ben")]
        store.close()

    def _token(self, session, name: str) -> str:
        now = clock.now()
        given = {"email": f"{name}@example.org", "name": name, "timezone": "UTC", "role": "subscriber"}
        return tokens.issue(session, people.add(session, **given, now=now), name, tokens.SCOPES, now)

    def cancel(self, token: str, *, after_bytes: int) -> None:
        """Ask, read so many bytes of the answer, and hang up with a reset."""
        with socket.create_connection((HOST, self.port), timeout=10) as caller:
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            caller.sendall(f"GET /api/v1/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
            if after_bytes:
                caller.recv(after_bytes)

    def names(self, kept: HTTPConnection, token: str) -> list[str]:
        """Ask on a connection that is kept, and give the names of the tokens that come."""
        kept.request("GET", "/api/v1/tokens", headers={"Authorization": f"Bearer {token}"})
        answer = kept.getresponse()
        assert answer.status == 200
        return [one["name"] for one in json.loads(answer.read())["items"]]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    port = free_port()
    settings = Settings(data=tmp_path, broker_url="", port=port, base_url=f"http://{HOST}:{port}", sweep_s=3600)
    first_run.prepare(settings)
    server = uvicorn.Server(uvicorn.Config(build(settings), host=HOST, port=port, log_config=None, ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started, "the server to start")
    yield Served(settings)
    server.should_exit = True
    thread.join(20)


def test_i8_after_a_thousand_cancelled_requests_no_answer_is_somebody_elses(served: Served) -> None:
    def one_after_another(which: int) -> list[list[str]]:
        kept = HTTPConnection(HOST, served.port, timeout=30)
        got = []
        for number in range(CANCELLED // AT_ONCE):
            served.cancel(served.tokens[1 - which % 2], after_bytes=(0, 1, 200)[number % 3])
            got.append(served.names(kept, served.tokens[which % 2]))
        kept.close()
        return got

    with ThreadPoolExecutor(AT_ONCE) as callers:
        answers = list(callers.map(one_after_another, range(AT_ONCE)))
    assert sum(map(len, answers)) == CANCELLED
    for which, got in enumerate(answers):
        assert got == [[("ana", "ben")[which % 2]]] * len(got)


def test_i8_no_client_of_the_broker_can_be_cancelled_half_way() -> None:
    """The defect was in the asynchronous client, whose connection was used again with an answer still to come."""
    for path in [*(ROOT / "services").rglob("*.py"), *(ROOT / "workers").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            named = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            named += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.startswith(("redis.asyncio", "valkey.asyncio", "aioredis")) for name in named), path
