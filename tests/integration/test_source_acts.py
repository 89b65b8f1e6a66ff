"""What operators do with sources, by the API and from the command line: find, add, change, pause, delete, import, export."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.articles.opml import Outline, read_opml, write_opml
from services.cli.app import run
from services.errors import InvalidError
from services.store.states import Role
from tests.feed_site import FeedSite, Said, rss
from tests.integration.api import Api, problem, running

NOW = datetime.now(UTC)
HTML = {"Content-Type": "text/html"}
Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def api(tmp_path: Path, database_url: str) -> Iterator[Api]:
    with running(tmp_path, database_url) as one:
        yield one


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command on a data folder of its own; give its exit code and what it wrote."""
    for name in ("TOCSIN_DATA", "TOCSIN_DATABASE_URL", "TOCSIN_BROKER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TOCSIN_CONFIG", "")
    monkeypatch.setenv("TOCSIN_ALLOW_PRIVATE", "127.0.0.0/8")
    folder = str(tmp_path / "data")
    assert run(["setup", "--data", folder]) == 0
    capsys.readouterr()

    def asked(*arguments: str) -> tuple[int, str, str]:
        code = run([*arguments, "--data", folder])
        out, err = capsys.readouterr()
        return code, out, err

    return asked


# ---- finding the feed ----


def home(*links: str, body: str = "") -> Said:
    return Said(f"<html><head>{''.join(links)}</head><body>{body}</body></html>", headers=HTML)


ALTERNATE = '<link rel="alternate" type="application/rss+xml" title="News" href="{}">'


@pytest.mark.parametrize(
    ("page", "feed"),
    [
        (home(ALTERNATE.format("/all.xml")), "/all.xml"),
        (home(ALTERNATE.format("/comments/feed"), ALTERNATE.format("/all.xml")), "/all.xml"),
        (home(ALTERNATE.format("/broken"), ALTERNATE.format("/all.xml")), "/all.xml"),
        (home('<base href="/deep/">', ALTERNATE.format("all.xml")), "/deep/all.xml"),
        (home(body='<a href="/about">About</a> <a href="/rss/all.xml">RSS</a>'), "/rss/all.xml"),
        (home(), "/feed"),
        (home(), "/atom.xml"),
    ],
)
def test_the_feed_of_a_site_is_found_from_its_home_page(ask: Ask, site: FeedSite, page: Said, feed: str) -> None:
    site.at("/", page)
    site.at("/comments/feed", rss(("c", NOW)))
    site.at("/broken", Said("no", 500))
    site.at(feed, rss(("a", NOW), ("b", NOW)))
    code, out, _ = ask("sources", "add", site.url + "/", "--json")
    assert (code, json.loads(out)["url"], json.loads(out)["name"]) == (0, site.url + feed, "Test Gazette")


def test_a_feed_is_taken_as_it_is_and_named_by_itself(ask: Ask, site: FeedSite) -> None:
    code, out, _ = ask("sources", "add", site.at("/x.xml", rss(("a", NOW))))
    assert code == 0
    assert "Test Gazette" in out
    assert "1 item now" in out


def test_a_news_sitemap_named_in_robots_txt_is_found(ask: Ask, site: FeedSite) -> None:
    site.at("/", home())
    site.at("/robots.txt", f"User-agent: *\nSitemap: {site.url}/all.xml\nSitemap: {site.url}/news.xml\n")
    site.at(
        "/news.xml",
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">'
        f"<url><loc>{site.url}/a</loc><n:news><n:publication><n:name>Gazette</n:name></n:publication><n:title>A</n:title></n:news></url></urlset>",
    )
    code, out, _ = ask("sources", "add", site.url, "--json")
    assert (code, json.loads(out)["url"]) == (0, site.url + "/news.xml")


def test_a_site_without_a_feed_is_a_mistake_that_says_what_is_expected(ask: Ask, site: FeedSite) -> None:
    site.at("/", home(body="Welcome"))
    code, _, err = ask("sources", "add", site.url)
    assert code == 2
    assert "No feed was found" in err
    assert "RSS, Atom or JSON feed" in err
    assert ask("sources", "list", "--json")[1] == ""
    assert ask("sources", "add", site.url, "--as-is")[0] == 0


def test_an_address_that_is_missing_is_an_error_and_one_that_is_down_is_watched(ask: Ask, site: FeedSite) -> None:
    assert ask("sources", "add", site.url + "/nothing")[0] == 3
    code, out, _ = ask("sources", "add", site.at("/down", Said("busy", 503)))
    assert code == 0
    assert "could not be looked at now" in out


