"""Sources are polled as they ask to be, in their rhythm, by any number of workers, and say how they do."""

from __future__ import annotations

import gzip
import threading
from datetime import datetime, timedelta

import pytest

from services.sources.poll import Kit, Poller
from services.sources.rhythm import Rhythm
from services.store import polls, sources
from services.store.source_tables import Host
from services.store.states import Health, SourceState
from services.store.tables import Article, Audit, Source
from services.store.tables import Poll as PollRow
from tests.builders import NOW
from tests.feed_site import Said, rss
from tests.newsroom import HOUR, MINUTE, Newsroom, fresh

# ---- asking again ----


def test_validators_go_back_as_they_came_and_a_304_brings_nothing(room: Newsroom) -> None:
    def answer(seen) -> Said:
        if seen.headers.get("if-none-match") == 'W/"x\'y"':
            return Said(status=304)
        return Said(rss(*fresh(3)), headers={"ETag": 'W/"x\'y"', "Last-Modified": "Thu, 19 Nov 2026 17:00:00 GMT"})

    room.watch(room.site.at("/feed", answer))
    room.poll()
    room.at_next()
    second = room.site.asked("/feed")[1].headers
    assert (second["if-none-match"], second["if-modified-since"]) == ('W/"x\'y"', "Thu, 19 Nov 2026 17:00:00 GMT")
    assert [(poll.ok, poll.status, poll.articles) for poll in room.all(PollRow)] == [(True, 200, 3), (True, 304, 0)]
    assert len(room.all(Article)) == 3


