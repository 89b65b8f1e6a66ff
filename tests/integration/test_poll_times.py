"""When sources are polled: in their own rhythm, as their servers ask, and later after failures."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.feed_site import Said, rss
from tests.newsroom import HOUR, MINUTE, Newsroom, fresh


def test_a_source_is_polled_twice_in_its_usual_gap(room: Newsroom) -> None:
    room.watch(room.site.at("/feed", rss(*fresh(20, every=20 * MINUTE))))
    room.poll()
    assert room.due_in() == 10 * MINUTE


@pytest.mark.parametrize(("every", "due"), [(MINUTE, 2 * MINUTE), (timedelta(days=7), HOUR)])
def test_never_more_often_than_2_minutes_nor_less_often_than_60(
    room: Newsroom, every: timedelta, due: timedelta
) -> None:
    room.watch(room.site.at("/feed", rss(*fresh(20, every=every))))
    room.poll()
    assert room.due_in() == due


def test_a_source_whose_rhythm_nobody_knows_is_polled_every_five_minutes(room: Newsroom) -> None:
    room.watch(room.site.at("/feed", rss(("a", None))))
    room.poll()
    assert room.due_in() == 5 * MINUTE


def test_a_source_that_is_silent_is_asked_less_and_less_often(room: Newsroom) -> None:
    room.watch(room.site.at("/feed", rss(*fresh(20, every=10 * MINUTE))))
    room.poll()
    waits = []
    for _ in range(40):
        room.at_next()
        waits.append(room.due_in())
    assert waits == sorted(waits)
    assert waits[0] == 5 * MINUTE
    assert waits[-1] > 12 * MINUTE


def test_the_lifetime_that_a_feed_names_is_waited_for_up_to_an_hour(room: Newsroom) -> None:
    for seconds, due in ((1800, 30 * MINUTE), (999_999, HOUR), (60, 2 * MINUTE + 30 * timedelta(seconds=1))):
        name = f"S{seconds}"
        headers = {"Cache-Control": f"public, max-age={seconds}"}
        room.watch(room.site.at(f"/{seconds}", Said(rss(*fresh(20, every=5 * MINUTE)), headers=headers)), name)
        room.poll()
        assert room.due_in(name) == pytest.approx(due * (1.05 if seconds > 60 else 1), abs=timedelta(seconds=1)), name


@pytest.mark.parametrize("status", [429, 503, 500])
def test_a_server_that_asks_to_be_left_alone_is(room: Newsroom, status: int) -> None:
    room.watch(room.site.at("/feed", Said("busy", status, {"Retry-After": "7200"})))
    room.poll()
    assert timedelta(hours=2) <= room.due_in() <= timedelta(hours=2.3)


def test_a_busy_host_rests_with_all_its_sources(room: Newsroom) -> None:
    room.watch(room.site.at("/a", Said("busy", 429, {"Retry-After": "600"})), "A")
    room.poll()
    room.watch(room.site.at("/b", rss(*fresh(1))), "B")
    assert room.poll() == 0
    room.now += 11 * MINUTE
    assert room.poll() == 2


@pytest.mark.parametrize("value", ["-1", "1e99", "Fri, 31 Feb 2026 00:00:00 GMT", "soon", "9" * 400, ""])
def test_a_retry_after_that_makes_no_sense_does_no_harm(room: Newsroom, value: str) -> None:
    room.watch(room.site.at("/feed", Said("busy", 503, {"Retry-After": value})))
    room.poll()
    assert timedelta(0) < room.due_in() <= timedelta(hours=27)


def test_failures_wait_longer_each_time_up_to_an_hour_and_never_stop(room: Newsroom) -> None:
    room.watch(room.site.at("/feed", Said("no", 500)))
    room.poll()
    waits = [room.due_in()]
    for _ in range(12):
        room.at_next()
        waits.append(room.due_in())
    assert waits[:4] == [5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 40 * MINUTE]
    assert set(waits[4:]) == {HOUR}


def test_sources_added_together_spread(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    for n in range(20):
        room.watch(room.site.at(f"/{n}", rss(("a", None))).replace("127.0.0.1", f"h{n}.example"), f"S{n}")
    assert room.poll() == 20
    assert len({room.due_in(f"S{n}") for n in range(20)}) == 20
