"""A page becomes an article: its own text in order, captions and teasers named, its facts read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.articles.article import Article, Zone
from services.articles.page import page_item, read_page
from services.errors import InvalidError

PAGE = """<!doctype html><html lang="en-US"><head><meta charset="utf-8"><title>Council caps rents | The Ledger</title>
<link rel="canonical" href="/rents?utm_source=x"><meta property="og:site_name" content="The Ledger">
<meta property="article:published_time" content="2026-05-04T02:00:00-07:00"><meta name="author" content="By Ann Roe">
<script>var secret = "evil";</script><style>.evil{}</style></head>
<body><header><nav><a href="/">Home</a></nav></header><main><article><h1>Council caps rents</h1>
<p class="byline">By Ann Roe</p>
<figure><img src="/x.jpg"><figcaption>Tenants wait outside City Hall.</figcaption></figure>
<p>STOCKTON, Calif. — The council voted 5-2 on Tuesday to cap rents in the city, after a hearing of six hours.</p>
<p>Landlords said they would sue before the rule takes effect. A judge in Sacramento threw out an earlier one.</p>
<p><strong>READ MORE:</strong> <a href="/fire">Fire in Lodi kills two</a></p>
<p>Tenants cheered in the hall. “I can stay,” said Maria Lopez, who has rented on Oak Street for eleven years.</p>
<div class="newsletter-signup"><p>Sign up for our newsletter</p></div>
<p>The mayor, who voted no, said that she would sign the rule all the same, because the council had spoken.</p>
</article></main><aside class="most-read"><ul><li><a href="/a">Ten parks to see</a></li></ul></aside>
<footer>© 2026 The Ledger. All rights reserved.</footer></body></html>"""


def zones(article: Article) -> list[tuple[str, str]]:
    return [(passage.zone.value, article.text[passage.start : passage.end]) for passage in article.passages]


def test_a_page_is_read_in_its_own_order_with_captions_and_teasers() -> None:
    found = zones(read_page(PAGE, url="https://ledger.example/rents-123"))
    own = [(name, text[:20]) for name, text in found if name in ("dateline", "lead", "body")]
    assert own == [
        ("dateline", "STOCKTON, Calif. —"),
        ("lead", "The council voted 5-"),
        ("body", "Landlords said they "),
        ("body", "Tenants cheered in t"),
        ("body", "The mayor, who voted"),
    ]
    assert ("caption", "Tenants wait outside City Hall.") in found
    assert ("teaser", "READ MORE: Fire in Lodi kills two") in found
    assert ("teaser", "Sign up for our newsletter") in found


def test_code_and_frame_of_a_page_are_not_read() -> None:
    article = read_page(PAGE)
    for word in ("evil", "secret", "Home", "<"):
        assert word not in article.text


def test_a_page_says_what_it_is() -> None:
    article = read_page(PAGE, url="https://ledger.example/rents-123")
    assert article.title == "Council caps rents"
    assert article.authors == ("Ann Roe",)
    assert article.published == datetime(2026, 5, 4, 9, tzinfo=UTC)
    assert article.url == "https://ledger.example/rents?utm_source=x"
    assert article.language == "en"


def test_a_page_as_an_item_is_known_by_its_canonical_address() -> None:
    item = page_item(PAGE.encode(), url="https://ledger.example/rents-123")
    assert item.external_id == "https://ledger.example/rents"
    assert (item.title, item.html) == ("Council caps rents", PAGE)


JSON_LD = """<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [{"@type": "WebSite"},
{"@type": ["NewsArticle"], "headline": "Rents &amp; more", "datePublished": "2026-05-04T09:00:00Z",
"dateModified": "2026-05-04T10:00:00Z", "author": [{"name": "Ann Roe"}, {"name": ["Li Wei"]}]}]}</script>"""


def test_json_ld_is_believed_first() -> None:
    item = page_item(PAGE.replace("<head>", "<head>" + JSON_LD))
    assert item.title == "Rents & more"
    assert item.authors == ("Ann Roe", "Li Wei")
    assert item.updated == datetime(2026, 5, 4, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "script",
    [
        "{",
        "[" * 100_000,
        '{"@type": 5, "author": 7}',
        '{"@type": "NewsArticle", "headline": ["a"], "datePublished": {}}',
        "null",
    ],
)
def test_broken_json_ld_is_passed_over(script: str) -> None:
    item = page_item(PAGE.replace("<head>", f'<head><script type="application/ld+json">{script}</script>'))
    assert item.title == "Council caps rents"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-16"])
def test_a_wrong_declared_encoding_does_not_spoil_a_page(encoding: str) -> None:
    page = PAGE.replace('charset="utf-8"', 'charset="ascii"').encode(encoding)
    assert "“I can stay,”" in read_page(page).text


@pytest.mark.parametrize("page", [b"", b"<html></html>", b"<html><script>x()</script></html>", b"<!-- x -->"])
def test_a_page_without_text_is_refused(page: bytes) -> None:
    with pytest.raises(InvalidError, match="expected"):
        read_page(page)


def test_a_short_page_is_read_as_a_whole() -> None:
    article = read_page("<html><body><p>The council voted on Tuesday.</p><p>Tenants cheered.</p></body></html>")
    assert [zone for zone, _ in zones(article)] == [Zone.LEAD, Zone.BODY]


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ('<article><p>x</p><time datetime="2026-05-04">May</time></article>', True),
        ('<header><div><time datetime="2026-05-04">May</time></div></header>', True),
        ("<article>" * 2000 + '<time>now</time><time datetime="2026-05-04">May</time>', True),
        ('<article><p>x</p></article><time datetime="2026-05-04">May</time>', False),
    ],
)
def test_the_time_of_a_page_is_the_first_within_an_article_or_header(body: str, read: bool) -> None:
    item = page_item(f"<html><body>{body}<p>The council voted to cap rents.</p></body></html>")
    assert item.published == (datetime(2026, 5, 4, tzinfo=UTC) if read else None)
