"""Let only a few look back at once in a process, so that other requests are answered meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from services.errors import OutsideError

_AT_ONCE = threading.BoundedSemaphore(2)  # each keeps one core busy for about a second
_WAIT_S = 10.0


@contextmanager
def turn() -> Iterator[None]:
    """Wait for a turn, and hold it for the block. Raises `OutsideError` if none comes."""
    if not _AT_ONCE.acquire(timeout=_WAIT_S):
        raise OutsideError("Tocsin looks back for others just now. Try again in a moment", retry_after_s=5)
    try:
        yield
    finally:
        _AT_ONCE.release()
