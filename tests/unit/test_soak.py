"""How the soak tells memory that grows from processes that end and begin again."""

from __future__ import annotations

import pytest

from tests.faults.rigs_soak import WARM_S, growth


def test_what_grows_within_processes_is_told_from_their_ends_and_begins() -> None:
    """One grows by 6 MiB an hour; another, of 80 MiB throughout, is another process every ten minutes."""
    readings = [
        (WARM_S + 20.0 * n, {1: 100.0 + 6.0 * 20.0 * n / 3600, 100 + n // 30: 80.0}) for n in range(180)
    ]  # fmt: skip
    found = growth(readings)
    assert found["rss_slope_mib_h"] == pytest.approx(6.0, abs=0.1)
    assert 0 < float(str(found["process_slope_mib_h"])) <= 6.0
    assert growth([(at, dict.fromkeys(held, 50.0)) for at, held in readings])["process_slope_mib_h"] == 0


def test_a_run_that_was_over_before_it_was_warm_says_nothing() -> None:
    assert growth([(20.0 * n, {1: 1.0}) for n in range(30)]) == {}
