"""`tocsin explain` and `POST /api/v1/queries/explain`: the same answer, and mistakes in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services import clock, pipeline
from services.cli.app import run
from services.store.states import Role
from tests.integration.api import Api, problem, running

TEXT = """Council votes

The council made Oakton a sanctuary city.

READ MORE: Animal shelter fined over permits

Residents cheered.
"""
QUERY = '"sanctuary city" shelter'


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("api")) as one:
        yield one


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "article.txt"
    path.write_text(TEXT)
    return str(path)


def test_the_command_says_which_parts_hold_and_what_decided(capsys: pytest.CaptureFixture[str], file: str) -> None:
    assert run(["explain", QUERY, file]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "x does not match   Council votes"
    assert '  ✓ "sanctuary city"' in lines
    assert "  x shelter" in lines
    assert "                         characters 41 to 55 of the text" in lines
    assert "In zones that do not count:" in lines


def test_the_command_and_the_api_give_the_same(capsys: pytest.CaptureFixture[str], file: str, api: Api) -> None:
    assert run(["explain", QUERY, file, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    answer = api.v1("POST", "queries/explain", json={"query": QUERY, "text": TEXT}, role=Role.SUBSCRIBER)
    assert answer.status_code == 200
    shown = answer.json()
    assert {name: told[name] for name in shown} == shown
    assert shown["matched"] is False
    assert [leaf["clause"] for leaf in shown["missing"]] == ["shelter"]
    assert [one["zone"] for one in shown["ignored"]] == ["teaser"]


def test_a_stored_article_is_explained_by_its_id(api: Api) -> None:
    pushed = {"external_id": "e1", "title": "Council votes", "text": TEXT, "source": "Oakton Paper"}
    [article] = api.v1("POST", "articles", json={"articles": [pushed]}).json()["items"]
    sent = {"query": 'source:"Oakton Paper" cheer*', "article": article["id"]}
    assert "waits to be read" in problem(api.v1("POST", "queries/explain", json=sent), 409)["detail"]
    pipeline.ingest(api.store, clock.now, timedelta(seconds=60))
    shown = api.v1("POST", "queries/explain", json=sent).json()
    assert shown["matched"] is True
    assert [one["clause"] for one in shown["evidence"]] == ['source:"Oakton Paper"', "cheer*"]


@pytest.mark.parametrize(
    ("sent", "status", "pointer"),
    [
        ({"query": "a OR (b", "text": "x"}, 422, "/query"),
        ({"query": "council"}, 422, None),
        ({"query": "council", "text": "x", "html": "<p>x</p>"}, 422, None),
        ({"query": "council", "text": "  "}, 422, "/text"),
        ({"query": "council", "article": "missing"}, 404, None),
    ],
)
def test_what_cannot_be_explained_says_why(api: Api, sent: dict, status: int, pointer: str | None) -> None:
    said = problem(api.v1("POST", "queries/explain", json=sent), status)
    assert pointer is None or said["pointer"] == pointer


def test_a_feed_of_many_is_sent_to_match(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    items = "".join(f"<item><guid>{n}</guid><description>Word {n}</description></item>" for n in (1, 2))
    feed.write_text(f'<?xml version="1.0"?><rss version="2.0"><channel><title>P</title>{items}</channel></rss>')
    assert run(["explain", "word", str(feed)]) == 2
    assert "tocsin match QUERY" in capsys.readouterr().err
