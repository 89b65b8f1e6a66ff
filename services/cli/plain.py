"""Values as programs read them: times in UTC, to the second."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.cli.words import stamp


def plain(value: Any) -> Any:  # Any: JSON
    """Write the times in a value as texts."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return stamp(value) if isinstance(value, datetime) else value
