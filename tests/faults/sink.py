"""Receivers of the fault tests: processes of their own that are never ended, and write down a message before they
answer. `python -m tests.faults.sink http|smtp LEDGER [HOLD]` prints its port.

A line of the ledger: {"to", "id", "title", "seq", "t", "action"}. `to` is the address of a mail, the path of a webhook,
the topic of a chat (a plain ntfy server); `title` is the `Case …` that the message is about; a chat carries no id.
While the file HOLD exists, an answer is held back after the line is written, so that a test can end the sender in between.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from aiosmtpd.smtp import SMTP

HOST = "127.0.0.1"


class Ledger:
    """An append-only file of JSON lines, each written whole and at once."""

    def __init__(self, path: Path) -> None:
        self._seq = 0
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, to: str, id_: str, said: str, action: str) -> None:
        """Write one line; the title is found in what was said."""
        self._seq += 1
        found = re.search(r"Case [\w-]+", said)
        line = {
            "to": to, "id": id_, "title": found[0] if found else said[:80], "seq": self._seq, "t": time.monotonic(),
            "action": action,
        }  # fmt: skip
        os.write(self._file, (json.dumps(line) + "\n").encode())


async def held(hold: Path | None) -> None:
    """Wait while the file is there."""
    while hold is not None and hold.exists():
        await asyncio.sleep(0.02)


class MailSink:
    """An SMTP server that accepts everything."""

    def __init__(self, ledger: Ledger, hold: Path | None) -> None:
        self._ledger, self._hold = ledger, hold

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=default)
        id_ = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        self._ledger.write(envelope.rcpt_tos[0], id_, str(mail["Subject"]), "accepted")
        await held(self._hold)
        return "250 Kept"


def web_sink(ledger: Ledger, hold: Path | None):
    """Give a handler of HTTP connections that accepts every webhook and every chat message."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
                body = await reader.readexactly(int(found[1]) if found else 0)
                ledger.write(*_read(head, json.loads(body)), "accepted")
                await held(hold)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    return serve


def _read(head: bytes, said: dict) -> tuple[str, str, str]:
    """Give whom a message is for, its id, and what it says."""
    if "topic" in said:
        return str(said["topic"]), "", f"{said.get('title', '')} {said.get('message', '')}"
    id_ = re.search(rb"(?i)\r\nwebhook-id: *([^\r]*)", head)
    return (
        head.split(b" ")[1].decode(),
        id_[1].decode() if id_ else "",
        said["data"].get("article", {}).get("title", ""),
    )


async def main(kind: str, path: Path, hold: Path | None) -> None:
    """Serve until ended."""
    ledger = Ledger(path)
    loop = asyncio.get_running_loop()
    if kind == "smtp":
        sink = MailSink(ledger, hold)
        server = await loop.create_server(lambda: SMTP(sink, hostname="sink.example", loop=loop), HOST, 0)
    else:
        server = await asyncio.start_server(web_sink(ledger, hold), HOST, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None))
