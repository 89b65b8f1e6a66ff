"""Threads that send: so many at once, and only so many of them for one channel, so that a slow one holds up itself."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)

EACH = 4  # sends at once to one channel


@dataclass(frozen=True, slots=True)
class Job:
    """One send, and the channel it is for."""

    channel: str
    call: Callable[[], None]

    def __call__(self) -> None:
        """Do it."""
        self.call()


class Turns:
    """Takes jobs and does them in its own threads; a job that fails is logged, and found again by its lease."""

    def __init__(self, threads: int, each: int = EACH) -> None:
        self._most, self._each = threads * 2, each
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="send")
        self._changed = threading.Condition()
        self._running: Counter[str] = Counter()
        self._waiting: dict[str, deque[Job]] = defaultdict(deque)
        self._taken = 0

    def run(self, jobs: Sequence[Job]) -> None:
        """Take jobs; returns at once."""
        with self._changed:
            for job in jobs:
                self._taken += 1
                self._waiting[job.channel].append(job)
                self._begin(job.channel)

    def room(self, seconds: float = 1.0) -> int:
        """Say how many more jobs are wanted; waits up to so many seconds until it is a good part of all."""
        until = time.monotonic() + seconds
        with self._changed:
            while self._taken > self._most // 2 and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)
            return max(self._most - self._taken, 0)

    def busy(self) -> frozenset[str]:
        """Name the channels that have enough to do already."""
        with self._changed:
            counts = {channel: self._running[channel] + len(its) for channel, its in self._waiting.items()}
            return frozenset(channel for channel, count in counts.items() if count >= self._each)

    def drain(self, seconds: float) -> bool:
        """Wait until all that was taken is done; false if the time was over before."""
        until = time.monotonic() + seconds
        with self._changed:
            while self._taken and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)
            return not self._taken

    def _begin(self, channel: str) -> None:
        its = self._waiting[channel]
        if its and self._running[channel] < self._each:
            self._running[channel] += 1
            self._threads.submit(self._do, its.popleft())

    def _do(self, job: Job) -> None:
        try:
            job()
        except Exception as error:  # noqa: BLE001  # whatever it was, the others go on
            log.error("a send failed", error=f"{type(error).__name__}: {error}"[:500])
        finally:
            with self._changed:
                self._taken -= 1
                self._running[job.channel] -= 1
                self._begin(job.channel)
                if not self._running[job.channel] and not self._waiting[job.channel]:
                    del self._running[job.channel], self._waiting[job.channel]
                self._changed.notify_all()
