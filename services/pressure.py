"""Say no before it is too much: what was taken in is kept and told, so no more is taken in than can be.

    50,000 articles wait to be matched, or one for 10 minutes     pushes are refused, feeds are polled half as often
    one waits for more than a minute                              previews wait for a quieter time
    less than a tenth and less than 1 GiB of the disk is free     nothing is taken in; deliveries go on

A refusal says when to come again: the time in which what waits will be matched, 5 to 300 seconds.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from services.errors import OutsideError
from services.store import backlog
from services.store.backlog import Backlog
from services.store.work import Store

LOOK_S = 1.0  # so long one look counts
LAG_S = 60.0
LEAST_SHARE, LEAST_BYTES = 0.1, 1 << 30
_DISK_S = 60.0


class Pressure:
    """What one process knows of it. Safe to share between threads."""

    def __init__(self, store: Store, data: Path, clock: Callable[[], datetime]) -> None:
        self._store, self._data, self._clock = store, data, clock
        self._looking = threading.Lock()
        self._seen = Backlog(0, 0.0, 5.0)
        self._until = 0.0

    def check_intake(self) -> None:
        """Raise if nothing is to be taken in at the moment, with the seconds to wait."""
        if self.disk_is_full():
            raise OutsideError(
                "The disk is nearly full: nothing is taken in until there is room", code="disk", retry_after_s=_DISK_S
            )
        seen = self.look()
        if seen.is_long:
            message = f"{seen.waiting:,} articles wait to be matched, the oldest for {seen.oldest_s:.0f} s"
            raise OutsideError(message, code="busy", retry_after_s=seen.drain_s)

    def check_preview(self) -> None:
        """Raise if the processor is wanted for articles that wait."""
        seen = self.look()
        if seen.oldest_s > LAG_S:
            message = f"Articles wait for {seen.oldest_s:.0f} s to be matched, and go first. Try again in a while"
            raise OutsideError(message, code="busy", retry_after_s=seen.drain_s)

    def pauses_polling(self) -> bool:
        """Whether feeds are to be left alone for this time: always while the disk is full, else every other minute."""
        if self.disk_is_full():
            return True
        return self.look().is_long and self._clock().minute % 2 == 1

    def look(self) -> Backlog:
        """Give what waits, as it was a second ago at most."""
        with self._looking:
            if time.monotonic() >= self._until:
                with self._store.read() as session:
                    self._seen = backlog.look(session, self._clock())
                self._until = time.monotonic() + LOOK_S
            return self._seen

    def disk_is_full(self) -> bool:
        """Whether so little of the disk of the data folder is free that only what is there may be told."""
        try:
            disk = shutil.disk_usage(self._data)
        except OSError:
            return False  # no folder there: the database is elsewhere
        return disk.free < min(LEAST_SHARE * disk.total, LEAST_BYTES)
