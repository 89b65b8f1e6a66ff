"""A news site on loopback for tests: paths with answers that a test sets, and a record of what was asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

LONG = " The clerk of the town read the whole of it aloud, and nobody in the hall said a word until she had ended." * 12


@dataclass
class Seen:
    """A request as it arrived, and when it began and ended."""

    method: str
    host: str
    path: str
    headers: dict[str, str]
    body: bytes
    began: float
    ended: float = 0.0

    @property
    def form(self) -> dict[str, str]:
        """Read the body as a form."""
        return {name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}


@dataclass
class Said:
    """What to answer."""

    body: bytes | str = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Answering = Callable[[Seen], Said]


class FeedSite:
    """An HTTP server whose paths a test sets; an unknown path is answered with 404. Any host name will do."""

    def __init__(self, *, latency_s: float = 0.0) -> None:
        self.seen: list[Seen] = []
        self.latency_s = latency_s
        self._answers: dict[str, Answering] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._server.site = self  # type: ignore[attr-defined]
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """The address of the site."""
        return f"http://127.0.0.1:{self.port}"

    def at(self, path: str, answer: Said | Answering | str | bytes) -> str:
        """Set what a path answers; give its address."""
        fixed = Said(answer) if isinstance(answer, str | bytes) else answer
        self._answers[path] = fixed if callable(fixed) else lambda _seen, said=fixed: said
        return self.url + path

    def asked(self, path: str) -> list[Seen]:
        """Give the requests for a path."""
        return [seen for seen in self.seen if urlsplit(seen.path).path == path]

    def answer(self, seen: Seen) -> Said:
        """Find the answer to a request."""
        found = self._answers.get(seen.path) or self._answers.get(urlsplit(seen.path).path)
        return found(seen) if found else Said(b"nothing is here", 404, {"Content-Type": "text/plain"})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        site: FeedSite = self.server.site  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, headers.get("host", ""), self.path, headers, body, time.monotonic())
        site.seen.append(seen)
        if site.latency_s:
            time.sleep(site.latency_s)
        said = site.answer(seen)
        payload = said.body.encode() if isinstance(said.body, str) else said.body
        self.send_response(said.status)
        for name, value in {"Content-Length": str(len(payload)), **said.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(payload)
        seen.ended = time.monotonic()

    do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Write no log."""


def rss(*items: tuple[str, datetime | None], base: str = "http://127.0.0.1", full: bool = True, head: str = "") -> str:
    """Write a feed of items, each with its id and time."""
    told = "".join(_item(name, at, base, full) for name, at in items)
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Test Gazette</title><link>{base}/</link>{head}{told}</channel></rss>'


def _item(name: str, at: datetime | None, base: str, full: bool) -> str:
    date = f"<pubDate>{format_datetime(at.astimezone(UTC))}</pubDate>" if at else ""
    text = f"Council item {name} was read on Monday." + (LONG if full else "")
    return f"<item><guid>{escape(name)}</guid><title>Item {escape(name)}</title><link>{base}/{escape(name)}</link>{date}<description>{escape(text)}</description></item>"
