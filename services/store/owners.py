"""Whose rows a list shows: those of one person or team, or of several together."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import col

Owner = str | frozenset[str]
"""The id of a person or team, or the ids of a person and of their teams."""


def belongs(column: Any, owner: Owner) -> ColumnElement[bool]:  # Any: a column as SQLModel types it, by its value
    """Say in SQL that a row is the owner's."""
    if isinstance(owner, str):
        return col(column) == owner
    return col(column).in_(sorted(owner))
