"""Articles in the news standards: ninjs, NITF, NewsML-G2 and its messages, all or none."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.integration.api import Api, problem, running


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("api")) as one:
        yield one


NINJS = {"uri": "urn:ledger:1", "headline": "Council caps rents", "body_text": "The council voted.", "language": "en"}
NITF = """<nitf><head><docdata><doc-id id-string="urn:ledger:2"/></docdata></head><body><body.head><hedline>
<hl1>Council caps rents</hl1></hedline></body.head><body.content><p>The council voted.</p></body.content></body></nitf>"""
NEWSML = """<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:ledger:3" standard="NewsML-G2"
 standardversion="2.30"><itemMeta><itemClass qcode="ninat:text"/><provider literal="x"/>
<versionCreated>2026-05-04T10:00:00Z</versionCreated></itemMeta><contentMeta><headline>Council caps rents</headline>
</contentMeta><contentSet><inlineData contenttype="text/plain">The council voted.</inlineData></contentSet></newsItem>"""
MESSAGE = f'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>{NEWSML}{NEWSML.replace(":3", ":4")}</itemSet></newsMessage>'


@pytest.mark.parametrize(
    ("kind", "body", "known"),
    [
        ("application/vnd.iptc.ninjs+json", json.dumps(NINJS), "urn:ledger:1"),
        ("application/json", json.dumps(NINJS | {"uri": "urn:ledger:1b"}), "urn:ledger:1b"),
        ("application/nitf+xml", NITF, "urn:ledger:2"),
        ("text/xml; charset=utf-8", NITF.replace(":2", ":2b"), "urn:ledger:2b"),
        ("application/vnd.iptc.g2.newsitem+xml", NEWSML, "urn:ledger:3"),
    ],
)
def test_an_article_in_a_news_standard_is_taken_in(api: Api, kind: str, body: str, known: str) -> None:
    call = {"content": body.encode(), "headers": {"Content-Type": kind, "Idempotency-Key": known}}
    taken = api.v1("POST", "articles?source=The%20Ledger", **call)
    assert taken.status_code == 202, taken.text
    shown = api.v1("GET", f"articles/{taken.json()['id']}").json()
    assert (shown["external_id"], shown["source"], shown["title"]) == (known, "The Ledger", "Council caps rents")
    assert api.v1("POST", "articles?source=The%20Ledger", **call).json() == taken.json()


def test_messages_and_lists_are_taken_in_all_or_none(api: Api) -> None:
    call = {"content": MESSAGE.encode(), "headers": {"Content-Type": "application/xml"}}
    assert len(api.v1("POST", "articles", **call).json()["items"]) == 2
    listed = [NINJS | {"uri": f"urn:list:{n}"} for n in range(3)]
    assert len(api.v1("POST", "articles", json=listed).json()["items"]) == 3
    before = api.rows()
    said = problem(api.v1("POST", "articles", json=[*listed, {"uri": "urn:list:4", "headline": 5}]), 422)
    assert said["pointer"] == "/3/headline"
    assert api.rows() == before


@pytest.mark.parametrize(
    ("kind", "body", "status", "said"),
    [
        ("application/json", json.dumps(NINJS | {"pubstatus": "canceled"}), 422, "is held back: canceled"),
        ("application/json", json.dumps(NINJS | {"embargoed": "2190-01-01T00:00:00Z"}), 422, "embargo until 2190"),
        ("application/json", json.dumps({"uri": "u", "type": "text"}), 422, "neither headline nor text"),
        ("application/vnd.iptc.ninjs+json; version=1.0", json.dumps(NINJS | {"type": "component"}), 422, "/type"),
        ("application/vnd.iptc.ninjs+json", '{"uri": "u", "uri": "u"}', 400, "stands twice"),
        ("application/nitf+xml", NEWSML, 422, "The document is not NITF"),
        ("application/xml", "<rss/>", 422, "carries no article"),
        ("application/xml", '<!DOCTYPE nitf [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + NITF, 422, "xml_forbidden"),
        ("application/xml", "<nitf><body>", 422, "not well-formed"),
        ("application/xhtml+xml", "<html/>", 415, "Expected the Content-Type application/json"),
    ],
)
def test_what_a_news_standard_does_not_allow_is_refused(api: Api, kind: str, body: str, status: int, said: str) -> None:
    before = api.rows()
    answer = api.v1("POST", "articles", content=body.encode(), headers={"Content-Type": kind})
    assert said in problem(answer, status)["detail"]
    assert api.rows() == before


def test_an_embargo_that_is_over_holds_nothing_back(api: Api) -> None:
    body = NINJS | {"uri": "urn:ledger:over", "embargoed": "2026-01-01T00:00:00Z"}
    assert api.v1("POST", "articles", json=body).status_code == 202
