"""Cases of the security page on feeds and fetching that no other file holds, by their number there."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest

from services.articles.feed import LIMIT_BYTES, read_feed
from services.careful import PARSING
from services.errors import InvalidError, OutsideError
from services.fetching import fetch
from services.guard import Gate
from services.sources import reading
from services.store.tables import Article, Source
from services.store.work import Store
from tests.feed_site import FeedSite, Said, rss
from tests.newsroom import Newsroom
from tests.sinks import HttpSink, Reply
from tests.unit.guard.bypasses import look_up

HEAD, TAIL = "<rss version='2.0'><channel><title>Gazette</title>", "</channel></rss>"


@pytest.fixture
def room(store: Store) -> Iterator[Newsroom]:
    with FeedSite() as site:
        yield Newsroom(store, site)


def test_no_feed_takes_five_seconds_or_more_than_ten_mebibytes() -> None:
    assert PARSING.cpu_s < PARSING.wall_s < 5
    assert LIMIT_BYTES == 10 * 1024 * 1024


def test_a7_a_style_sheet_is_never_fetched(room: Newsroom) -> None:
    sheet = room.site.at("/sheet.xsl", "<x/>")
    feed = rss(("one", room.now)).replace("?>", f'?><?xml-stylesheet type="text/xsl" href="{sheet}"?>', 1)
    room.watch(room.site.at("/feed", feed))
    assert room.poll() == 1
    assert [row.external_id for row in room.all(Article)] == ["one"]
    assert room.site.asked("/sheet.xsl") == []


def test_a4_a_document_type_of_a_polled_feed_is_never_fetched(room: Newsroom) -> None:
    outside = room.site.at("/outside.dtd", "<!ENTITY e 'x'>")
    room.watch(room.site.at("/feed", f'<!DOCTYPE rss SYSTEM "{outside}">{HEAD}<item><title>&e;</title></item>{TAIL}'))
    room.poll()
    assert "xml_forbidden" in (room.row().reason or "")
    assert room.site.asked("/outside.dtd") == []
    assert room.all(Article) == []


def test_a12_a_million_attributes_harm_no_item() -> None:
    many = " ".join(f"a{number}=''" for number in range(1_000_000))
    (item,) = read_feed(f"{HEAD}<item><title>Rents</title><a {many[: LIMIT_BYTES - 500]}/></item>{TAIL}".encode()).items
    assert item.title == "Rents"


@pytest.mark.parametrize(
    "given",
    [
        f'{{"items": [{{"id": {"9" * 400}, "title": "Rents"}}]}}',
        f'{{"n": 1{"0" * 400}, "items": [{{"id": "x", "title": "Rents"}}]}}',
        '{"items": [{"id": "x", "title": "other"}], "items": [{"id": "x", "title": "other", "title": "Rents"}]}',
    ],
)
def test_a19_json_that_hurts_parsers_gives_its_item(given: str) -> None:
    items = read_feed(given.encode()).items
    assert [item.title for item in items] == ["Rents"]
    assert len(items[0].external_id) <= 64


def test_a19_json_that_is_nested_a_hundred_thousand_times_is_refused() -> None:
    with pytest.raises(InvalidError, match="nested too deep"):
        read_feed(f'{{"x": {"[" * 100_000}{"]" * 100_000}, "items": []}}'.encode())


@pytest.mark.parametrize(
    "code",
    ["javascript:evil()", "data:text/html,<b>x</b>", "vbscript:evil()", "JaVaScRiPt:evil()", "java\tscript:evil()"],
)
@pytest.mark.parametrize("where", ["<link>{}</link>", "<guid isPermaLink='true'>{}</guid>", "<guid>{}</guid>"])
def test_a21_code_is_no_link_of_an_item(code: str, where: str) -> None:
    told = where.format(code.replace("<", "&lt;"))
    (item,) = read_feed(f"{HEAD}<item><title>Rents</title>{told}</item>{TAIL}".encode()).items
    assert item.url is None


def test_a26_a_source_cannot_overwrite_what_another_said(room: Newsroom) -> None:
    theirs = rss(("same", room.now - timedelta(hours=1)), base="http://ledger.example")
    ours = theirs.replace("Item same", "Another title").replace("Council item", "Forged item")
    room.watch(room.site.at("/a", theirs), "Ledger")
    room.poll()
    (before,) = [row.model_dump() for row in room.all(Article)]
    room.now += timedelta(minutes=1)
    room.watch(room.site.at("/b", ours), "Forger")
    room.poll()
    rows = {row.source: row for row in room.all(Article)}
    names = {row.id: row.name for row in room.all(Source)}
    assert {names[source] for source in rows} == {"Ledger", "Forger"}
    after = rows[before["source"]].model_dump()
    assert (after["title"], after["content_sha256"]) == (before["title"], before["content_sha256"])


@pytest.mark.parametrize(
    "last", ["http://10.0.0.1/", "http://inside.example/", "http://[::1]:8080/", "file:///etc/passwd"]
)
def test_b16_a_chain_of_redirects_is_checked_at_every_step(last: str) -> None:
    dialled = []

    def dial(address: str, port: int, timeout_s: float) -> socket.socket:
        dialled.append(address)
        return socket.create_connection(("127.0.0.1", sink.port), timeout_s)

    with HttpSink() as sink:
        sink.say(
            Reply(301, b"", {"Location": "http://second.example/"}),
            Reply(302, b"", {"Location": "http://third.example/"}),
            Reply(307, b"", {"Location": last}),
        )
        with pytest.raises(OutsideError) as caught:
            fetch(Gate(look_up=look_up, dial=dial), "http://first.example/", {}, 1000, 5)
        assert [asked.headers["host"] for asked in sink.asked] == ["first.example", "second.example", "third.example"]
    assert caught.value.code in {"blocked_address", "scheme_not_allowed"}
    assert len(dialled) == 3


@pytest.mark.parametrize("scheme", ["file", "ftp", "gopher", "dict", "ldap", "data", "jar", "unix", "ws", "netdoc"])
def test_b17_only_web_addresses_are_fetched(scheme: str) -> None:
    with pytest.raises(OutsideError) as caught:
        fetch(Gate(dial=lambda *_: pytest.fail("connected")), f"{scheme}://good.example/x", {}, 1000, 5)
    assert caught.value.code == "scheme_not_allowed"


def test_b23_a_source_has_thirty_seconds_and_ten_mebibytes() -> None:
    assert (reading.TIMEOUT_S, reading.LIMIT_BYTES) == (30, 10 * 1024 * 1024)


@pytest.mark.parametrize("etag", ['"' * 600, 'W/"\'\\"', "x" * (1024 * 1024)])
def test_b29_a_validator_of_any_kind_harms_no_poll(room: Newsroom, etag: str) -> None:
    room.watch(room.site.at("/feed", Said(rss(("one", room.now)), headers={"ETag": etag})))
    room.poll()
    assert len(room.row().etag or "") <= reading.LONGEST_VALIDATOR
    assert "\n" not in (room.row().etag or "")
