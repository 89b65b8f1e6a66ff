"""Receivers for the demo, on loopback: a real SMTP server, and a real HTTP server that takes webhooks, plays an ntfy
server for chat, and serves a feed. They note all that arrives.
"""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

HOST = "127.0.0.1"


@dataclass(slots=True)
class Caught:
    """What arrived, by the ids that the messages carry; a chat message has none, its text is kept."""

    mails: list[str] = field(default_factory=list)
    webhooks: list[str] = field(default_factory=list)
    chats: list[str] = field(default_factory=list)


class MailCatcher:
    """Takes every mail, and keeps it in the folder as a file that a mail program opens."""

    def __init__(self, folder: Path, caught: Caught) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._caught = folder, caught
        self._loop = asyncio.new_event_loop()
        begun = self._loop.create_server(lambda: SMTP(self, hostname="demo.example", loop=self._loop), HOST, 0)
        server = self._loop.run_until_complete(begun)
        self.port: int = server.sockets[0].getsockname()[1]
        threading.Thread(target=self._loop.run_forever, name="mail catcher", daemon=True).start()

    async def handle_DATA(self, _: object, __: object, envelope: Any) -> str:  # noqa: N802  # Any: aiosmtpd's envelope
        """Note the mail's id, then accept it."""
        mail = message_from_bytes(envelope.content, policy=default)
        id_ = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        (self._folder / f"{len(self._caught.mails) + 1:02d}-{id_[:20]}.eml").write_bytes(envelope.content)
        self._caught.mails.append(id_)
        return "250 Kept"

    def stop(self) -> None:
        """Take no more mails."""
        self._loop.call_soon_threadsafe(self._loop.stop)


class WebCatcher:
    """Takes webhooks at /hook, chat messages at /topic, and serves one feed at /feed.xml."""

    def __init__(self, caught: Caught, feed: bytes) -> None:
        outer_caught, outer_feed = caught, feed

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the standard library's name
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.path.startswith("/hook"):
                    outer_caught.webhooks.append(self.headers["webhook-id"])
                else:
                    outer_caught.chats.append(_text_of(body))
                self._answer(b'{"id": "kept"}', "application/json")

            def do_GET(self) -> None:  # the standard library's name
                self._answer(outer_feed, "application/rss+xml")

            def _answer(self, body: bytes, type_: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", type_)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the standard library's name
                """Say nothing."""

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Take nothing more."""
        self._server.shutdown()
        self._server.server_close()


def _text_of(body: bytes) -> str:
    try:
        return str(json.loads(body).get("message", ""))
    except (ValueError, AttributeError):
        return body.decode("utf-8", "replace")
