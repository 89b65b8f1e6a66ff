"""Receivers that do wrong as `tests.faults.scripts` says: `python -m tests.faults.scripted LEDGER MESSAGES`.

It prints the ports of its web server and its mail server. A webhook's path is `/s/NAME`, a mail's address
`NAME@example.org`. A line of the ledger, written before any answer, is a message that was taken: {"to", "id"}.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from tests.faults.scripts import BY_NAME, HOSTS

HOST = "127.0.0.1"
SLOW_S, HANG_S = 1.5, 60.0
EACH = 3  # connections that begin with one fault of a host
_STATUS = re.compile(r"(\d{3})(?: (.*))?")
_NO_LENGTH = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
_ODD = {
    "slow": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK",
    "continued": "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK",
    "endless": "HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n",
    "dripping": "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n",
    "badchunks": _NO_LENGTH + "zz\r\nnot a length\r\n",
    "longhead": "HTTP/1.1 200 OK\r\nX-Long: " + "x" * 8_000 + "\r\nContent-Length: 2\r\n\r\nOK",
    "garbage": "SSH-2.0-OpenSSH_9.6\r\n",
    "halfhead": "HTTP/1.1 200 OK\r\nContent-Le",
}


class Receivers:
    """What was taken, and which try of which message this is."""

    def __init__(self, path: Path, messages: int) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._messages = messages
        self._tries: Counter[str] = Counter()
        self._hosts = iter([one for one in HOSTS for _ in range(EACH)])

    def take(self, to: str, id_: str) -> None:
        os.write(self._file, (json.dumps({"to": to, "id": id_}) + "\n").encode())

    def web_answer(self, name: str, id_: str) -> str:
        """Give the answer to this try of a message."""
        self._tries[id_] += 1
        answers = BY_NAME[name].answers
        return answers[min(self._tries[id_], len(answers)) - 1]

    def mail_answer(self, name: str) -> str:
        """Give the answer to this try of an address."""
        self._tries[name] += 1
        answers = BY_NAME[name].answers
        return answers[min((self._tries[name] - 1) // self._messages, len(answers) - 1)]

    # ---- webhooks ----

    async def serve_web(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._web(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _web(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        name = head.split(" ", 2)[1].rpartition("/")[2]
        id_ = re.search(r"(?i)\r\nwebhook-id: *([^\r]*)", head)
        assert id_ is not None
        answer = self.web_answer(name, id_[1])
        if answer == "cut-before":
            writer.transport.abort()
            return False
        length = re.search(r"(?i)\r\ncontent-length: *(\d+)", head)
        await reader.readexactly(int(length[1]) if length else 0)
        if status := _STATUS.fullmatch(answer):
            if answer.startswith("2"):
                self.take(name, id_[1])
            writer.write(_plain(status[1], status[2]))
            await writer.drain()
            return True
        self.take(name, id_[1])
        await self._oddly(answer, writer)
        return False

    async def _oddly(self, answer: str, writer: asyncio.StreamWriter) -> None:
        if answer in ("hang", "slow"):
            await asyncio.sleep(HANG_S if answer == "hang" else SLOW_S)
        if answer == "cut":
            writer.transport.abort()
            return
        writer.write(_ODD.get(answer, "").encode())
        await writer.drain()
        while answer in ("endless", "dripping"):  # until the other side has enough
            writer.write(b"x" * 65_536 if answer == "endless" else b"x")
            await writer.drain()
            await asyncio.sleep(0 if answer == "endless" else 1.0)

    # ---- mail ----

    async def serve_mail(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await Mail(self, reader, writer, next(self._hosts, "")).serve()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class Mail:
    """One connection of a mail server. `host`: what goes wrong before it knows for whom the mail is, if anything."""

    def __init__(
        self, receivers: Receivers, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str
    ) -> None:
        self._receivers, self._reader, self._writer = receivers, reader, writer
        self._answer, self._name = host, ""

    async def serve(self) -> None:
        if not await self._wrong("connect"):
            await self._say("220 receiver.example ready")
        while line := (await self._reader.readuntil(b"\r\n")).decode().strip():
            await self._command(line)

    async def _command(self, line: str) -> None:
        verb = line[:4].upper()
        if verb == "RCPT":
            self._name = line.partition("<")[2].partition("@")[0]
            self._answer = self._receivers.mail_answer(self._name)
        if verb == "QUIT":
            await self._say("221 Bye")
            raise ConnectionResetError
        if await self._wrong(verb.lower()):
            return
        if verb == "DATA":
            await self._say("354 Go on")
            await self._text()
        else:
            await self._say("250 receiver.example")

    async def _text(self) -> None:
        text = (await self._reader.readuntil(b"\r\n.\r\n")).decode(errors="replace")
        id_ = re.search(r"(?im)^message-id: *<([^@>]*)", text)
        assert id_ is not None
        refused = self._answer[:3].isdigit() and self._answer.endswith(" dot")
        if not refused:
            self._receivers.take(self._name, id_[1])
        if self._answer == "slow":
            await asyncio.sleep(SLOW_S)
        if not await self._wrong("dot"):
            await self._say("250 Kept")

    async def _wrong(self, stage: str) -> bool:
        """Answer a stage as the script says; give whether it went wrong."""
        how, _, where = self._answer.partition(" ")
        if where != stage:
            return False
        if how == "hang":
            await asyncio.sleep(HANG_S)
        if not how[:3].isdigit():
            self._writer.transport.abort()
            raise ConnectionResetError
        await self._say(f"{how.replace('-', ' ')} Not this one")
        return True

    async def _say(self, line: str) -> None:
        self._writer.write(f"{line}\r\n".encode())
        await self._writer.drain()


def _plain(status: str, wait: str | None) -> bytes:
    """Write a plain answer; with Retry-After if something is given for it, `in N` as a date."""
    head = f"HTTP/1.1 {status} Said\r\nLocation: /elsewhere\r\nContent-Length: 2\r\n"
    if wait is not None:
        seconds = re.fullmatch(r"in (\d+)", wait)
        at = format_datetime(datetime.now(UTC) + timedelta(seconds=int(seconds[1])), usegmt=True) if seconds else wait
        head += f"Retry-After: {at}\r\n"
    body = b"" if status == "204" else b"OK"
    return head.replace("Content-Length: 2", f"Content-Length: {len(body)}").encode() + b"\r\n" + body


async def main(path: Path, messages: int) -> None:
    """Serve until ended."""
    receivers = Receivers(path, messages)
    web = await asyncio.start_server(receivers.serve_web, HOST, 0, limit=1 << 20)
    mail = await asyncio.start_server(receivers.serve_mail, HOST, 0, limit=1 << 20)
    print(web.sockets[0].getsockname()[1], mail.sockets[0].getsockname()[1], flush=True)
    await asyncio.gather(web.serve_forever(), mail.serve_forever())


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
