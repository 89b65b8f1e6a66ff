"""A real HTTP server in a thread, with scripted answers."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from tests.ledger import Ledger, Script


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Read the body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What to answer. `drop` closes without an answer; `raw` is written as it is, instead of an answer."""

    status: int = 200
    body: bytes = b'{"ok":true}'
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    raw: bytes | None = None
    wait: threading.Event | None = None


class HttpSink:
    """An HTTP server in a thread; `https` if it gets a context."""

    def __init__(self, *, ledger: Path | None = None, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.script = Script()
        self.asked: list[Asked] = []
        self.ledger = Ledger("http", ledger)
        self._tls = tls
        self._server = _HttpServer(("127.0.0.1", port), _Answering)
        self._server.sink = self
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def say(self, *replies: Reply) -> None:
        """Script the next answers; then everything is answered with 200."""
        self.script.add("ANSWER", *replies)

    def start(self) -> Self:
        """Listen on 127.0.0.1."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class _HttpServer(ThreadingHTTPServer):
    sink: HttpSink
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients break off on purpose here."""


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _HttpServer

    def do_GET(self) -> None:
        """Take any request."""
        sink = self.server.sink
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        sink.asked.append(Asked(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        reply: Reply = sink.script.take("ANSWER") or Reply()
        if reply.wait is not None:
            reply.wait.wait(20)
        good = 200 <= reply.status <= 299
        action = "accepted_then_cut" if reply.drop else "accepted" if good else "refused"
        sink.ledger.write(self.headers.get("webhook-id") or "", body, action)
        self._write(reply)

    do_POST = do_PUT = do_GET  # noqa: N815

    def _write(self, reply: Reply) -> None:
        if reply.drop or reply.raw is not None:
            self.wfile.write(reply.raw or b"")
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(reply.status)
        headers = {"Content-Length": str(len(reply.body)), "Content-Type": "application/json", **reply.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Write no log."""