def test_no_more_is_asked_than_a_dozen_addresses(ask: Ask, site: FeedSite) -> None:
    site.at("/", home(*[ALTERNATE.format(f"/f{n}") for n in range(50)]))
    assert ask("sources", "add", site.url)[0] == 2
    assert len(site.seen) <= 14


def test_a_hostile_home_page_leads_nowhere_inside(ask: Ask, site: FeedSite, monkeypatch: pytest.MonkeyPatch) -> None:
    site.at("/", home(ALTERNATE.format("http://10.0.0.1/feed"), ALTERNATE.format("file:///etc/passwd")))
    code, _, err = ask("sources", "add", site.url)
    assert (code, "Traceback" in err) == (2, False)


def test_the_api_finds_a_feed_and_watches_nothing(api: Api, site: FeedSite) -> None:
    site.at("/", home(ALTERNATE.format("/all.xml")))
    site.at("/all.xml", rss(("a", NOW)))
    found = api.v1("POST", "sources/find", json={"url": site.url}).json()
    assert found == {"url": site.url + "/all.xml", "title": "Test Gazette", "items": 1, "language": None}
    assert api.v1("GET", "sources").json()["items"] == []
    problem(api.v1("POST", "sources/find", json={"url": "http://10.0.0.1/"}), 422)


# ---- by the API ----


def test_a_source_is_added_changed_paused_resumed_and_deleted(api: Api) -> None:
    made = api.made("sources", url="http://127.0.0.1:9/feed.xml", name="Gazette", pages="never")
    path = f"sources/{made['id']}"
    changed = api.v1("PATCH", path, json={"name": "The Gazette", "language": "ES", "home": "US-CA", "pages": "always"})
    assert [changed.json()[key] for key in ("name", "language", "home", "pages")] == [
        "The Gazette",
        "es",
        "US-CA",
        "always",
    ]
    assert api.v1("POST", f"{path}/pause").json()["state"] == "paused"
    problem(api.v1("POST", f"{path}/poll"), 409)
    resumed = api.v1("POST", f"{path}/resume").json()
    assert (resumed["state"], resumed["next_poll_at"] is not None) == ("healthy", True)
    full = api.v1("GET", path).json()
    assert (full["polls"], full["hubs"]) == ([], [])
    assert api.v1("DELETE", path).status_code == 204
    problem(api.v1("GET", path), 404)
    assert api.v1("GET", "sources").json()["items"] == []
    assert api.made("sources", url="http://127.0.0.1:9/feed.xml", name="Gazette")["id"] == made["id"]


def test_what_is_wrong_with_a_source_is_named_by_its_field(api: Api) -> None:
    api.made("sources", url="http://127.0.0.1:9/a", name="A")
    made = api.made("sources", url="http://127.0.0.1:9/b", name="B")
    assert (
        problem(api.v1("POST", "sources", json={"url": "http://127.0.0.1:9/c", "name": "A"}), 409)["pointer"] == "/name"
    )
    assert problem(api.v1("PATCH", f"sources/{made['id']}", json={"name": "A"}), 409)["pointer"] == "/name"
    assert problem(api.v1("PATCH", f"sources/{made['id']}", json={"pages": "some"}), 422)["pointer"] == "/pages"
    assert problem(api.v1("PATCH", f"sources/{made['id']}", json={"state": "gone"}), 422)["pointer"] == "/state"


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "sources/x/pause"), ("POST", "sources/x/resume"), ("PATCH", "sources/x"), ("DELETE", "sources/x"),
     ("POST", "sources/find"), ("GET", "opml"), ("POST", "opml")],
)  # fmt: skip
def test_only_staff_may_act_on_sources(api: Api, method: str, path: str) -> None:
    given = {"json": {}} if method in ("POST", "PATCH") else {}
    problem(api.v1(method, path, role=Role.SUBSCRIBER, **given), 403)
    problem(api.v1(method, path, role=None, **given), 401)


# ---- lists ----


OPML = """<?xml version="1.0"?><opml version="2.0"><head><title>Mine</title></head><body>
 <outline text="Papers"><outline text="One &amp; Co" type="rss" xmlUrl="http://127.0.0.1:9/one" language="en-us"/>
 <outline title="Two" text="2" xmlUrl="http://127.0.0.1:9/two"/></outline>
 <outline text="One again" xmlUrl="http://127.0.0.1:9/one"/>
 <outline text="Inside" xmlUrl="http://10.0.0.1/feed"/><outline text="File" xmlUrl="file:///etc/passwd"/>
</body></opml>"""


