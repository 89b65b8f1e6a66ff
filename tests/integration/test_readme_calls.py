"""What the README shows of the API is run as it stands there, against a service on loopback."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn

from services import first_run
from services.asgi import build
from services.channels.outgoing import Outgoing
from services.channels.webhook import WebhookSender, new_secret
from services.guard import Gate
from services.settings import Settings
from tests.parts import free_port, until
from tests.sinks import HttpSink

README = (Path(__file__).resolve().parents[2] / "README.md").read_text()
SECTION = README.partition("## The API by example\n")[2].partition("\n## ")[0]


def block(language: str) -> str:
    found = re.findall(rf"```{language}\n(.*?)```", SECTION, re.DOTALL)
    assert len(found) == 1
    return found[0]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Settings]:
    port = free_port()
    settings = Settings(data=tmp_path / "data", broker_url="", port=port, sweep_s=3600)
    first_run.prepare(settings)
    server = uvicorn.Server(uvicorn.Config(build(settings), host="127.0.0.1", port=port, log_config=None, ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started, "the server to start")
    yield settings
    server.should_exit = True
    thread.join(20)


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_the_calls_of_the_readme_do_what_it_says(service: Settings) -> None:
    given = os.environ | {
        "API": f"http://127.0.0.1:{service.port}/api/v1", "TOKEN": (service.data / "token").read_text().strip(), "no_proxy": "*",
    }  # fmt: skip
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", block("sh")],
        env=given,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout
    assert re.search(r'"status": ?422.*?"position": ?9.*is refused with 422', said, re.DOTALL), said
    assert re.search(r'"status": ?412.*is refused with 412', said, re.DOTALL)
    first, second = re.findall(r'\{"id":"(\w+)","state":"new"\}', said)[:2]
    assert first == second
    assert '"cadence":"daily"' in said


def verified() -> Callable[[str, dict[str, str], bytes], bool]:
    names: dict[str, object] = {}
    exec(block("python"), names)
    return names["verified"]  # type: ignore[return-value]


def test_the_check_of_the_readme_believes_our_webhooks_and_no_others() -> None:
    check, old, new = verified(), new_secret(), new_secret()
    with HttpSink() as sink:
        sender = WebhookSender(Gate(["127.0.0.0/8"]))
        sender.send(Outgoing("msg_1", "", b'{"a": 1}'), sink.url, [new, old], datetime.now(UTC))
        (got,) = sink.asked
    headers = dict(got.headers)
    assert check(new, headers, got.body)
    assert check(old, headers, got.body)
    assert not check(new_secret(), headers, got.body)
    assert not check(new, headers, got.body + b" ")
    assert not check(new, headers | {"webhook-id": "msg_2"}, got.body)
    late = str(int(headers["webhook-timestamp"]) - 301)
    assert not check(new, headers | {"webhook-timestamp": late}, got.body)
