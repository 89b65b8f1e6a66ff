"""Receivers of the fault tests: processes of their own that are never ended, and write down a message before they
answer. `python -m tests.faults.sink http|smtp LEDGER FOLDER` prints its port.

A line of the ledger: {"to", "id", "title", "titles", "seq", "t", "action"}. `to` is the address of a mail, the path of a
webhook, the topic of a chat (a plain ntfy server); `title` is the `Case …` that the message is about, `titles` are all that
it names; a chat carries no id.
A webhook whose path begins with `/hook/refused` is refused, one with `/hook/slow` answered after four seconds.
While the file `hold` stands in FOLDER, an answer is held back after the line is written, so that a test can end the
sender in between. A file `refuse-http` or `refuse-smtp` holds a code: one message is refused with it, and the file goes.
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
REFUSED, SLOW, SLOW_S = "/hook/refused", "/hook/slow", 4.0


class Ledger:
    """An append-only file of JSON lines, each written whole and at once."""

    def __init__(self, path: Path) -> None:
        self._seq = 0
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, to: str, id_: str, said: str, action: str) -> None:
        """Write one line; the titles are found in what was said."""
        self._seq += 1
        found = re.findall(r"Case [\w-]+", said)
        line = {
            "to": to, "id": id_, "title": found[0] if found else said[:80], "titles": sorted(set(found)),
            "seq": self._seq, "t": time.monotonic(), "action": action,
        }  # fmt: skip
        os.write(self._file, (json.dumps(line) + "\n").encode())


class Orders:
    """What a test wants of a sink, as files in a folder."""

    def __init__(self, folder: Path, kind: str) -> None:
        self._hold, self._refuse = folder / "hold", folder / f"refuse-{kind}"

    async def held(self) -> None:
        """Wait while the answer is to be held back."""
        while self._hold.exists():
            await asyncio.sleep(0.02)

    def refused(self) -> str:
        """Give the code that this message is refused with; empty: it is accepted."""
        try:
            code = self._refuse.read_text()
            self._refuse.unlink()
        except FileNotFoundError:
            return ""
        return code


class MailSink:
    """An SMTP server that accepts everything but what it is told to refuse."""

    def __init__(self, ledger: Ledger, orders: Orders) -> None:
        self._ledger, self._orders = ledger, orders

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=default)
        id_, code = str(mail["Message-ID"]).strip("<>").partition("@")[0], self._orders.refused()
        action = "refused" if code else "accepted"
        self._ledger.write(envelope.rcpt_tos[0], id_, f"{mail['Subject']} {_text(mail)}", action)
        await self._orders.held()
        return f"{code} Not now" if code else "250 Kept"


def _text(mail) -> str:
    part = mail.get_body(("plain",))
    return part.get_content() if part is not None else ""


def web_sink(ledger: Ledger, orders: Orders):
    """Give a handler of HTTP connections that accepts every webhook and chat message but what it is told to refuse."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
                body = await reader.readexactly(int(found[1]) if found else 0)
                to, id_, said = _read(head, json.loads(body))
                code = "500" if to.startswith(REFUSED) else orders.refused()
                ledger.write(to, id_, said, "refused" if code else "accepted")
                await asyncio.sleep(SLOW_S if to.startswith(SLOW) else 0)
                await orders.held()
                writer.write(f"HTTP/1.1 {code or 200} Said\r\nContent-Length: 2\r\n\r\n{{}}".encode())
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
    return head.split(b" ")[1].decode(), id_[1].decode() if id_ else "", json.dumps(said["data"])


async def main(kind: str, path: Path, folder: Path) -> None:
    """Serve until ended."""
    ledger, orders = Ledger(path), Orders(folder, kind)
    loop = asyncio.get_running_loop()
    if kind == "smtp":
        sink = MailSink(ledger, orders)
        server = await loop.create_server(lambda: SMTP(sink, hostname="sink.example", loop=loop), HOST, 0)
    else:
        server = await asyncio.start_server(web_sink(ledger, orders), HOST, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
