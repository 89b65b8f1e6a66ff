"""Deliveries on their way, asked for as the index of those reads: by a state that is written out.

With the state as a parameter SQLite cannot know that it is a live one, and goes through all deliveries there ever were.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, literal_column, or_
from sqlmodel import col

from services.store.states import DeliveryState
from services.store.tables import Delivery

LIVE = (DeliveryState.PENDING, DeliveryState.LEASED, DeliveryState.INFLIGHT, DeliveryState.UNCERTAIN)


def in_state(*states: DeliveryState) -> ColumnElement[bool]:
    """Say that a delivery is in one of these states."""
    return or_(*(col(Delivery.state) == literal_column(f"'{state.value}'") for state in states))
