"""The shipped gazetteer, read once for all tests."""

from __future__ import annotations

from pathlib import Path

from services.places.gazetteer import Gazetteer, shipped

FOLDER = Path(__file__).resolve().parents[3] / "config/places"


def gazetteer() -> Gazetteer:
    """Give it."""
    return shipped(FOLDER)
