from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from services import cursors
from services.api.problems import MalformedError

AT = datetime(2026, 11, 19, 9, 13, 31, 123456, tzinfo=UTC)
GOOD = cursors.time_cursor("alerts", AT, "a1")


def test_a_cursor_leads_back_to_its_place() -> None:
    assert cursors.by_time("alerts", GOOD) == (AT, "a1")
    assert cursors.by_name("sources", cursors.name_cursor("sources", "Zürich Post")) == "Zürich Post"


def test_no_cursor_is_the_beginning() -> None:
    assert cursors.by_time("alerts", None) is None
    assert cursors.by_name("sources", None) == ""


def test_a_time_in_another_zone_is_the_same_place() -> None:
    east = AT.astimezone(timezone(timedelta(hours=9)))
    found = cursors.by_time("alerts", cursors.time_cursor("alerts", east, "a1"))
    assert found == (AT, "a1")


@pytest.mark.parametrize(
    "cursor", ["", "x", "é", "AAAA", GOOD[:-4], GOOD[1:], "A" + GOOD[1:], GOOD[:20] + "x" + GOOD[21:], "=" * 9]
)
def test_a_forged_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(MalformedError):
        cursors.by_time("alerts", cursor)


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(MalformedError):
        cursors.by_time("deliveries", GOOD)
    with pytest.raises(MalformedError):
        cursors.by_time("sources", cursors.name_cursor("sources", "push"))