def test_a_list_is_imported_and_what_is_refused_does_not_keep_the_others(api: Api) -> None:
    first = api.v1("POST", "opml", json={"opml": OPML}).json()
    assert (first["added"], first["known"]) == (2, 0)
    assert [one["url"] for one in first["refused"]] == ["http://10.0.0.1/feed", "file:///etc/passwd"]
    again = api.v1("POST", "opml", json={"opml": OPML}).json()
    assert (again["added"], again["known"]) == (0, 2)
    rows = {row["name"]: row for row in api.v1("GET", "sources").json()["items"]}
    assert rows["One & Co"]["language"] == "en"


def test_what_is_exported_is_imported_the_same(api: Api) -> None:
    api.v1("POST", "opml", json={"opml": OPML})
    api.made("sources", url="http://ana:s3cret@127.0.0.1:9/three", name='Three "<&>')
    answer = api.v1("GET", "opml")
    assert answer.headers["content-type"].startswith("text/x-opml")
    assert "s3cret" not in answer.text
    assert [(one.url, one.title) for one in read_opml(answer.content)] == [
        ("http://127.0.0.1:9/one", "One & Co"),
        ("http://127.0.0.1:9/three", 'Three "<&>'),
        ("http://127.0.0.1:9/two", "Two"),
    ]


def test_lists_go_out_and_in_from_the_command_line(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "mine.opml"
    file.write_text(OPML)
    code, out, _ = ask("sources", "import", str(file))
    assert code == 1
    assert "2 sources added" in out
    assert "http://10.0.0.1/feed" in out
    code, out, _ = ask("sources", "export")
    assert len(read_opml(out.encode())) == 2
    assert ask("sources", "export", str(tmp_path / "out.opml"))[0] == 0
    code, out, _ = ask("sources", "import", str(tmp_path / "out.opml"), "--json")
    assert (code, json.loads(out)) == (0, {"added": 0, "known": 2, "refused": []})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"", "no XML"),
        (b"plain text", "no XML"),
        (b"<rss/>", "<rss>"),
        (b"<opml><body/></opml>", "names no feeds"),
        (b'<!DOCTYPE opml [<!ENTITY a "b">]><opml><body><outline xmlUrl="http://a.example"/></body></opml>', "xml_forbidden"),
        (b"<opml>" + b"<outline>" * 100_000, "names no feeds"),
        (b"x" * (11 * 1024 * 1024), "is the most"),
        (b"<opml><body>" + b"".join(b'<outline xmlUrl="http://a.example/%d"/>' % n for n in range(20_001)) + b"</body></opml>", "20,000 is the most"),
    ],
    ids=["empty", "text", "rss", "no feeds", "entities", "deep", "large", "many"],
)  # fmt: skip
def test_what_is_no_list_is_refused_with_what_was_found(given: bytes, said: str) -> None:
    with pytest.raises(InvalidError, match=said) as caught:
        read_opml(given)
    assert caught.value.message


def test_a_list_survives_writing_and_reading() -> None:
    given = [Outline("https://a.example/?x=1&y=2", "“Ä” <b>", "de"), Outline("https://b.example/", "")]
    assert read_opml(write_opml(given, NOW).encode()) == given


# ---- from the command line ----


def test_a_source_is_polled_here_and_what_came_is_said(ask: Ask, site: FeedSite) -> None:
    url = site.at("/feed", rss(("a", NOW), ("b", NOW)))
    ask("sources", "add", url, "--name", "Gazette", "--as-is")
    code, out, _ = ask("sources", "poll", "Gazette", "--here")
    assert (code, "2 new articles" in out) == (0, True)
    code, out, _ = ask("sources", "show", "Gazette")
    assert code == 0
    assert "200" in out
    site.at("/feed", Said("no", 500))
    ask("sources", "add", site.url + "/feed?x=1", "--name", "Broken", "--as-is")
    code, out, _ = ask("sources", "poll", "Broken", "--here")
    assert code in (0, 1)  # its host may have its pause yet


def test_pause_resume_and_delete_say_what_they_did(ask: Ask) -> None:
    ask("sources", "add", "http://127.0.0.1:9/feed", "--name", "Gazette", "--as-is")
    assert "paused" in ask("sources", "pause", "Gazette")[1]
    assert json.loads(ask("sources", "list", "--json")[1])["state"] == "paused"
    assert ask("sources", "poll", "Gazette")[0] == 2
    assert "resumed" in ask("sources", "resume", "Gazette")[1]
    assert "deleted" in ask("sources", "delete", "Gazette")[1]
    assert ask("sources", "list", "--json")[1] == ""
    assert ask("sources", "delete", "Gazette")[0] == 2
