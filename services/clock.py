"""The clock, read where a process works and passed on as `now`."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Give the time, aware and in UTC."""
    return datetime.now(UTC)
