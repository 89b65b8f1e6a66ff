"""A TCP proxy that misbehaves as told: it stands between the service and a mail server, a web server, a broker or a
database. It runs in a thread with a loop of its own; what it does may be changed at any moment.

    latency      each piece waits `strength` seconds
    bandwidth    `strength` bytes a second
    slicer       pieces of `strength` bytes, each in a packet of its own
    slow_close   the end of a connection is passed on after `strength` seconds
    swallow      nothing passes and nothing is said, as on a line that is cut
    no_answer    what is asked passes, no answer comes back
    limit        a connection is cut after `strength` bytes of what is asked
    reset        every connection is reset, at once or after `strength` seconds
    down         nobody listens
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.parts import HOST, free_port

TOXICS = ("latency", "bandwidth", "slicer", "slow_close", "swallow", "no_answer", "limit", "reset", "down")


@dataclass(frozen=True, slots=True)
class Toxic:
    """What the proxy does, and how strongly; the unit is the one of the table above."""

    name: str = ""
    strength: float = 0.0


@dataclass(slots=True, eq=False)
class _Link:
    """One connection through the proxy."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    asked: int = 0

    def reset(self) -> None:
        """Cut it so that both sides see it at once."""
        for writer in (self.client, self.server):
            found = writer.get_extra_info("socket")
            if found is not None and found.family != socket.AF_UNIX:
                with suppress(OSError):
                    found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()


class Proxy:
    """One listening port in front of a port of this machine, or of a socket's path."""

    def __init__(self, to: int | Path) -> None:
        self._to, self.port = to, free_port()
        self._toxic, self._links = Toxic(), set[_Link]()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True).start()
        self._do(self._listen())

    def set(self, name: str = "", strength: float = 0.0) -> None:
        """Misbehave from now on, or behave again; connections that stand feel it too."""
        self._do(self._become(Toxic(name, strength)))

    def close(self) -> None:
        """Let everything go."""
        self._do(self._become(Toxic("down")))
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _do(self, what) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, HOST, self.port)

    async def _become(self, toxic: Toxic) -> None:
        cut = toxic.name in ("down", "reset") or self._toxic.name in ("swallow", "no_answer")
        self._toxic = toxic
        if cut and not toxic.strength:
            for link in list(self._links):
                link.reset()
        if toxic.name == "down" and self._server is not None:
            self._server.close()
            self._server = None
        elif toxic.name != "down":
            await self._listen()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await (asyncio.open_unix_connection(str(self._to)) if isinstance(self._to, Path)
                           else asyncio.open_connection(HOST, self._to))  # fmt: skip
        except OSError:
            writer.transport.abort()
            return
        link = _Link(writer, there[1])
        self._links.add(link)
        try:
            await asyncio.gather(self._pump(reader, link, asks=True), self._pump(there[0], link, asks=False))
        finally:
            self._links.discard(link)
            link.reset()

    async def _pump(self, reader: asyncio.StreamReader, link: _Link, *, asks: bool) -> None:
        writer = link.server if asks else link.client
        try:
            while piece := await reader.read(1 << 16):
                await self._pass(piece, writer, link, asks=asks)
            if self._toxic.name == "slow_close":
                await asyncio.sleep(self._toxic.strength)
            writer.close()
        except OSError:
            link.reset()  # as a killed process resets its lines: the other side must see that too

    async def _pass(self, piece: bytes, writer: asyncio.StreamWriter, link: _Link, *, asks: bool) -> None:
        toxic = self._toxic
        link.asked += len(piece) if asks else 0
        if toxic.name == "swallow" or (toxic.name == "no_answer" and not asks):
            return
        if toxic.name == "reset" or (toxic.name == "limit" and link.asked > toxic.strength):
            await asyncio.sleep(toxic.strength if toxic.name == "reset" else 0)
            link.reset()
            return
        if toxic.name == "latency":
            await asyncio.sleep(toxic.strength)
        size = int(toxic.strength) if toxic.name in ("slicer", "bandwidth") else len(piece)
        for start in range(0, len(piece), max(1, size)):
            writer.write(piece[start : start + max(1, size)])
            await writer.drain()
            if toxic.name in ("slicer", "bandwidth"):
                await asyncio.sleep(0.001 if toxic.name == "slicer" else 1.0)
