"""What holds for every page: escaping, policy, links that change nothing; and the lists that lead from one to another."""

from __future__ import annotations

from itertools import pairwise
from urllib.parse import urljoin

import httpx2
import lxml.html
import pytest

from services import clock
from services.store.states import Role
from services.store.tables import Source
from tests.integration.api import Api
from tests.integration.pages import EVIL, kept, page, tell


def test_what_comes_from_outside_is_text_on_every_page(api: Api) -> None:
    tell(api, title=EVIL, sentence=EVIL)
    kept(api, subject=EVIL)
    with api.store.write() as work:
        failing = {"state": "failing", "reason": EVIL, "failing_since": clock.now()}
        work.session.add(Source(id="s", name=EVIL, url="https://star.example/", created_at=clock.now(), **failing))
    for path in ("/", "/mail", "/mail/msg_1", f"/mail/{EVIL}", f"/{EVIL}", f"/?x={EVIL}", f"/in/{EVIL}", f"/c/{EVIL}"):
        answer = api.call("GET", path)
        shown = lxml.html.document_fromstring(answer.text)
        assert not shown.xpath(
            "//script[not(starts-with(@src, '/static/'))] | //img | //@onerror | //style | //@style"
        ), path
    assert EVIL in page(api).text_content()


@pytest.mark.parametrize("path", ["/", "/sign-in", "/docs", "/mail", "/nowhere", "/in/x", "/c/x"])
def test_every_page_carries_its_policy(api: Api, path: str) -> None:
    answer = api.call("GET", path)
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; connect-src 'self'; style-src 'self'; img-src 'self'; script-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SUBSCRIBER])
def test_following_every_link_changes_nothing(api: Api, role: Role) -> None:
    tell(api)
    kept(api)
    before, waiting, seen = api.rows(), ["/", "/docs", "/mail"], set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = api.call("GET", path, role=role)
        assert answer.status_code in (200, 403), path
        waiting += _links(answer, path)
    assert len(seen) > 4
    assert api.rows() == before


def _links(answer: httpx2.Response, path: str) -> list[str]:
    if not answer.headers["content-type"].startswith("text/html"):
        return []
    found = lxml.html.document_fromstring(answer.text).xpath("//@href | //@src")
    return [urljoin(path, link).partition("#")[0] for link in found if not link.startswith("http")]


def test_pages_are_whole_documents_with_one_headline(api: Api) -> None:
    kept(api)
    for path, status in (
        ("/", 200),
        ("/docs", 200),
        ("/mail", 200),
        ("/mail/msg_1", 200),
        ("/sign-in", 200),
        ("/x", 404),
    ):
        shown = page(api, path, status=status)
        assert shown.get("lang") == "en"
        assert len(shown.xpath("//h1")) == 1
        assert len(shown.xpath("//main[@id='main']")) == 1
        levels = [int(head.tag[1]) for head in shown.iter("h1", "h2", "h3")]
        assert all(after - before <= 1 for before, after in pairwise(levels)), (path, levels)


def test_the_style_sheet_is_the_only_file(api: Api) -> None:
    answer = api.call("GET", "/static/tocsin.css", role=None)
    assert answer.headers["content-type"].startswith("text/css")
    assert "max-age" in answer.headers["cache-control"]
    for name in ("..%2fsite.py", "%2e%2e/site.py", "x.css", "tocsin.css/"):
        assert api.call("GET", f"/static/{name}", role=None).status_code == 404


def test_what_a_reader_says_of_an_alert_is_kept_on_its_page(api: Api) -> None:
    path = f"/alerts/{tell(api)}"

    def say(word: str, role: Role = Role.SUBSCRIBER) -> httpx2.Response:
        return api.call("POST", f"{path}/feedback", role=role, data={"say": word})

    assert say("relevant").headers["location"] == f"{path}?said=told"
    pressed = "//button[@aria-pressed='true']/@value"
    assert lxml.html.document_fromstring(api.call("GET", path, role=Role.SUBSCRIBER).text).xpath(pressed) == [
        "relevant"
    ]
    assert say("mute").headers["location"] == f"{path}?said=story-muted"
    assert "Hear this story again" in api.call("GET", path, role=Role.SUBSCRIBER).text
    assert say("unmute").headers["location"] == f"{path}?said=story-heard"
    assert say("nonsense").status_code == 422
    assert say("relevant", Role.OPERATOR).status_code == 403


def test_stories_lead_to_their_articles_and_readers_see_their_own(api: Api) -> None:
    tell(api, title=EVIL)
    shown = lxml.html.document_fromstring(api.call("GET", "/stories").text)
    link = next(one.get("href") for one in shown.iter("a") if one.text_content() == EVIL)
    assert link.startswith("/articles?story=")
    assert EVIL in lxml.html.document_fromstring(api.call("GET", link).text).text_content()
    article = api.v1("GET", "articles").json()["items"][0]["id"]
    assert article in api.call("GET", f"/articles?article={article}").text
    heard = lxml.html.document_fromstring(api.call("GET", "/stories", role=Role.SUBSCRIBER).text).text_content()
    assert EVIL in heard


def test_articles_are_listed_for_operators_by_state_and_source(api: Api) -> None:
    tell(api, title=EVIL)
    assert EVIL in lxml.html.document_fromstring(api.call("GET", "/articles?state=matched").text).text_content()
    assert "Nothing waits" in api.call("GET", "/articles?state=new").text
    assert api.call("GET", "/articles?state=lost").status_code in (400, 422)
    assert api.call("GET", "/articles", role=Role.SUBSCRIBER).status_code == 403
