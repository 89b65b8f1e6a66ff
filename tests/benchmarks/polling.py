"""How many sources one worker polls: `python -m tests.benchmarks.polling [--sources 5000] [--seconds 240] [--json]`.

A local server with latency (80 ms at the median, 1 s for the slowest of a hundred) answers for as many hosts as there are
sources; a fifth change between two polls, half of the rest have validators. One worker with its usual 32 threads and
SQLite polls them: first all at once (every feed is new), then for some minutes at the tightest rhythm there is, every
source each two minutes. Late is how long after its time a source is asked. The floor is the same requests through the
gate by the same number of threads, with nothing read and nothing kept.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import random
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import func, select, update
from sqlmodel import col

from services import clock
from services.fetching import fetch
from services.guard import Gate
from services.sources import recording
from services.sources.poll import AT_ONCE, Kit, Poller, due_polls
from services.sources.rhythm import Rhythm
from services.store import sources
from services.store.schema import upgrade
from services.store.secrets import Vault
from services.store.source_tables import Poll, Source
from services.store.tables import Article
from services.store.work import Store, open_store
from tests.feed_site import rss

SEED = 20261125
ITEMS = 5
EVERY = timedelta(minutes=2)


def serve(ready: multiprocessing.connection.Connection, seed: int) -> None:
    """Answer for all hosts, with latency, until killed."""
    chance = random.Random(seed)
    asked: dict[str, int] = {}
    bodies: dict[int, bytes] = {}

    def body(version: int) -> bytes:
        if version not in bodies:
            now = datetime.now(UTC)
            bodies[version] = rss(*[(f"a{version + n}", now - n * timedelta(minutes=4)) for n in range(ITEMS)]).encode()
        return bodies[version]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            host = head.partition("host: ")[2].partition("\r\n")[0].partition(":")[0]
            number = int(host.partition(".")[0].lstrip("h") or 0)
            await asyncio.sleep(min(chance.lognormvariate(-2.5, 1.0), 2.0))
            times = asked[host] = asked.get(host, 0) + 1
            version = sum(1 for n in range(1, times) if (number + n) % 5 == 0)
            tag = f'"{version}"'
            if number % 2 and f"if-none-match: {tag}" in head:
                writer.write(b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")
            else:
                etag = f"ETag: {tag}\r\n" if number % 2 else ""
                data = body(version)
                head_out = f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n{etag}Content-Length: {len(data)}\r\nConnection: close\r\n\r\n"
                writer.write(head_out.encode() + data)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1000)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def measure(count: int, seconds: float) -> dict[str, float | int]:
    """Run it once and give the numbers."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, SEED), daemon=True)
    server.start()
    port = ours.recv()
    gate = Gate(["127.0.0.0/8"], look_up=lambda _host, _port: ["127.0.0.1"])
    with tempfile.TemporaryDirectory(prefix="tocsin-polling-") as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'tocsin.db'}")
        upgrade(store)
        try:
            return _measured(store, gate, port, count, seconds)
        finally:
            store.close()
            server.terminate()
            server.join()


