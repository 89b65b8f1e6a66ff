"""The receiver of the webhooks, a process of its own: notes path, id, title and time before it answers.

`python -m tests.benchmarks.load.sink LEDGER` prints its port. A line of the ledger: PATH ID TIME TITLE, by tabs; the time
is that of the machine's monotonic clock, which all processes share.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import time

from tests.parts import HOST

_LENGTH, _ID = re.compile(rb"(?i)\r\ncontent-length: *(\d+)"), re.compile(rb"(?i)\r\nwebhook-id: *([^\r]*)")


class Sink(asyncio.Protocol):
    """One connection."""

    def __init__(self, file: int) -> None:
        self._file, self._got = file, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        while (end := self._got.find(b"\r\n\r\n")) >= 0:
            head = self._got[: end + 2]
            found = _LENGTH.search(head)
            whole = end + 4 + (int(found[1]) if found else 0)
            if len(self._got) < whole:
                return
            body, self._got = self._got[end + 4 : whole], self._got[whole:]
            self._note(head, body)
            self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")

    def _note(self, head: bytes, body: bytes) -> None:
        now = time.monotonic()
        id_ = _ID.search(head)
        title = json.loads(body).get("data", {}).get("article", {}).get("title", "")
        path = head.split(b" ", 2)[1].decode()
        os.write(self._file, f"{path}\t{id_[1].decode() if id_ else ''}\t{now:.4f}\t{title}\n".encode())


async def main(ledger: str) -> None:
    """Serve until ended."""
    file = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    server = await asyncio.get_running_loop().create_server(lambda: Sink(file), HOST, 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
