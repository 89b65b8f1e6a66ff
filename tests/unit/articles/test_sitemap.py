"""News sitemaps become items whose pages are still to be fetched; their indexes name them."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from services.articles.feed import LIMIT_BYTES, read_feed
from services.articles.sniff import read_any
from services.errors import InvalidError

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">"""
PAGE = """<url><loc>https://ledger.example/rents</loc><lastmod>2026-05-04T11:30:00+00:00</lastmod><news:news>
<news:publication><news:name>The Ledger</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2026-05-04T09:00:00Z</news:publication_date><news:title>Council caps rents &amp; fees</news:title>
</news:news></url>"""
SITEMAP = f"{HEAD}{PAGE}<url><loc>https://ledger.example/about</loc></url></urlset>"
INDEX = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://ledger.example/old.xml</loc><lastmod>2026-05-01</lastmod></sitemap>
<sitemap><loc>/undated.xml</loc></sitemap>
<sitemap><loc>https://ledger.example/new.xml.gz</loc><lastmod>2026-05-04T11:30:00Z</lastmod></sitemap></sitemapindex>"""
URL = "https://ledger.example/news-sitemap.xml"


def test_a_news_sitemap_gives_its_news_and_not_its_other_pages() -> None:
    feed = read_feed(SITEMAP.encode(), url=URL)
    (item,) = feed.items
    assert (feed.title, item.title, item.language) == ("The Ledger", "Council caps rents & fees", "en")
    assert item.url == item.external_id == "https://ledger.example/rents"
    assert item.published == datetime(2026, 5, 4, 9, tzinfo=UTC)
    assert item.updated == datetime(2026, 5, 4, 11, 30, tzinfo=UTC)
    assert item.summary_only


def test_a_packed_sitemap_is_unpacked_and_only_so_far() -> None:
    assert len(read_feed(gzip.compress(SITEMAP.encode())).items) == 1
    with pytest.raises(InvalidError, match="when it is unpacked"):
        read_feed(gzip.compress(b" " * (LIMIT_BYTES + 1)))
    with pytest.raises(InvalidError, match="cannot be unpacked"):
        read_feed(b"\x1f\x8b nothing of the kind")


def test_an_index_lists_its_sitemaps_the_newest_first() -> None:
    feed = read_feed(INDEX.encode(), url=URL)
    assert feed.items == ()
    assert feed.sitemaps == (
        "https://ledger.example/new.xml.gz", "https://ledger.example/old.xml", "https://ledger.example/undated.xml",
    )  # fmt: skip


def test_an_index_is_told_from_a_sitemap_by_name() -> None:
    with pytest.raises(InvalidError, match="an index of 2 sitemaps"):  # without an address one of them is relative
        read_any(INDEX.encode(), name="index.xml")


def test_a_sitemap_of_all_pages_is_refused() -> None:
    with pytest.raises(InvalidError, match="carries no news entries"):
        read_feed(f"{HEAD}<url><loc>https://ledger.example/about</loc></url></urlset>".encode())


def test_a_sitemap_with_entities_is_refused() -> None:
    with pytest.raises(InvalidError, match="xml_forbidden"):
        read_feed(b'<!DOCTYPE urlset [<!ENTITY e SYSTEM "file:///etc/passwd">]><urlset>&e;</urlset>')