def _measured(store: Store, gate: Gate, port: int, count: int, seconds: float) -> dict[str, float | int]:
    vault = Vault([Fernet.generate_key().decode()])
    urls = [f"http://h{n}.bench:{port}/feed" for n in range(count)]
    with store.write() as work:
        for n, url in enumerate(urls):
            sources.add(work.session, vault, name=f"S{n}", url=url, language=None, now=clock.now())
    bounds = Rhythm(first=EVERY, least=EVERY, most=EVERY, lease=timedelta(seconds=60))
    kit = Kit(store, gate, vault, clock.now, bounds)
    late = _watch_lateness()
    began, cpu = time.monotonic(), time.process_time()
    Poller(kit, (due_polls,)).once()
    first_s, first_cpu = time.monotonic() - began, time.process_time() - cpu
    _spread(store, count)
    late.clear()
    floor = _floor(gate, urls, min(count, 1500))
    before = _polls(store)
    stopping = threading.Event()
    threading.Timer(seconds, stopping.set).start()
    began, cpu = time.monotonic(), time.process_time()
    Poller(kit, (due_polls,)).run(stopping)
    steady_s, steady_cpu = time.monotonic() - began, time.process_time() - cpu
    polled = _polls(store) - before
    late.sort()
    return {
        "sources": count, "wanted_per_s": round(count / EVERY.total_seconds(), 1), "first_round_s": round(first_s, 1),
        "first_round_per_s": round(count / first_s, 1), "first_cpu_ms": round(1000 * first_cpu / count, 2),
        "steady_s": round(steady_s, 1), "steady_polls": polled, "steady_per_s": round(polled / steady_s, 1),
        "steady_cpu_ms": round(1000 * steady_cpu / max(polled, 1), 2), "steady_cpu_share": round(steady_cpu / steady_s, 2),
        "late_p50_s": _at(late, 0.5), "late_p99_s": _at(late, 0.99), "late_most_s": _at(late, 1.0),
        "failed": _polls(store, ok=False), "articles": _count(store, Article),
        "floor_per_s": round(floor, 1), "first_round_to_floor": round(count / first_s / floor, 2),
    }  # fmt: skip


def _watch_lateness() -> list[float]:
    """Note with each recorded poll how late it was asked: from its due time to its answer kept."""
    late: list[float] = []
    record = recording.record

    def noted(session, claim, got, now, keeping):
        late.append((now - claim.row.next_poll_at).total_seconds())
        return record(session, claim, got, now, keeping)

    import services.sources.poll as poll

    poll.record = noted
    return late


def _spread(store: Store, count: int) -> None:
    """Let the sources be due evenly over the interval, as they are after some rounds."""
    now = clock.now() + timedelta(seconds=15)
    with store.write() as work:
        for n, id_ in enumerate(work.session.scalars(select(col(Source.id)).order_by(col(Source.name))).all()):
            due = now + EVERY * (n / count)
            work.session.execute(update(Source).where(col(Source.id) == id_).values(next_poll_at=due))


def _floor(gate: Gate, urls: list[str], count: int) -> float:
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda url: fetch(gate, url, {}, 1 << 20, 30), urls[:count]))
    return count / (time.monotonic() - began)


def _polls(store: Store, *, ok: bool | None = None) -> int:
    with store.read() as session:
        query = select(func.count()).select_from(Poll)
        return int(session.scalar(query if ok is None else query.where(col(Poll.ok) == ok)) or 0)


def _count(store: Store, table: type) -> int:
    with store.read() as session:
        return int(session.scalar(select(func.count()).select_from(table)) or 0)


def _at(values: list[float], part: float) -> float:
    return round(values[min(int(part * len(values)), len(values) - 1)], 2) if values else 0.0


def main() -> int:
    """Measure, print, and say by the exit code whether every source was polled within its interval."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=240.0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.sources, given.seconds)
    within = found["late_most_s"] < EVERY.total_seconds() and found["failed"] == 0
    if given.json:
        print(json.dumps(found | {"within": within}))
        return 0 if within else 1
    print(
        f"{found['sources']:,} sources, each every {EVERY.total_seconds():.0f} s: {found['wanted_per_s']} polls a second are wanted"
    )
    print(
        f"  all at once, all new   {found['first_round_s']} s, {found['first_round_per_s']} a second, {found['first_round_to_floor']} of the floor, {found['first_cpu_ms']} ms CPU each"
    )
    print(
        f"  steadily               {found['steady_per_s']} a second, {found['steady_cpu_ms']} ms CPU each, {found['steady_cpu_share']} of a core"
    )
    print(
        f"  kept after its time    p50 {found['late_p50_s']} s, p99 {found['late_p99_s']} s, at most {found['late_most_s']} s"
    )
    print(f"  floor                  {found['floor_per_s']} plain requests a second by {AT_ONCE} threads")
    print(
        f"  {found['failed']} failed, {found['articles']:,} articles. {'Every source was polled within its interval' if within else 'NOT within the interval'}"
    )
    return 0 if within else 1


if __name__ == "__main__":
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    sys.exit(main())
