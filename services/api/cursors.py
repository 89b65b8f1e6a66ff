"""Pages of a list: `{"items": […], "next": cursor}`, `limit` items at a time."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.cursors import by_name, by_time, name_cursor, time_cursor

__all__ = ["Cursor", "Limit", "by_name", "by_time", "name_cursor", "time_cursor"]

Limit = Annotated[int, Query(ge=1, le=200, description="how many items at most, 1 to 200")]
Cursor = Annotated[str | None, Query(max_length=600, description="`next` of the page before")]
