"""The clock, read where a process works and passed on as `now`."""

from __future__ import annotations

import time
from datetime import UTC, datetime

DRIFT_S = 5.0  # a clock that is only kept right moves by less between two looks


def now() -> datetime:
    """Give the time, aware and in UTC."""
    return datetime.now(UTC)


class Steps:
    """Notices that the clock was set, by the monotonic one, which is never set: looked at now and then."""

    def __init__(self) -> None:
        self._ahead: float | None = None
        self._since = time.monotonic()

    def went_back(self, now: datetime) -> bool:
        """Look; say whether it was set back since the last look. The first cannot know, and says so too."""
        before, self._ahead = self._ahead, now.timestamp() - time.monotonic()
        if before is not None and abs(self._ahead - before) <= DRIFT_S:
            return False
        self._since = time.monotonic()
        return before is None or self._ahead < before

    def steady_s(self) -> float:
        """Give for how many seconds the clock is known to have gone as it should."""
        return time.monotonic() - self._since
