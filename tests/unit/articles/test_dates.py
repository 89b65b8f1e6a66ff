"""Dates are read as UTC, and those that no article has are none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.articles.dates import read_date

NINE = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-05-04T09:00:00Z", NINE),
        ("2026-05-04T02:00:00-07:00", NINE),
        ("2026-05-04 09:00:00 +00:00", NINE),
        ("2026-05-04T09:00:00", NINE),
        ("2026-05-04", datetime(2026, 5, 4, tzinfo=UTC)),
        ("Mon, 04 May 2026 09:00:00 GMT", NINE),
        ("Mon, 04 May 2026 02:00:00 -0700", NINE),
        ("4 May 2026 09:00:00 +0000", NINE),
        ("0000-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("Fri, 31 Dec 9999 23:59:59 -1475", None),
        ("2026-05-04T09:00:00+14:75", None),
        ("31 Feb 2026", None),
        ("soon", None),
        ("", None),
        ("9" * 1_000_000, None),
        (None, None),
        (20260504, None),
    ],
)
def test_a_date_is_read_in_utc_or_not_at_all(value: object, expected: datetime | None) -> None:
    assert read_date(value) == expected
