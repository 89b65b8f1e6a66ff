"""What hostile feeds get: a named error or an item; no file is opened, nobody is called."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from services.articles.feed import MOST_ITEMS, read_feed
from services.articles.read import understand
from services.errors import InvalidError

OPEN, CLOSE = "<rss version='2.0'><channel>", "</channel></rss>"
_touched: list[str] = []
_watching = False


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if _watching and event in ("open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen", "urllib.Request"):
        name = str(arguments[0])
        if not name.endswith((".py", ".pyc", ".so")) and "site-packages" not in name and "/lib/python" not in name:
            _touched.append(f"{event} {name}")


sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def touches_nothing() -> Iterator[None]:
    global _watching  # noqa: PLW0603  # an audit hook can never be taken off again
    read_feed(f"{OPEN}<item><title>warm</title></item>{CLOSE}".encode())
    _touched.clear()
    _watching = True
    yield
    _watching = False
    assert _touched == []


MANY = " ".join(f"a{number}=1" for number in range(500_000))
MANY_QUOTED = " ".join(f"a{number}='>'" for number in range(500_000))
ENTITIES = "".join(f'<!ENTITY e{n} "&e{n - 1};&e{n - 1};&e{n - 1};">' for n in range(1, 30))
NETSCAPE = 'PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"'
FORBIDDEN = {
    "billion laughs": f'<!DOCTYPE rss [<!ENTITY e0 "ha">{ENTITIES}]>{OPEN}<item><title>&e29;</title></item>{CLOSE}',
    "quadratic": f'<!DOCTYPE rss [<!ENTITY e "{"x" * 50_000}">]>{OPEN}<item><title>{"&e;" * 50_000}</title></item>',
    "external entity": f'<!DOCTYPE rss [<!ENTITY e SYSTEM "file:///etc/passwd">]>{OPEN}<item><title>&e;</title></item>',
    "external dtd": f'<!DOCTYPE rss SYSTEM "http://127.0.0.1/x.dtd">{OPEN}{CLOSE}',
    "parameter entity": f'<!DOCTYPE rss [<!ENTITY % p SYSTEM "http://127.0.0.1/p">%p;]>{OPEN}{CLOSE}',
    "xinclude": f"{OPEN}<item xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='/etc/passwd'/></item>",
    "soup": f"<!DOCTYPE rss [{'<!ENTITY a &quot;b&quot;>' * 50_000}]>{OPEN}{CLOSE}",
    "behind comments": f"<!-- a --><?x y?>\n<!doctype rss [<!ENTITY e 'x'>]>{OPEN}{CLOSE}",
    "netscape with entities": f'<!DOCTYPE rss {NETSCAPE} [<!ENTITY e "x">]>{OPEN}{CLOSE}',
}


@pytest.mark.parametrize("case", FORBIDDEN)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_entities_and_includes_are_refused(case: str, encoding: str) -> None:
    with pytest.raises(InvalidError, match="xml_forbidden"):
        read_feed(FORBIDDEN[case].encode(encoding))


def test_an_entity_that_was_never_declared_stays_text() -> None:
    (item,) = read_feed(f"{OPEN}<item><title>a &xxe; b</title></item>{CLOSE}".encode()).items
    assert item.title is not None
    assert item.title.startswith("a")


@pytest.mark.parametrize(
    "body",
    [
        f"{OPEN}<item><title>Rents</title>{'<a>' * 100_000}{'</a>' * 100_000}</item>{CLOSE}",
        f"{OPEN}<item><title>Rents</title>{'<a>' * 100_000}",
        f"{OPEN}<item><title>Rents</title><a {MANY}/></item>{CLOSE}",
        f"{OPEN}<item><title>Rents</title><a {MANY_QUOTED}/></item>{CLOSE}",
        f"{OPEN}<item><title>Rents</title><description><![CDATA[never closed",
        f"{OPEN}<item><title>Re\0n\x01ts</title></item>{CLOSE}",
        f"{OPEN}<item><title>Rents</title></item>{'<item>' * 1_000}",
    ],
)
def test_shapes_that_hurt_parsers_give_their_item(body: str) -> None:
    assert read_feed(body.encode()).items[0].title == "Rents"


def test_more_items_than_are_read_are_noted() -> None:
    items = "".join(f"<item><title>t</title><guid>{n}</guid></item>" for n in range(MOST_ITEMS + 1))
    feed = read_feed(f"{OPEN}{items}{CLOSE}".encode())
    assert len(feed.items) == MOST_ITEMS
    assert feed.notes == ("The feed has 5,001 items; the first 5,000 are read",)


def test_a_title_of_ten_megabytes_is_cut() -> None:
    (item,) = read_feed(f"{OPEN}<item><title>{'x' * 10_000_000}</title></item>{CLOSE}".encode()).items
    assert len(item.title or "") == 500


PAYLOADS = [
    "<script>evil()</script>",
    "<svg/onload=evil()>",
    "<iframe srcdoc='<script>evil()</script>'></iframe>",
    "<img src=x onerror=evil()>",
    "<a href='javascript:evil()'>x</a>",
    "<base href='//evil.example'>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<form action='//evil.example'></form>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=evil()>",
    "<div style='x:expression(evil())'>x</div>",
    "<style>@import '//evil.example'</style>",
    "<noscript><p title='</noscript><img src=x onerror=evil()>'></noscript>",
]


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("wrap", ["<![CDATA[{}]]>", "{}"])
def test_code_in_a_feed_becomes_no_text(payload: str, wrap: str) -> None:
    escaped = payload.replace("&", "&amp;").replace("<", "&lt;")
    inside = wrap.format(payload if "CDATA" in wrap else escaped)
    fields = f"<title>Rents {inside}</title><author>{inside}</author><description>Told {inside}</description>"
    (item,) = read_feed(f"{OPEN}<item>{fields}</item>{CLOSE}".encode()).items
    article = understand(item)
    for shown in (article.title or "", article.text, *article.authors):
        assert "evil" not in shown
        assert "<" not in shown


@pytest.mark.parametrize("name", ["feed.xml", "http://127.0.0.1:1/feed.xml"])
def test_bytes_that_look_like_a_path_or_an_address_are_never_followed(name: str) -> None:
    with pytest.raises(InvalidError, match="text instead of a feed"):
        read_feed(name.encode())
