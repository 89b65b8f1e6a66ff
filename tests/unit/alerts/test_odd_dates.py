"""What a message says of a time that its source gave wrongly, or of an article that came late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.alerts.message import Clock
from services.alerts.message_words import odd_date
from services.articles.timely import judged

SEEN = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("claimed", "said"),
    [
        (SEEN - timedelta(hours=1), ""),
        (SEEN - timedelta(days=3), " (late: first seen today 12:00)"),
        (SEEN + timedelta(days=6), " (the source dates it in the future: 2026-12-01 12:00)"),
        (None, ""),
    ],
)
def test_an_odd_date_is_said_in_words(claimed: datetime | None, said: str) -> None:
    dated = judged(claimed, SEEN)
    clock = Clock(SEEN, SEEN, SEEN + timedelta(minutes=1), dated.published, dated.mark, claimed)
    assert odd_date(clock, "UTC") == said
