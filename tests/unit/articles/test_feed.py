"""Feeds of every form become items."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.articles.feed import Feed, read_feed
from services.errors import InvalidError

URL = "https://ledger.example/dir/feed.xml"
NINE = datetime(2026, 5, 4, 9, tzinfo=UTC)
TEXT = "The council voted to cap rents."

RSS = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>The Ledger</title><link>https://ledger.example/</link>
<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="/dir/feed.xml"/><language>en-us</language>
<item><title>Council caps rents</title><link>/rents</link><guid isPermaLink="false">l-1</guid>
<dc:creator>Ann Roe</dc:creator><pubDate>Mon, 04 May 2026 09:00:00 GMT</pubDate>
<description>Short.</description><content:encoded><![CDATA[<p>{TEXT}</p>]]></content:encoded></item></channel></rss>"""
RDF = f"""<?xml version="1.0"?><rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><channel rdf:about="https://ledger.example/">
<title>The Ledger</title><link>https://ledger.example/</link></channel><item rdf:about="https://ledger.example/rents">
<title>Council caps rents</title><link>https://ledger.example/rents</link><description>{TEXT}</description>
<dc:creator>Ann Roe</dc:creator><dc:date>2026-05-04T09:00:00Z</dc:date></item></rdf:RDF>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>The Ledger</title><id>urn:ledger</id>
<link rel="hub" href="https://hub.example/"/><link rel="self" href="{URL}"/><link href="https://ledger.example/"/>
<entry><title type="html">Council &lt;b&gt;caps&lt;/b&gt; rents</title><id>urn:l-1</id><link href="https://ledger.example/rents"/>
<published>2026-05-04T09:00:00Z</published><updated>2026-05-04T10:00:00Z</updated><author><name>Ann Roe</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{TEXT}</p></div></content></entry></feed>"""
JSON = f"""{{"version": "https://jsonfeed.org/version/1.1", "title": "The Ledger", "home_page_url": "https://ledger.example/",
"language": "en-US", "items": [{{"id": "l-1", "url": "/rents", "title": "Council caps rents", "content_text": "{TEXT}",
"date_published": "2026-05-04T09:00:00Z", "authors": [{{"name": "Ann Roe"}}]}}]}}"""


def read(text: str | bytes) -> Feed:
    return read_feed(text if isinstance(text, bytes) else text.encode(), url=URL)


@pytest.mark.parametrize(
    ("form", "known"), [(RSS, "l-1"), (RDF, "https://ledger.example/rents"), (ATOM, "urn:l-1"), (JSON, "l-1")]
)
def test_every_form_gives_the_same_item(form: str, known: str) -> None:
    feed = read(form)
    (item,) = feed.items
    assert (feed.title, feed.home) == ("The Ledger", "https://ledger.example/")
    assert (item.external_id, item.title, item.url) == (known, "Council caps rents", "https://ledger.example/rents")
    assert (item.published, item.authors) == (NINE, ("Ann Roe",))
    assert TEXT in (item.text or item.html or "")


def test_a_feed_names_its_hub_itself_and_its_language() -> None:
    for form in (RSS, ATOM):
        feed = read(form)
        assert (feed.hub, feed.own, feed.language) == ("https://hub.example/", URL, "en")
    assert read(ATOM).items[0].updated == datetime(2026, 5, 4, 10, tzinfo=UTC)


def test_a_feed_with_a_short_description_alone_carries_summaries() -> None:
    assert not read(RSS).items[0].summary_only
    assert read(RDF).items[0].summary_only
    assert read(item_with(f"<description>{TEXT * 40} […]</description>")).items[0].summary_only
    assert not read(item_with(f"<description>{TEXT * 40}</description>")).items[0].summary_only


def item_with(inside: str, *, root: str = "<rss version='2.0'><channel><title>t</title>") -> str:
    return f"{root}<item><title>Rents</title>{inside}</item></channel></rss>"


@pytest.mark.parametrize(
    ("inside", "known"),
    [
        ("<guid>l-1</guid><link>https://l.example/a</link>", "l-1"),
        ("<link>https://l.example/a</link>", "https://l.example/a"),
        ("<guid>  l \n 1 </guid>", "l 1"),
    ],
)
def test_an_item_is_known_by_its_id_else_by_its_link(inside: str, known: str) -> None:
    assert read(item_with(inside)).items[0].external_id == known


def test_an_item_without_id_and_link_is_known_by_its_text() -> None:
    first, again = (read(item_with(f"<description>{TEXT}</description>")).items[0] for _ in range(2))
    other = read(item_with("<description>Other words.</description>")).items[0]
    assert first.external_id == again.external_id != other.external_id
    assert len(first.external_id) == 64


