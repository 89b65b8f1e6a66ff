"""What a poll asks of a source and takes in: validators, passwords, dates, items that cannot be stored, sitemaps."""

from __future__ import annotations

import gzip
from datetime import datetime, timedelta

import pytest

from services.store.states import Health
from services.store.tables import Article, Audit
from services.store.tables import Poll as PollRow
from tests.builders import NOW
from tests.feed_site import Said, rss
from tests.newsroom import HOUR, MINUTE, Newsroom, fresh


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
