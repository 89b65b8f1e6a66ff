"""What becomes of a matched alert, and why."""

from datetime import UTC, datetime, time, timedelta

import pytest

from services.alerts.digest import Rhythm, slot
from services.alerts.policy import Act, Because, Decision, Known, Wishes, decide, together
from services.alerts.quiet import Quiet, quiet_span

NOW = datetime(2026, 11, 19, 17, 0, tzinfo=UTC)
GROUP = timedelta(minutes=5)
INSTANT = Wishes("instant", "America/Los_Angeles")


def a_moment_ago(minutes: float) -> Known:
    return Known(last_message_at=NOW - timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("kind", "known", "wishes", "act", "because"),
    [
        ("new", Known(), INSTANT, Act.TELL, Because.FIRST),
        ("new", a_moment_ago(6), INSTANT, Act.TELL, Because.FIRST),
        ("new", a_moment_ago(1), INSTANT, Act.GATHER, Because.RECENT),
        ("correction:1", a_moment_ago(1), INSTANT, Act.TELL, Because.CHANGED),
        ("update:2", a_moment_ago(1), INSTANT, Act.TELL, Because.CHANGED),
        ("new", Known(through="s2"), INSTANT, Act.TOLD, Because.TOLD),
        ("new", Known(), Wishes("daily", "UTC"), Act.GATHER, Because.CADENCE),
        ("new", a_moment_ago(1), Wishes("instant", "UTC", urgent=True), Act.TELL, Because.URGENT),
        ("new", Known(), Wishes("instant", "UTC", muted=True), Act.MUTED, Because.MUTED),
        ("new", Known(story_muted=True), INSTANT, Act.MUTED, Because.STORY_MUTED),
        ("new", Known(), Wishes("instant", "UTC", muted_until=NOW + GROUP), Act.GATHER, Because.SNOOZED),
        ("new", Known(), Wishes("instant", "UTC", quiet=Quiet(time(16), time(18))), Act.GATHER, Because.QUIET),
        ("update:1", Known(), Wishes("instant", "UTC", quiet=Quiet(time(16), time(18))), Act.TELL, Because.CHANGED),
        ("new", Known(), Wishes("instant", "UTC", True, quiet=Quiet(time(16), time(18))), Act.TELL, Because.URGENT),
        ("new", Known(), Wishes("hourly", "UTC", quiet=Quiet(time(16), time(18))), Act.GATHER, Because.QUIET),
        ("new", Known(flooded=True), INSTANT, Act.GATHER, Because.FLOOD),
        ("new", Known(flooded=True), Wishes("instant", "UTC", urgent=True), Act.TELL, Because.URGENT),
        ("new", Known("s2", waits_until=NOW + GROUP), INSTANT, Act.TELL, Because.FIRST),
        ("new", Known("s2", waits_until=NOW + GROUP), Wishes("daily", "UTC"), Act.TOLD, Because.TOLD),
        ("new", Known(), Wishes("instant", "UTC", muted_until=NOW), Act.TELL, Because.FIRST),
    ],
)
def test_an_alert_is_decided_with_its_reason(
    kind: str, known: Known, wishes: Wishes, act: Act, because: Because
) -> None:
    decision = decide(kind, known, wishes, NOW, GROUP)
    assert (decision.act, decision.because) == (act, because)


def test_gathered_alerts_leave_when_the_group_time_since_the_last_message_is_over() -> None:
    decision = decide("new", a_moment_ago(2), INSTANT, NOW, GROUP)
    assert decision.gathered is not None
    assert decision.gathered.closes == NOW + timedelta(minutes=3)


def test_a_clock_that_was_set_back_holds_no_alert_longer_than_the_group_time() -> None:
    decision = decide("new", a_moment_ago(-24 * 60), INSTANT, NOW, GROUP)
    assert decision.gathered is not None
    assert decision.gathered.closes == NOW + GROUP


def test_alerts_of_one_story_ride_with_the_one_that_is_told_now() -> None:
    tell = Decision(Act.TELL, Because.FIRST)
    gather = decide("new", a_moment_ago(1), INSTANT, NOW, GROUP)
    told = Decision(Act.TOLD, Because.TOLD, through="s2")
    assert [d.act for d in together([gather, tell, told])] == [Act.TELL, Act.TELL, Act.TOLD]
    assert together([gather, gather]) == [gather, gather]


@pytest.mark.parametrize(
    ("cadence", "now", "closes"),
    [
        ("hourly", datetime(2026, 11, 19, 17, 10, tzinfo=UTC), datetime(2026, 11, 19, 18, tzinfo=UTC)),
        ("daily", datetime(2026, 11, 19, 17, 10, tzinfo=UTC), datetime(2026, 11, 20, 15, 30, tzinfo=UTC)),
        ("daily", datetime(2026, 11, 19, 15, 29, tzinfo=UTC), datetime(2026, 11, 19, 15, 30, tzinfo=UTC)),
        ("weekly", datetime(2026, 11, 19, 17, 10, tzinfo=UTC), datetime(2026, 11, 23, 15, 30, tzinfo=UTC)),
        # The clock goes back on 1 November and forward on 14 March: the morning is the local one on both sides.
        ("daily", datetime(2026, 10, 31, 20, 0, tzinfo=UTC), datetime(2026, 11, 1, 15, 30, tzinfo=UTC)),
        ("daily", datetime(2027, 3, 13, 20, 0, tzinfo=UTC), datetime(2027, 3, 14, 14, 30, tzinfo=UTC)),
    ],
)
def test_digests_leave_at_local_times(cadence: str, now: datetime, closes: datetime) -> None:
    found = slot(cadence, "America/Los_Angeles", now)
    assert found.closes == closes
    assert found.opens <= now < found.closes


def test_digests_leave_at_the_time_and_on_the_day_that_their_reader_chose() -> None:
    found = slot("weekly", "Europe/Berlin", NOW, Rhythm(time(18, 15), 4))
    assert found.closes == datetime(2026, 11, 20, 17, 15, tzinfo=UTC)
    assert slot("hourly", "Asia/Kolkata", NOW).closes == datetime(2026, 11, 19, 17, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        (datetime(2026, 11, 19, 6, 0, tzinfo=UTC), datetime(2026, 11, 19, 15, 0, tzinfo=UTC)),
        (datetime(2026, 11, 19, 14, 59, tzinfo=UTC), datetime(2026, 11, 19, 15, 0, tzinfo=UTC)),
        (datetime(2026, 11, 19, 15, 0, tzinfo=UTC), None),
        (datetime(2026, 11, 20, 5, 59, tzinfo=UTC), None),
        # The night in which the clock goes back has one hour more.
        (datetime(2026, 11, 1, 5, 0, tzinfo=UTC), datetime(2026, 11, 1, 15, 0, tzinfo=UTC)),
    ],
)
def test_quiet_hours_go_over_midnight_by_the_local_clock(now: datetime, ends: datetime | None) -> None:
    span = quiet_span(Quiet(time(22), time(7)), "America/Los_Angeles", now)
    assert (span.ends if span else None) == ends
