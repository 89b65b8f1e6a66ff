"""Pages of articles whose feed carried a summary: fetched where allowed, and never a reason to lose an article."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services import pipeline
from services.store.states import ArticleState
from services.store.tables import Article
from services.store.work import Store
from tests.builders import NOW
from tests.feed_site import LONG, FeedSite, Said, rss
from tests.newsroom import Newsroom

LEASE = timedelta(seconds=60)
PAGE = (
    "<html><head><title>Item a</title></head><body><nav>Home Sports Weather</nav><article><h1>Item a</h1>"
    f"<p>The board made the harbor a sanctuary city on Monday night.{LONG}</p><p>A second vote follows in May.{LONG}</p>"
    "</article><footer>Copyright</footer></body></html>"
)
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
def room(store: Store, site: FeedSite) -> Newsroom:
    room = Newsroom(store, site)
    feed = rss(("a", NOW - timedelta(minutes=5)), base=site.url, full=False)
    room.watch(site.at("/feed", feed))
    return room


def article(room: Newsroom) -> Article:
    rows = room.all(Article)
    assert len(rows) == 1
    return rows[0]


def read(room: Newsroom) -> int:
    return pipeline.ingest(room.store, room.clock, LEASE)


def test_a_summary_waits_for_its_page_and_is_read_whole(room: Newsroom) -> None:
    room.site.at("/a", Said(PAGE, headers=HTML))
    room.poll()
    assert (article(room).page, read(room)) == ("due", 0)
    room.poll_with_pages()
    assert article(room).page == "got"
    assert read(room) == 1
    row = article(room)
    assert "made the harbor a sanctuary city" in row.text
    assert (row.page_body, row.body, row.title) == (None, None, "Item a")
    assert "Home Sports Weather" not in row.text


def test_a_page_that_says_less_than_the_summary_is_not_taken(room: Newsroom) -> None:
    room.site.at("/a", Said("<html><body><p>Please accept.</p></body></html>", headers=HTML))
    room.poll_with_pages()
    read(room)
    assert "Council item a was read on Monday." in article(room).text


@pytest.mark.parametrize(
    "said",
    [
        Said("gone", 404),
        Said("no", 403),
        Said(b"%PDF-1.7", headers={"Content-Type": "application/pdf"}),
        Said(b"x" * (6 * 1024 * 1024), headers=HTML),
        Said(status=302, headers={"Location": "http://10.0.0.1/"}),
        Said(status=302, headers={"Location": "file:///etc/passwd"}),
    ],
)
def test_an_article_whose_page_cannot_be_had_goes_on_with_its_summary_and_says_why(room: Newsroom, said: Said) -> None:
    room.gate = type(room.gate)(["127.0.0.0/8"])
    room.site.at("/a", said)
    room.poll_with_pages()
    row = article(room)
    assert row.page == "failed"
    assert row.page_note
    assert read(room) == 1
    assert (article(room).state, "Council item a" in article(room).text) == (ArticleState.NEW, True)


def test_a_page_that_fails_for_now_is_tried_three_times_within_two_minutes(room: Newsroom) -> None:
    room.site.at("/a", Said("busy", 503))
    room.poll_with_pages()
    for wait in (20, 90):
        assert article(room).page == "due"
        assert room.poll_with_pages() == 0
        room.now += timedelta(seconds=wait)
        room.poll_with_pages()
    assert (article(room).page, article(room).page_note) == ("failed", "The page answers 503")
    assert len(room.site.asked("/a")) == 3
    assert read(room) == 1


def test_no_article_waits_longer_than_ten_minutes_for_its_turn(room: Newsroom) -> None:
    room.poll()
    with room.store.write() as work:
        from services.store import hosts

        hosts.take(work.session, _all_hosts(), room.now, timedelta(hours=2), 10)
    room.now += timedelta(minutes=11)
    room.poll_with_pages()
    assert (article(room).page, article(room).page_note) == ("failed", "Its host was too busy")
    assert read(room) == 1


def _all_hosts():
    from sqlalchemy import select
    from sqlmodel import col

    from services.store.source_tables import Host

    return select(col(Host.name))


def test_old_items_are_not_fetched(room: Newsroom) -> None:
    room.site.at("/feed", rss(("a", NOW - timedelta(days=3)), base=room.site.url, full=False))
    room.poll_with_pages()
    assert (article(room).page, room.site.asked("/a")) == (None, [])


@pytest.mark.parametrize(("pages", "full", "asked"), [("never", False, 0), ("always", True, 1), ("auto", True, 0)])
def test_an_operator_says_whether_pages_are_fetched(
    store: Store, site: FeedSite, pages: str, full: bool, asked: int
) -> None:
    room = Newsroom(store, site)
    site.at("/a", Said(PAGE, headers=HTML))
    room.watch(site.at("/feed", rss(("a", NOW), base=site.url, full=full)), pages=pages)
    room.poll_with_pages()
    assert len(site.asked("/a")) == asked


# ---- robots.txt (B31) ----


@pytest.mark.parametrize(
    ("robots", "allowed"),
    [
        (Said("User-agent: *\nDisallow: /private"), True),
        (Said("User-agent: *\nDisallow: /"), False),
        (Said("User-agent: Tocsin\nDisallow: /a\n\nUser-agent: *\nAllow: /"), False),
        (Said("User-agent: *\nDisallow: /\n\nUser-agent: tocsin\nAllow: /a"), True),
        (Said("User-agent: *\nDisallow: /*?x=\nAllow: /a$"), True),
        (Said("gone", 404), True),
        (Said("no", 403), True),
        (Said("down", 500), False),
        (Said("busy", 429), False),
        (Said(b"\xff\xfe\x00 garbage \x00" * 50), True),
        (Said(b"User-agent: *\n" + b"# filler\n" * 1_200_000), False),
        (Said(status=302, headers={"Location": "http://10.0.0.1/robots.txt"}), False),
    ],
)
def test_robots_txt_is_kept_to(room: Newsroom, robots: Said, allowed: bool) -> None:
    room.gate = type(room.gate)(["127.0.0.0/8"])
    room.robots = type(room.robots)(room.gate, room.seconds)
    room.site.at("/robots.txt", robots)
    room.site.at("/a", Said(PAGE, headers=HTML))
    room.poll_with_pages()
    assert (len(room.site.asked("/a")), article(room).page) == ((1, "got") if allowed else (0, "failed"))
    assert allowed or "robots.txt" in article(room).page_note
    assert read(room) == 1


def test_robots_txt_is_remembered_for_a_day_and_never_asked_for_a_feed(room: Newsroom) -> None:
    room.poll()
    assert room.site.asked("/robots.txt") == []
    for hours in (0, 1, 23, 25):
        room.now = NOW + timedelta(hours=hours)
        room.robots.of(room.site.url)
    assert len(room.site.asked("/robots.txt")) == 2


def test_a_pause_that_robots_txt_asks_for_is_kept(room: Newsroom) -> None:
    room.site.at("/robots.txt", "User-agent: *\nCrawl-delay: 30")
    room.site.at("/feed", rss(("a", NOW), ("b", NOW), base=room.site.url, full=False))
    for name in ("a", "b"):
        room.site.at(f"/{name}", Said(PAGE, headers=HTML))
    room.poll_with_pages()
    assert len(room.site.asked("/a")) + len(room.site.asked("/b")) == 1
    room.now += timedelta(seconds=30)
    room.poll_with_pages()
    assert len(room.site.asked("/a")) + len(room.site.asked("/b")) == 2
