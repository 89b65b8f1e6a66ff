"""Turns at writing to SQLite, which lets one writer in at a time and keeps no line: who comes back at once goes first,
and who waits looks again after growing pauses. A worker with many short transactions kept others out for ten seconds.

Threads of one process stand in a line. Processes pass two locks of a file beside the database: whoever waits for the
second holds the first, so that a process that has just written stands behind it. Both only order the writers; the
database's own lock keeps them apart. So a process that is paused in the line makes the others slower, not wrong.
"""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LINE_S = 1.0  # longer than this no process waits in the line; it then asks the database itself
WITHOUT_LINE_S = 5.0  # for so long after that the line is not used
PAUSE_S, MOST_PAUSE_S = 0.0003, 0.002
_NEXT, _WRITER = 0, 1  # bytes of the file


class Line:
    """A lock that threads get in the order in which they asked for it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._waiting: deque[threading.Lock] = deque()

    def acquire(self, timeout: float) -> bool:
        """Wait for the lock; false if the time was over before."""
        with self._guard:
            if not self._held:
                self._held = True
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=timeout):
            return True
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        return True  # it was handed over at the last moment

    def release(self) -> None:
        """Hand the lock to whoever has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


class Turnstile:
    """The line of the processes of one host that write to one file."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}-turn")
        self._file: int | None = None
        self._without_until = 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for this process's turn, or go without one where there is no line; one thread at a time."""
        ours = time.monotonic() >= self._without_until and self._pass(time.monotonic() + LINE_S)
        try:
            yield
        finally:
            if ours:
                self._unlock(_WRITER)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _pass(self, until: float) -> bool:
        try:
            if self._file is None:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if not self._lock(_NEXT, until):
                return False
            try:
                return self._lock(_WRITER, until)
            finally:
                self._unlock(_NEXT)
        except OSError:  # no place for the file, or no locks there
            self._without_until = time.monotonic() + WITHOUT_LINE_S
            return False

    def _lock(self, byte: int, until: float) -> bool:
        pause = PAUSE_S
        while True:
            try:
                fcntl.lockf(self._known(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
            except OSError as error:
                if error.errno not in (errno.EACCES, errno.EAGAIN):
                    raise
            else:
                return True
            if time.monotonic() > until:
                self._without_until = time.monotonic() + WITHOUT_LINE_S
                return False
            time.sleep(pause)
            pause = min(pause * 1.5, MOST_PAUSE_S)

    def _unlock(self, byte: int) -> None:
        fcntl.lockf(self._known(), fcntl.LOCK_UN, 1, byte)

    def _known(self) -> int:
        assert self._file is not None
        return self._file