def test_a_body_that_is_the_same_is_not_read_again(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    room.watch(room.site.at("/feed", rss(*fresh(3))))
    room.poll()
    monkeypatch.setattr("services.sources.reading.read_apart", lambda *_: pytest.fail("read again"))
    assert room.at_next() == 1
    assert room.health() is Health.HEALTHY


@pytest.mark.parametrize("etag", ["x" * 1025, "a\x7fb"])
def test_a_validator_that_is_too_long_or_cannot_be_sent_is_not_kept(room: Newsroom, etag: str) -> None:
    room.watch(room.site.at("/feed", Said(rss(*fresh(1)), headers={"ETag": etag})))
    room.poll()
    assert room.row().etag is None


def test_a_304_that_was_not_asked_for_is_a_failure(room: Newsroom) -> None:
    room.watch(room.site.at("/feed", Said(status=304)))
    room.poll()
    assert room.health() is Health.FAILING


def test_a_packed_feed_is_read(room: Newsroom) -> None:
    room.watch(
        room.site.at("/feed", Said(gzip.compress(rss(*fresh(2)).encode()), headers={"Content-Encoding": "gzip"}))
    )
    room.poll()
    assert len(room.all(Article)) == 2


def test_a_name_and_password_are_sealed_shown_to_nobody_and_sent(room: Newsroom) -> None:
    url = room.site.at("/feed", rss(*fresh(1))).replace("http://", "http://ana:s3c%40ret@")
    room.watch(url)
    room.poll()
    row = room.row()
    assert "s3c" not in f"{row.url}{row.secret_sealed}{[line.after for line in room.all(Audit)]}"
    assert room.site.asked("/feed")[0].headers["authorization"] == "Basic YW5hOnMzY0ByZXQ="


# ---- when ----


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


# ---- whose turn ----


def test_one_connection_at_a_time_to_a_host_with_a_pause_between(room: Newsroom) -> None:
    room.site.latency_s = 0.02
    for n in range(6):
        room.watch(room.site.at(f"/{n}", rss(("a", None))), f"S{n}")
    pollers = [Poller(room.kit()) for _ in range(3)]
    threads = [threading.Thread(target=poller.once) for poller in pollers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    Poller(room.kit()).once()
    spans = sorted((seen.began, seen.ended) for seen in room.site.seen)
    assert len(spans) == 6
    assert all(earlier[1] <= later[0] for earlier, later in zip(spans, spans[1:], strict=False))


def test_a_host_is_left_alone_for_the_gap(room: Newsroom) -> None:
    for n in range(2):
        room.watch(room.site.at(f"/{n}", rss(("a", None))), f"S{n}")
    kit = room.kit()
    slow = Kit(kit.store, kit.gate, kit.vault, kit.clock, Rhythm(gap=timedelta(seconds=5)))
    assert Poller(slow).once() == 1
    room.now += timedelta(seconds=4)
    assert Poller(slow).once() == 0
    room.now += timedelta(seconds=1)
    assert Poller(slow).once() == 1


def test_workers_beside_each_other_poll_each_source_once(room: Newsroom) -> None:
    room.site.latency_s = 0.02
    for n in range(30):
        room.watch(room.site.at(f"/{n}", rss((f"a{n}", NOW))).replace("127.0.0.1", f"h{n}.example"), f"S{n}")
    threads = [threading.Thread(target=Poller(room.kit(), at_once=4).once) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(room.site.seen) == 30
    assert len(room.all(PollRow)) == len(room.all(Article)) == 30


def test_a_worker_that_died_loses_its_turn_with_its_lease(room: Newsroom) -> None:
    room.watch(room.site.at("/feed", rss(*fresh(2))))
    with room.store.write() as work:
        assert len(polls.claim_due(work.session, room.now, timedelta(seconds=60), 10)) == 1
    assert room.poll() == 0
    room.now += timedelta(seconds=61)
    assert room.poll() == 1
    assert len(room.all(Article)) == 2


def test_an_answer_that_came_after_the_lease_changes_nothing(room: Newsroom) -> None:
    room.watch(room.site.at("/feed", rss(*fresh(2))))
    with room.store.write() as work:
        claim = polls.claim_due(work.session, room.now, timedelta(seconds=60), 10)[0]
    room.now += timedelta(seconds=61)
    room.poll()
    with room.store.write() as work:
        late = PollRow(source=claim.row.id, at=room.now, ok=True)
        assert not polls.record(work.session, claim.row, late)
    assert len(room.all(PollRow)) == 1


def test_what_a_stopping_worker_holds_is_due_again_at_once(room: Newsroom) -> None:
    held = threading.Event()
    room.watch(room.site.at("/feed", lambda _seen: held.wait(20) and Said(rss(*fresh(1)))))
    stopping = threading.Event()
    poller = Poller(room.kit())
    thread = threading.Thread(target=poller.run, args=(stopping,))
    thread.start()
    while not room.site.seen:
        stopping.wait(0.01)
    stopping.set()
    thread.join(20)
    row = room.row()
    assert (row.lease_token, row.next_poll_at) == (None, NOW)
    with room.store.read() as session:
        assert session.get_one(Host, "127.0.0.1").free_at <= room.now
    held.set()


# ---- moving and ending ----


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


# ---- what is taken in ----


def test_old_items_of_a_first_good_poll_raise_no_alert_and_later_ones_do(room: Newsroom) -> None:
    items = [("new", NOW - HOUR), ("old", NOW - timedelta(hours=25)), ("undated", None)]
    broken = iter([Said("no", 500)])
    room.watch(room.site.at("/feed", lambda _seen: next(broken, Said(rss(*items)))))
    room.poll()
    room.at_next()
    assert {row.external_id: row.old for row in room.all(Article)} == {"new": False, "old": True, "undated": False}
    items.append(("late", NOW - timedelta(days=3)))
    room.at_next()
    late = next(row for row in room.all(Article) if row.external_id == "late")
    assert (late.old, late.date_mark) == (False, "late")


def test_a_date_in_the_future_becomes_the_moment_it_was_seen_and_is_marked(room: Newsroom) -> None:
    ahead = NOW + timedelta(days=400)
    room.watch(room.site.at("/feed", rss(("far", ahead), ("skewed", NOW + 3 * MINUTE), ("right", NOW - MINUTE))))
    room.poll()
    rows = {row.external_id: row for row in room.all(Article)}
    assert (rows["far"].published_at, rows["far"].date_mark, rows["far"].claimed_at) == (NOW, "future", ahead)
    assert (rows["skewed"].published_at, rows["skewed"].date_mark) == (NOW, None)
    assert (rows["right"].published_at, rows["right"].date_mark) == (NOW - MINUTE, None)


def test_items_out_of_order_with_equal_and_future_dates_come_in_once_each(room: Newsroom) -> None:
    shown: list[list[tuple[str, datetime]]] = [
        [("b", NOW), ("a", NOW), ("z", NOW + timedelta(days=9))],
        [("c", NOW - HOUR), ("b", NOW), ("a", NOW)],
        [("d", NOW - timedelta(days=2)), ("z", NOW + timedelta(days=9)), ("c", NOW - HOUR)],
    ]
    turn = iter(shown)
    room.watch(room.site.at("/feed", lambda _seen: Said(rss(*next(turn)))))
    room.poll()
    room.at_next()
    room.at_next()
    assert sorted(row.external_id for row in room.all(Article)) == ["a", "b", "c", "d", "z"]


def test_what_cannot_be_stored_is_a_failure_of_its_source_alone(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.store import articles

    put = articles.put

    def breaking(session, source, item, now, **given):
        if item.external_id == "bad":
            message = "cannot be stored"
            raise ValueError(message)
        return put(session, source, item, now, **given)

    monkeypatch.setattr(articles, "put", breaking)
    room.watch(room.site.at("/bad", rss(("bad", NOW))).replace("127.0.0.1", "bad.example"), "Bad")
    room.watch(room.site.at("/good", rss(("good", NOW))))
    room.poll()
    assert room.health() is Health.HEALTHY
    assert room.health("Bad") is Health.FAILING
    assert [row.external_id for row in room.all(Article)] == ["good"]


# ---- news sitemaps ----


def _sitemap(base: str, *names: str) -> str:
    told = "".join(
        f"<url><loc>{base}/{name}</loc><news:news><news:publication><news:name>Gazette</news:name></news:publication>"
        f"<news:publication_date>2026-11-19T17:00:00Z</news:publication_date><news:title>Item {name}</news:title></news:news></url>"
        for name in names
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{told}</urlset>'


def test_a_news_sitemap_is_a_source_whose_pages_are_wanted(room: Newsroom) -> None:
    room.watch(room.site.at("/news.xml", _sitemap(room.site.url, "a", "b")))
    room.poll()
    assert [(row.title, row.page) for row in room.all(Article)] == [("Item a", "due"), ("Item b", "due")]


def test_an_index_is_followed_to_its_newest_sitemaps_also_when_it_stays_as_it_is(room: Newsroom) -> None:
    listed = [("/1.xml", "2026-11-19"), ("/2.xml", "2026-11-18"), ("/3.xml", "2026-11-17"), ("/4.xml", "2026-11-16")]
    index = "".join(
        f"<sitemap><loc>{room.site.url}{path}</loc><lastmod>{at}</lastmod></sitemap>" for path, at in listed
    )
    url = room.site.at(
        "/index.xml", f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{index}</sitemapindex>'
    )
    room.site.at("/1.xml", _sitemap(room.site.url, "a"))
    room.site.at("/2.xml", _sitemap(room.site.url, "b"))
    room.watch(url)
    room.poll()
    assert room.health() is Health.HEALTHY
    assert "/3.xml answers 404" in room.all(PollRow)[0].detail
    assert room.site.asked("/4.xml") == []
    room.site.at("/1.xml", _sitemap(room.site.url, "a", "c"))
    room.at_next()
    assert sorted(row.external_id.rpartition("/")[2] for row in room.all(Article)) == ["a", "b", "c"]
