"""Lists on pages: their cursors, and addresses with what was chosen."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

Cursor = Annotated[str | None, Query(max_length=600)]


def address(path: str, **query: str | None) -> str:
    """Give an address with those parts of its query that are not empty."""
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path
