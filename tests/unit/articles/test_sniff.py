"""Bytes of any kind are told by what they are."""

from __future__ import annotations

import gzip
import zlib

import pytest

from services.articles.read import understand
from services.articles.sniff import read_any
from services.errors import InvalidError

TEXT = "Council caps rents\n\nThe council voted 5-2 on Tuesday.\n\nTenants cheered."
ITEMS = b"<item><title>A</title></item><item><title>B</title></item>"
RSS = b"<?xml version='1.0'?><rss version='2.0'><channel>" + ITEMS + b"</channel></rss>"


def test_plain_text_is_one_item_whose_title_is_in_it() -> None:
    (item,) = read_any(TEXT.encode(), name="story.txt")
    assert (item.text, item.html, item.title) == (TEXT, None, None)
    assert understand(item).title == "Council caps rents"


def test_the_same_text_is_the_same_item_and_an_address_names_it_better() -> None:
    assert read_any(TEXT.encode())[0].external_id == read_any(b"\xef\xbb\xbf" + TEXT.encode(), name="x")[0].external_id
    (item,) = read_any(TEXT.encode(), url="http://www.ledger.example/a?utm_source=x")
    assert (item.external_id, item.url) == ("https://ledger.example/a", "http://www.ledger.example/a?utm_source=x")


@pytest.mark.parametrize(
    ("data", "name", "content_type", "count"),
    [
        (RSS, "", None, 2),
        (RSS, "x.txt", "text/html", 2),
        (b"\n" + RSS, "", None, 2),
        (RSS.decode().encode("utf-16"), "", None, 2),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>A</title></entry></feed>", "", None, 1),
        (b'{"version": "https://jsonfeed.org/version/1", "items": [{"title": "A"}]}', "", None, 1),
    ],
)
def test_feeds_give_their_items(data: bytes, name: str, content_type: str | None, count: int) -> None:
    assert len(read_any(data, name=name, content_type=content_type)) == count


PAGE = b"<title>Rents</title></head><body><p>The council voted.</p>"


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE html><html><head>%s</body></html>" % PAGE,
        b"<?xml version='1.0'?><!DOCTYPE html PUBLIC 'a' 'b'><html><head>%s</body></html>" % PAGE,
        b"<html>%s" % PAGE,
    ],
)
def test_a_page_is_an_item_of_html(data: bytes) -> None:
    (item,) = read_any(data)
    assert item.title == "Rents"
    assert "The council voted." in understand(item).text


def test_a_fragment_is_html_too_and_text_with_an_angle_is_not() -> None:
    assert read_any(b"<p>The council voted.</p>")[0].html == "<p>The council voted.</p>"
    assert read_any(b"The council voted: 5 < 6.")[0].text == "The council voted: 5 < 6."
    assert read_any(b"[Music] The council voted.")[0].text == "[Music] The council voted."


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7 x", "story is a PDF file. Plain text, an HTML page, a feed"),
        (b"PK\x03\x04xx", "a ZIP or office file"),
        (gzip.compress(b"x", mtime=0), "a gzip file"),
        (b"\x89PNG\r\n", "a PNG picture"),
        (zlib.compress(bytes(range(256)) * 9), "bytes that are no text"),
        (b"", "story is empty"),
        (b" \n\t\0", "story is empty"),
        (b"<script>x()</script>", "has no text of its own"),
        (b'{"a": 1}', "no JSON Feed"),
        (b"x" * (10 * 1024 * 1024 + 1), "10,485,760 is the most"),
    ],
)
def test_what_cannot_be_read_is_named(data: bytes, message: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_any(data, name="story")
    assert message in refused.value.message
