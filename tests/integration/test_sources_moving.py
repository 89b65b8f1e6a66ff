"""Sources that move, end or are paused: which redirects are believed, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.store import sources
from services.store.states import Health, SourceState
from services.store.tables import Article, Source
from tests.feed_site import Said, rss
from tests.newsroom import Newsroom, fresh


def test_a_permanent_redirect_is_believed_the_third_time(room: Newsroom) -> None:
    new = room.site.at("/new", rss(*fresh(1)))
    room.watch(room.site.at("/old", Said(status=301, headers={"Location": "/new"})))
    for polled in range(3):
        assert room.row().url == room.site.url + "/old"
        room.poll() if polled == 0 else room.at_next()
    assert room.row().url == new
    assert room.health() is Health.MOVED
    assert "Moved from" in room.row().reason
    assert [change.line.partition(":")[0] for change in room.told] == ["Gazette has moved"]
    room.at_next()
    assert len(room.site.asked("/old")) == 3
    room.now += timedelta(days=8)
    room.poll()
    assert room.health() in (Health.HEALTHY, Health.QUIET)


@pytest.mark.parametrize("status", [302, 307, 303])
def test_a_passing_redirect_is_never_taken_over(room: Newsroom, status: int) -> None:
    room.site.at("/new", rss(*fresh(1)))
    room.watch(room.site.at("/old", Said(status=status, headers={"Location": "/new"})))
    room.poll()
    for _ in range(4):
        room.at_next()
    assert room.row().url == room.site.url + "/old"
    assert len(room.all(Article)) == 1


def test_redirects_to_different_places_are_not_added_up(room: Newsroom) -> None:
    places = iter(["/a", "/a", "/b", "/a", "/a"])
    for path in ("/a", "/b"):
        room.site.at(path, rss(*fresh(1)))
    room.watch(room.site.at("/old", lambda _seen: Said(status=308, headers={"Location": next(places)})))
    room.poll()
    for _ in range(4):
        room.at_next()
    assert room.row().url == room.site.url + "/old"


def test_a_source_that_moved_to_one_watched_already_ends_and_says_so(room: Newsroom) -> None:
    room.watch(room.site.at("/new", rss(*fresh(1))), "New")
    room.watch(room.site.at("/old", Said(status=301, headers={"Location": "/new"})))
    for _ in range(3):
        room.poll()
        room.now = max(row.next_poll_at for row in room.all(Source) if row.next_poll_at)
    assert room.health() is Health.GONE
    assert 'watched already as "New"' in room.row().reason


def test_gone_is_for_good_until_somebody_resumes_it(room: Newsroom) -> None:
    room.watch(room.site.at("/feed", Said("gone", 410)))
    room.poll()
    assert room.health() is Health.GONE
    room.now += timedelta(days=30)
    assert room.poll() == 0
    with room.store.write() as work:
        sources.resume(work.session, sources.get(work.session, "Gazette"), room.now)
    assert room.poll() == 1


def test_a_paused_source_stays_paused_although_a_poll_was_under_way(room: Newsroom) -> None:
    def pause(_seen) -> Said:
        with room.store.write() as work:
            sources.pause(work.session, sources.get(work.session, "Gazette"))
        return Said(rss(*fresh(1)))

    room.watch(room.site.at("/feed", pause))
    room.poll()
    assert (room.row().state, room.row().next_poll_at) == (SourceState.PAUSED, None)