def test_a_very_long_id_is_hashed() -> None:
    assert len(read(item_with(f"<guid>{'g' * 1_000_000}</guid>")).items[0].external_id) == 64


def test_items_that_share_an_id_are_told_apart_and_it_is_noted() -> None:
    items = "".join(f"<item><title>Rents {n}</title><guid>same</guid></item>" for n in (1, 2, 2, 3))
    feed = read(f"<rss version='2.0'><channel>{items}</channel></rss>")
    assert len({item.external_id for item in feed.items}) == len(feed.items) == 3
    assert "3 items share their id" in feed.notes[0]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("AT&amp;amp;T &lt;b&gt;wins&lt;/b&gt;", "AT&T wins"),
        ("<![CDATA[Tom &amp; Ann]]>", "Tom & Ann"),
        ("5 &lt; 6", "5 < 6"),
        ("caf&eacute;&nbsp;x &#8220;y&#8221;", "café x “y”"),
        ("&lt;script&gt;evil()&lt;/script&gt;Rents", "Rents"),
        ("a&#0;b\x0bc&#x1F;d", "abcd"),
    ],
)
def test_a_title_is_text(title: str, shown: str) -> None:
    assert (
        read(f"<rss version='2.0'><channel><item><title>{title}</title></item></channel></rss>").items[0].title == shown
    )


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:x", "x://y"]
)
def test_only_web_links_are_kept(link: str) -> None:
    assert read(item_with(f"<link>{link}</link>")).items[0].url is None


def test_markup_escaped_twice_is_still_markup() -> None:
    item = read(item_with("<description>&amp;lt;p&amp;gt;Rents&amp;lt;/p&amp;gt;</description>")).items[0]
    assert (item.text, item.html) == (None, "<p>Rents</p>")


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 -1475", "0000-00-00", "soon", ""])
def test_a_date_that_cannot_be_is_no_date(date: str) -> None:
    assert read(item_with(f"<pubDate>{date}</pubDate>")).items[0].published is None


@pytest.mark.parametrize(
    "data",
    [
        RSS.encode("utf-16"),
        RSS.replace("UTF-8", "utf-16").encode(),
        RSS.replace("UTF-8", "iso-8859-1").encode(),
        b"\xef\xbb\xbf\n" + RSS.encode(),
        RSS.removesuffix("</item></channel></rss>").encode(),
        RSS.replace("<channel>", "<channel><b>&nosuch;</b>").encode(),
        ("<!-- comment --><?xml-stylesheet href='http://127.0.0.1/x.xsl'?>" + RSS.split("?>", 1)[1]).encode(),
        (
            '<!DOCTYPE rss SYSTEM "http://my.netscape.com/publish/formats/rss-0.91.dtd">' + RSS.split("?>", 1)[1]
        ).encode(),
    ],
)
def test_feeds_that_are_not_quite_right_are_read(data: bytes) -> None:
    assert read(data).items[0].title == "Council caps rents"


def test_a_feed_without_items_is_a_feed() -> None:
    assert read("<rss version='2.0'><channel><title>t</title></channel></rss>").items == ()
    assert read('{"version": "https://jsonfeed.org/version/1", "items": []}').items == ()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("<!doctype html><html><body>Hi</body></html>", "a web page instead of a feed"),
        ("<?xml version='1.0'?><!DOCTYPE html PUBLIC 'x' 'y'><html/>", "a web page instead of a feed"),
        ("<html><body>Hi", "a web page instead of a feed"),
        ("Hello there", "text instead of a feed. It begins: Hello there"),
        ("<newsItem/>", "XML of another kind, <newsitem>"),
        ('{"a": 1}', "no JSON Feed"),
        ('{"items": [', "The JSON breaks off"),
        ("[" * 100_000, "nested too deep"),
        ("", "answers with nothing"),
        (" \n\0", "answers with nothing"),
        (b" " * (10 * 1024 * 1024 + 1), "10,485,760 is the most"),
    ],
)
def test_what_is_no_feed_is_refused_by_what_it_is(data: str | bytes, message: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read(data)
    assert message in refused.value.message


def test_a_json_feed_may_hold_anything_beside_its_items() -> None:
    item = '{"id": 17, "content_html": "<p>Hi</p>", "n": 1e999, "title": ["x"], "author": "y"}'
    items = f'[5, null, {item}, {{"id": {{}}, "title": "t"}}]'
    feed = read(f'{{"title": 7, "hubs": [{{"type": "x", "url": "https://hub.example/"}}], "items": {items}}}')
    assert feed.items[0].external_id == "17"
    assert (len(feed.items), feed.title, feed.hub) == (2, "7", "https://hub.example/")
