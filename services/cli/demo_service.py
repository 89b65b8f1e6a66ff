"""The service that the demo runs: `tocsin up` on a folder of its own, with everything caught on loopback."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from services.cli.catchers import HOST
from services.errors import ConflictError, OutsideError

GROUP_S = 1.0
READY_S = 120.0  # a start takes 5 s; on a machine that is very busy, a minute
MARK = "demo.json"  # a folder that holds this file may be emptied by the next demo


@contextmanager
def running(data: Path, smtp_port: int) -> Iterator[httpx2.Client]:
    """Run `tocsin up` and give a client of its API; ends it in order."""
    port = _free_port()
    environment = os.environ | {
        "TOCSIN_DATA": str(data), "TOCSIN_PORT": str(port), "TOCSIN_HOST": HOST, "TOCSIN_BASE_URL": "",
        "TOCSIN_SMTP_URL": f"smtp://{HOST}:{smtp_port}", "TOCSIN_MAIL_FROM": "Tocsin <alerts@demo.example>",
        "TOCSIN_ALLOW_PRIVATE": "127.0.0.0/8", "TOCSIN_GROUP_S": str(GROUP_S), "TOCSIN_SWEEP_S": "1",
        "TOCSIN_LOG_LEVEL": "warning",
    }  # fmt: skip
    with (data / "up.log").open("wb") as log:
        up = subprocess.Popen(
            [sys.executable, "-P", "-m", "workers.up"], env=environment, stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, start_new_session=True,
        )  # fmt: skip
        try:
            _wait_ready(up, data)
            token = (data / "token").read_text().strip()
            headers = {"Authorization": f"Bearer {token}"}
            with httpx2.Client(base_url=f"http://{HOST}:{port}", headers=headers, timeout=30, trust_env=False) as api:
                yield api
        finally:
            up.send_signal(signal.SIGTERM)
            try:
                up.wait(timeout=30)
            except subprocess.TimeoutExpired:
                up.kill()


def _wait_ready(up: subprocess.Popen[bytes], data: Path) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        if up.poll() is not None:
            break
        if "Sign in once" in (data / "up.log").read_text(errors="replace"):
            return
        time.sleep(0.05)
    raise OutsideError(f"Tocsin did not start for the demo; its log is {data / 'up.log'}", code="not_ready")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def fresh(data: Path) -> None:
    """Make the folder empty; only one that an earlier demo made is emptied."""
    if data.exists() and any(data.iterdir()):
        if not (data / MARK).exists():
            raise ConflictError(f"{data} holds something else. Choose an empty folder with --data", field="--data")
        shutil.rmtree(data)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    (data / MARK).write_text(json.dumps({"made_by": "tocsin demo"}) + "\n")
