"""`tocsin up`: everything on one machine, in one data folder, until Ctrl-C, SIGTERM or the end of its terminal.

Order: the folder's lock, the key, the database's tables, the first admin and token, the broker, the workers, the API.
The broker keeps nothing on disk: when it ends it is started again empty, and the sweep finds what its hints said.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from datetime import datetime
from pathlib import Path
from typing import IO

from services import clock, crashpoints, first_run, logs, settings, valkey
from services.cli import told
from services.errors import ConflictError, OutsideError, TocsinError
from services.settings import Settings
from services.store import workers
from services.store.packs import gazetteer
from services.store.work import open_store
from workers.children import Child, Children

READY_S = 30.0
ROLES = ("ingest", "match", "deliver")
WITH_CHILDREN = (
    "celery.app.trace", "celery.bin.worker", "celery.worker", "celery.concurrency.prefork", "celery.concurrency.solo",
    "celery.concurrency.thread", "kombu.transport.redis", "workers.process", "workers.sweep", "workers.alone",
    "services.asgi", "uvicorn", "uvicorn.protocols.http.h11_impl",
)  # fmt: skip


def main() -> int:
    """Run until told to stop; the exit code is 0 after a clean stop, 3 when something outside failed."""
    try:
        given = settings.load()
        logs.configure(given.log_level, json=given.log_json)
        crashpoints.arm(os.environ)
        return _Up(given).run()
    except TocsinError as error:
        told.failure(error)
        return 2 if not isinstance(error, OutsideError) else 3
    except OSError as error:
        told.failure(OutsideError(f"{error.filename or 'the system'}: {error.strerror or error}", code="system"))
        return 3


class _Up:
    """One running installation."""

    def __init__(self, given: Settings) -> None:
        self.settings = given
        self.stopping = False
        self.broker: subprocess.Popen[bytes] | None = None
        self.children = Children([], given.data / "run" / "roles.json", given.restart_most_s)

    def run(self) -> int:
        started, began = time.monotonic(), clock.now()
        lock = _lock(self.settings.data)
        _free_port(self.settings.host, self.settings.port)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        prepared = first_run.prepare(self.settings)
        told.database(self.settings, prepared.articles)
        _import_everything()
        broker_url = self._start_broker()
        self.children.children = _children(self.settings, broker_url)
        self.children.start()
        try:
            self._wait_ready(began)
            told.ready(self.settings, prepared.link, time.monotonic() - started)
            self._watch()
        finally:
            self._end()
            lock.close()
        return 0

    def _start_broker(self) -> str:
        url = self.settings.broker_url
        (self.settings.data / "run").mkdir(parents=True, exist_ok=True, mode=0o700)
        if url is None:
            self._start_valkey()
            url = valkey.url(self.settings.data / "run")
        told.broker(url, embedded=self.settings.broker_url is None)
        return url

    def _start_valkey(self) -> None:
        run = self.settings.data / "run"
        self.broker = valkey.start(run, self.settings.data / "valkey.log")
        self.children.others["broker"] = self.broker.pid
        self.children.note()

    def _watch(self) -> None:
        while not self.stopping:
            if self.broker is not None and self.broker.poll() is not None:
                logs.get(__name__).warning("the broker ended and is started again")
                try:
                    self._start_valkey()
                except OutsideError as error:
                    logs.get(__name__).error("the broker does not start", error=error.message)
                    time.sleep(1)
            self.children.watch()
            self.children.start()
            time.sleep(0.1)

    def _wait_ready(self, began: datetime) -> None:
        """Wait until the API answers and every role has a worker."""
        until = time.monotonic() + READY_S
        while not self.stopping and not self._is_ready(began):
            self.children.watch()
            self.children.start()
            if time.monotonic() > until:
                message = "The API did not become ready within 30 seconds. The log lines above say why"
                raise OutsideError(message, code="not_ready")
            time.sleep(0.02)

    def _is_ready(self, began: datetime) -> bool:
        """Look; a database that is away for a moment is no reason to end what has begun."""
        try:
            return _ready(self.settings) and _all_at_work(self.settings, began)
        except OutsideError:
            return False

    def _end(self) -> None:
        started = time.monotonic()
        killed = self.children.stop()
        if self.broker is not None:
            self.broker.terminate()
            try:
                self.broker.wait(timeout=3)
            except subprocess.TimeoutExpired:
                self.broker.kill()
        told.stopped(time.monotonic() - started, killed)

    def _stop(self, *_: object) -> None:
        self.stopping = True


def _children(given: Settings, broker_url: str) -> list[Child]:
    workers = [
        Child(
            role,
            lambda role=role: _worker(role, broker_url),  # type: ignore[misc]  # bound early
            _environment(given, broker_url, role),
        )
        for role in ROLES
    ]
    return [Child("api", _api, _environment(given, broker_url, "api")), *workers]


def _environment(given: Settings, broker_url: str, role: str) -> dict[str, str]:
    wanted = os.environ.get("TOCSIN_CRASH_ROLE")
    crash = {} if wanted in (None, role) else {"TOCSIN_CRASHPOINT": ""}
    return {
        "TOCSIN_ROLE": role, "TOCSIN_BROKER_URL": broker_url, "TOCSIN_DATA": str(given.data),
        "TOCSIN_HOST": given.host, "TOCSIN_PORT": str(given.port), **crash,
    }  # fmt: skip


def _worker(role: str, broker_url: str) -> int:
    if not broker_url:
        return int(importlib.import_module("workers.alone").main())
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Celery greets and takes leave there; logs go to stderr
    warnings.filterwarnings("ignore", category=UserWarning, module="celery.platforms")  # root in a container is no news
    app = importlib.import_module("workers.app")
    app.app.worker_main(app.arguments(app.Stage(role), 4 if role == "deliver" else 1))
    return 0


def _api() -> int:
    return int(importlib.import_module("services.asgi").serve())


def _import_everything() -> None:
    """Import what the children need and read the gazetteer, so that it is done once and its memory is shared.

    Not `workers.app`: it reads its role from the environment when it is imported.
    """
    for name in WITH_CHILDREN:
        importlib.import_module(name)
    gazetteer()
    gc.collect()
    gc.freeze()  # the collector would write to every object, and so unshare the memory that holds it


def _lock(data: Path) -> IO[str]:
    """Take the data folder for this process alone."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = (data / "up.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        other = file.read().strip() or "unknown"
        message = (
            f"Tocsin runs already with the data folder {data} (process {other}). Stop it, or choose another with --data"
        )
        raise ConflictError(message, field="--data") from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def _free_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"Port {port} on {host} cannot be used: {error.strerror}. Choose another with --port"
            raise ConflictError(message, field="--port") from error


def _all_at_work(given: Settings, began: datetime) -> bool:
    store = open_store(given.database)
    try:
        with store.read() as session:
            return set(ROLES) <= workers.alive(session, began).keys()
    finally:
        store.close()


def _ready(given: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(given.host, given.host)  # noqa: S104  # read, not bound
    try:
        with socket.create_connection((host, given.port), timeout=1) as client:
            client.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return b" 200 " in client.recv(64)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
