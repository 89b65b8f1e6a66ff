"""A story is split by an operator: by the API, on its page after a question, and from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest

from services import clock, pipeline
from services.addressing import Options
from services.cli.app import run
from services.rules.engine import Engine
from services.store.live_stories import LiveStories
from services.store.rules import LiveRules
from services.store.states import Role
from services.store.story_split import BECAUSE
from services.store.tables import Article
from services.stories.decision import Decision, Relation
from tests.integration.api import Api, problem, running
from tests.town import LEASE


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("split")) as one:
        one.subscription(Role.SUBSCRIBER, name="Oaks", query="oaks OR ferry")
        yield one


def match(api: Api) -> None:
    packs = api.client.app.state.parts.packs
    pipeline.ingest(api.store, clock.now, LEASE)
    pipeline.match(api.store, LiveRules(Engine(packs.trees), packs), clock.now, LEASE, Options(timedelta(minutes=5)))


@pytest.fixture
def merged(api: Api, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Give a story of two articles, the second of which was taken for a retelling; and that."""
    first = push(api, "ferry", "Wire", request.node.name)
    wrong = Decision(Relation.RETELLING, f"17 terms as in {first.id}", story=first.story, near=first.id, score=0.4)
    with monkeypatch.context() as patched:
        patched.setattr(LiveStories, "decide", lambda *_: wrong)
        second = push(api, "oaks", "Echo", request.node.name)
    assert first.story is not None
    assert second.story == first.story
    assert api.v1("GET", f"stories/{first.story}").json()["articles"] == 2
    return first.story, second.id


def push(api: Api, thing: str, source: str, name: str) -> Article:
    letters = Random(f"{thing} {name}")
    words = " ".join("".join(letters.choices("abcdefghiklmnoprstu", k=8)) for _ in range(40))
    body = {
        "external_id": f"{source} {name}", "title": words[:26].capitalize(), "text": f"The {thing}: {words}.",
        "source": source, "url": f"https://{source}.example/{name}",
    }  # fmt: skip
    article = api.v1("POST", "articles", json=body).json()["id"]
    match(api)
    with api.store.read() as session:
        return session.get_one(Article, article)


def last_audit(api: Api) -> dict:
    return api.v1("GET", "audit", role=Role.OPERATOR).json()["items"][0]


def test_an_operator_splits_a_story_by_the_api_with_an_audit_row(api: Api, merged: tuple[str, str]) -> None:
    story, article = merged
    problem(api.v1("POST", f"stories/{story}/split", json={"article": article}, role=Role.SUBSCRIBER), 403)
    problem(api.v1("POST", f"stories/{story}/split", json={"article": "nothing"}, role=Role.OPERATOR), 404)
    problem(api.v1("POST", "stories/nothing/split", json={"article": article}, role=Role.OPERATOR), 404)
    first = api.v1("GET", f"stories/{story}").json()["first_article"]
    said = problem(api.v1("POST", f"stories/{story}/split", json={"article": first}, role=Role.OPERATOR), 409)
    assert said["detail"] == "The story began with this article. Part the others from it instead"
    key = {"Idempotency-Key": f"split {article}"}
    answers = [
        api.v1("POST", f"stories/{story}/split", json={"article": article}, role=Role.OPERATOR, headers=key)
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 201]
    new = answers[0].json()
    assert answers[1].json() == new
    assert (new["first_article"], new["articles"], new["parted_from"]) == (article, 1, story)
    assert api.v1("GET", f"stories/{story}").json()["articles"] == 1
    row = last_audit(api)
    assert (row["action"], row["object"], row["before"], row["after"]) == ("story split", story, article, new["id"])
    match(api)
    shown = api.v1("GET", f"articles/{article}").json()
    assert (shown["story"], shown["state"], shown["because"]) == (new["id"], "matched", BECAUSE)


def test_why_says_that_an_operator_parted_it(api: Api, merged: tuple[str, str]) -> None:
    story, article = merged
    url = api.v1("GET", f"articles/{article}").json()["url"]
    subscription = api.v1("GET", "subscriptions").json()["items"][0]["id"]
    api.v1("POST", f"stories/{story}/split", json={"article": article})
    waits = api.v1("GET", "why", params={"url": url, "subscription": subscription}).json()
    assert "it waits to be matched anew" in waits["stages"][2]["text"]
    match(api)
    line = api.v1("GET", "why", params={"url": url, "subscription": subscription}).json()["subscriptions"][0]
    text = {one["stage"]: one["text"] for one in line["stages"]}["story"]
    assert text == "An operator parted it from another story, and it began its own."


def test_the_page_of_the_story_asks_and_parts(api: Api, merged: tuple[str, str]) -> None:
    story, article = merged
    listed = api.call("GET", f"/articles?story={story}", role=Role.OPERATOR).text
    assert listed.count(">Part it<") == 1
    assert f"/stories/{story}/split?article={article}" in listed
    asked = api.call("GET", f"/stories/{story}/split?article={article}", role=Role.OPERATOR).text
    assert "Is this another story?" in asked
    assert api.v1("GET", f"articles/{article}").json()["title"] in asked
    answer = api.call("POST", f"/stories/{story}/split", role=Role.OPERATOR, data={"article": article})
    with api.store.read() as session:
        new = session.get_one(Article, article).story
    assert answer.headers["location"] == f"/articles?story={new}&said=parted"
    assert "Part it<" not in api.call("GET", f"/articles?story={story}", role=Role.OPERATOR).text
    assert last_audit(api)["action"] == "story split"


def test_the_command_parts_it(api: Api, merged: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    story, article = merged
    where = ["--data", str(api.settings.data)]
    assert run(["stories", "split", story, article, *where]) == 0
    assert "1 article began the story" in capsys.readouterr().out
    assert run(["stories", "split", story, article, "--json", *where]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["parted_from"], said["articles"], said["done"]) == (story, 1, False)
    assert run(["stories", "split", story, "nothing", *where]) != 0
    assert 'no article "nothing"' in capsys.readouterr().err
