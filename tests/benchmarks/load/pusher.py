"""Pushes articles to the API by the clock or as fast as they are taken, over so many connections, and notes the times."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, deque
from dataclasses import dataclass, field

from tests.benchmarks.load.town import Planned
from tests.parts import HOST


@dataclass(slots=True)
class Pushes:
    """When each title was pushed, how long the answers took, and which answers came."""

    at: dict[str, float] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)


async def push(
    articles: list[Planned], port: int, token: str, *, per_s: float | None, connections: int, tell=lambda _: None
) -> Pushes:  # fmt: skip
    """Push all; with `per_s` no earlier than its turn. An article that is refused with 503 is pushed again as told."""
    done, queue, began = Pushes(), deque(enumerate(articles)), time.monotonic()

    async def one() -> None:
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            while queue:
                number, article = queue.popleft()
                if per_s is not None:
                    await asyncio.sleep(max(0.0, began + number / per_s - time.monotonic()))
                if not await _push(article, reader, writer, token, done):
                    writer.close()
                    reader, writer = await asyncio.open_connection(HOST, port)
                tell(1)
        finally:
            writer.close()

    await asyncio.gather(*(one() for _ in range(min(connections, len(articles)))))
    return done


async def _push(
    article: Planned, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str, done: Pushes
) -> bool:
    body = json.dumps({"external_id": article.title, "title": article.title, "text": article.text}).encode()
    head = (
        f"POST /api/v1/articles HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    done.at.setdefault(article.title, time.monotonic())
    while True:
        began = time.monotonic()
        writer.write(head.encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(answer.partition("content-length:")[2].partition("\r\n")[0] or 0)
        said = await reader.readexactly(length)
        status = int(answer.split(" ", 2)[1])
        done.answers[status] += 1
        done.took.append(time.monotonic() - began)
        if status == 503:
            await asyncio.sleep(float(answer.partition("retry-after:")[2].partition("\r\n")[0] or 1))
            continue
        if status != 202 and len(done.odd) < 5:
            done.odd.append(said.decode(errors="replace")[:300])
        return "connection: close" not in answer
