"""Counts and rates, as the terminal and the pages write them."""

from __future__ import annotations

import pytest

from services import words


def test_a_count_says_its_noun() -> None:
    assert [words.count(number, "article") for number in (0, 1, 1312)] == ["0 articles", "1 article", "1,312 articles"]
    assert words.count(2, "delivery", "deliveries") == "2 deliveries"


@pytest.mark.parametrize(
    ("per_day", "shown"),
    [
        (1203.4, "1,203 alerts a day"), (1.5, "2 alerts a day"), (1.49, "one alert a day"), (0.76, "one alert a day"),
        (0.7, "one alert a day"), (0.6, "one alert every 2 days"), (0.5, "one alert every 2 days"), (0.3, "one alert every 3 days"), (0.0, "no alert"),
    ],
)  # fmt: skip
def test_a_rate_is_said_in_alerts_a_day_or_in_days_an_alert(per_day: float, shown: str) -> None:
    assert words.rate(per_day) == shown
