"""Web addresses: the real host is shown, and one article's addresses are one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.articles.url import canonical_url, web_link, without_password


@pytest.mark.parametrize(
    ("given_url", "base", "expected"),
    [
        ("https://ledger.example/a?b=1#c", None, "https://ledger.example/a?b=1#c"),
        ("HTTPS://Ledger.Example:443", None, "https://ledger.example"),
        ("https://ok@evil.example/x", None, "https://evil.example/x"),
        ("https://ok:pw@evil.example:8443/x", None, "https://evil.example:8443/x"),
        ("http://127.0.0.1\\@good.example/", None, "http://127.0.0.1/@good.example/"),
        ("https://ledger.example/a\u202eb\x00\n", None, "https://ledger.example/ab"),
        ("https://exämple.example/ü", None, "https://xn--exmple-cua.example/%C3%BC"),
        ("/a/b", "https://ledger.example/feed.xml", "https://ledger.example/a/b"),
        ("b?c", "https://ledger.example/a/", "https://ledger.example/a/b?c"),
        ("//other.example/x", "https://ledger.example/", "https://other.example/x"),
        ("http://[::1]:8080/x", None, "http://[::1]:8080/x"),
        ("javascript:alert(1)", "https://ledger.example/", None),
        ("data:text/html,x", "https://ledger.example/", None),
        ("vbscript:x", None, None),
        ("file:///etc/passwd", None, None),
        ("ftp://ledger.example/", None, None),
        ("http://[::1", None, None),
        ("https://ledger.example:99999/", None, None),
        ("https://exa mple.example/", None, None),
        ("http://./", None, None),
        ("/a", None, None),
        ("https://ledger.example/" + "x" * 9_000, None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_link_shows_its_real_host_or_is_none(given_url: str | None, base: str | None, expected: str | None) -> None:
    assert web_link(given_url, base) == expected


@pytest.mark.parametrize(
    "other",
    [
        "http://ledger.example/rents/",
        "https://www.ledger.example/rents",
        "https://m.ledger.example/rents",
        "https://amp.ledger.example/rents",
        "https://ledger.example/rents/amp/",
        "https://ledger.example/rents?amp=1",
        "https://ledger.example/rents?outputType=amp",
        "https://ledger.example/rents/index.html",
        "https://LEDGER.example:443/rents#top",
        "https://ledger.example/rents?utm_source=x&utm_medium=y&fbclid=z&gclid=q&mc_cid=1",
    ],
)
def test_one_articles_addresses_have_one_canonical_form(other: str) -> None:
    assert canonical_url(other) == "https://ledger.example/rents"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://ledger.example/?p=1", "https://ledger.example/?p=2"),
        ("https://ledger.example/a", "https://ledger.example/A"),
        ("https://a.example/x", "https://b.example/x"),
        ("https://news.ledger.example/x", "https://ledger.example/x"),
        ("https://ledger.example:8443/x", "https://ledger.example/x"),
    ],
)
def test_what_tells_articles_apart_is_kept(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


def test_the_order_of_parameters_does_not_count() -> None:
    assert canonical_url("https://l.example/?b=2&a=1") == canonical_url("https://l.example/?a=1&b=2")


@settings(deadline=None)
@given(st.text(max_size=80) | st.builds("http://{}".format, st.text(max_size=60)))
def test_no_input_breaks_an_address(text: str) -> None:
    link = web_link(text, "https://ledger.example/")
    assert link is None or (link.startswith(("http://", "https://")) and link.isascii() and web_link(link) == link)
    known = canonical_url(text)
    assert known is None or canonical_url(known) == known


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("https://me:s3cret@host.example/f", "https://host.example/f"),
        ("https://s3cret@host.example/f", "https://host.example/f"),
        ("me:s3cret@host.example/f", "host.example/f"),
        ("httpx//me:s3cret@host.example", "host.example"),
        ("https:\\\\me:s3cret@host.example", "https:\\\\host.example"),
        ("https://me:s3/cret@host.example/f", "https://host.example/f"),
        ("https://me:s3@cret@host.example/f", "https://host.example/f"),
        ("https://me:s3#cret@[::1]/f", "https://[::1]/f"),
        ("imaps://me%40host:s3cret@host.example/INBOX", "imaps://host.example/INBOX"),
        ("https://town.example/@paper.rss", "https://town.example/@paper.rss"),
        ("https://town.example:8443/@paper.rss?a=b@c", "https://town.example:8443/@paper.rss?a=b@c"),
        ("https://town.example/feed", "https://town.example/feed"),
        ("", ""),
    ],
)
def test_a_name_and_password_are_left_out_of_an_address_however_it_is_written(typed: str, shown: str) -> None:
    assert without_password(typed) == shown
