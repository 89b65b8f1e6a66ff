"""What a call makes is made once for an Idempotency-Key, whatever is made; and one person has so many subscriptions."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.api.access import TABLE
from services.store.states import Role
from services.store.tables import Idempotency
from tests.integration.api import Api, problem, running
from tests.integration.pages import tell
from tests.parts import until

OPML = '<opml version="2.0"><body><outline xmlUrl="http://127.0.0.1:9/o"/></body></opml>'


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("once"), subscriptions_most=3) as one:
        yield one


def bodies(api: Api) -> dict[str, dict]:
    channel = api.channel()["id"]
    return {
        "people": {"email": "once@example.org"}, "invitations": {"email": "asked@example.org"}, "teams": {"name": "Once"},
        "tokens": {"name": "once", "scopes": ["ops"]}, "channels": {"kind": "webhook", "url": "http://127.0.0.1:9/x"},
        "subscriptions": {"person": api.people[Role.SUBSCRIBER], "name": "Once", "query": "goat", "channels": [channel]},
        "sources": {"url": "http://127.0.0.1:9/once"}, "opml": {"opml": OPML}, "articles": {"external_id": "o", "text": "Goat"},
    }  # fmt: skip


def test_every_call_that_makes_something_knows_the_key(api: Api) -> None:
    paths = api.call("GET", "/openapi.json").json()["paths"]
    made = {
        path.removeprefix("/api/v1/")
        for path, its in paths.items()
        if "201" in its.get("post", {}).get("responses", {})
    }
    by_id = {"alerts/{id}/feedback", "channels/{id}/rotate", "stories/{id}/split"}
    assert made - by_id | {"opml", "articles"} == set(bodies(api))
    assert {f"/api/v1/{noun}" for noun in bodies(api)} <= {row.path for row in TABLE}


@pytest.mark.parametrize(
    "noun", ["people", "invitations", "teams", "tokens", "channels", "subscriptions", "sources", "opml", "articles"]
)
def test_a_repeat_with_the_key_makes_nothing_and_gets_the_first_answer(api: Api, noun: str) -> None:
    body, key = bodies(api)[noun], {"Idempotency-Key": f"once {noun}"}
    first = api.v1("POST", noun, json=body, headers=key)
    assert first.status_code in (200, 201, 202), first.text
    if noun == "invitations":
        until(lambda: list((api.settings.data / "mail").glob("*.eml")), "the mail", 20)
    rows, mails = api.rows(), len(list((api.settings.data / "mail").glob("*.eml")))
    again = api.v1("POST", noun, json=body, headers=key)
    shown = first.json() | {name: None for name in ("token", "secret") if name in first.json()}
    assert (again.status_code, again.json()) == (first.status_code, shown)
    assert (api.rows(), len(list((api.settings.data / "mail").glob("*.eml")))) == (rows, mails)
    other = api.v1(
        "POST", noun, json={**body, "external_id": "p"} if noun == "articles" else {**body, "x": 1}, headers=key
    )
    assert other.status_code == 422


def test_a_key_of_one_call_is_refused_for_another(api: Api) -> None:
    key = {"Idempotency-Key": "shared"}
    assert api.v1("POST", "teams", json={"name": "Shared"}, headers=key).status_code == 201
    assert (
        "another request"
        in problem(api.v1("POST", "people", json={"email": "s@example.org"}, headers=key), 422)["detail"]
    )
    assert api.v1("POST", "teams", json={"name": "Shared 2"}, headers=key).status_code == 422
    assert api.v1("POST", "teams", json={"name": "Shared 3"}, headers={"Idempotency-Key": "x" * 256}).status_code == 400


def test_a_refused_call_leaves_its_key_free(api: Api) -> None:
    key = {"Idempotency-Key": "refused"}
    assert api.v1("POST", "people", json={"email": "admin@example.org"}, headers=key).status_code == 409
    assert api.v1("POST", "people", json={"email": "free@example.org"}, headers=key).status_code == 201


def test_no_secret_is_kept_with_an_answer(api: Api) -> None:
    token = api.v1("POST", "tokens", json={"name": "s", "scopes": ["ops"]}, headers={"Idempotency-Key": "s1"}).json()[
        "token"
    ]
    hook = {"kind": "webhook", "url": "http://127.0.0.1:9/kept"}
    secret = api.v1("POST", "channels", json=hook, headers={"Idempotency-Key": "s2"}).json()["secret"]
    with api.store.read() as session:
        kept = "".join(row.response for row in session.query(Idempotency))
    assert token
    assert secret
    assert token not in kept
    assert secret not in kept


def test_a_secret_is_rotated_once_for_a_key(api: Api) -> None:
    hook = api.made("channels", kind="webhook", url="http://127.0.0.1:9/turned")["id"]
    first, again = (api.v1("POST", f"channels/{hook}/rotate", headers={"Idempotency-Key": "turn"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["secret"]
    assert again.json() == first.json() | {"secret": None}


def test_many_calls_with_one_key_at_once_make_one_thing(api: Api) -> None:
    answers: list[str] = []

    def ask() -> None:
        answers.append(api.v1("POST", "teams", json={"name": "Crowd"}, headers={"Idempotency-Key": "crowd"}).text)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 20
    assert len(set(answers)) == 1


def test_d13_one_subscriber_has_so_many_subscriptions_and_no_more(tmp_path: Path) -> None:
    """With 10,000 as the limit of a test it would only take longer: each one is counted before it is added."""
    with running(tmp_path, subscriptions_most=3) as api:
        channel, number = api.channel()["id"], itertools.count()

        def ask(role: Role = Role.SUBSCRIBER):
            body = {
                "person": api.people[Role.SUBSCRIBER],
                "name": f"Same {next(number)}",
                "query": "goat",
                "channels": [channel],
            }
            return api.v1("POST", "subscriptions", json=body, role=role)

        assert [ask().status_code for _ in range(5)] == [201, 201, 201, 429, 429]
        assert "3 subscriptions" in problem(ask(), 429)["detail"]
        assert len(api.v1("GET", "subscriptions").json()["items"]) == 3
        assert ask(Role.ADMIN).status_code == 201


def test_feedback_with_a_key_does_not_come_back_over_what_was_said_later(api: Api) -> None:
    path, key = f"alerts/{tell(api)}/feedback", {"Idempotency-Key": "once said"}
    first = api.v1("POST", path, json={"verdict": "relevant"}, headers=key)
    assert (first.status_code, first.json()["feedback"]) == (201, "relevant")
    assert api.v1("POST", path, json={"verdict": "duplicate"}).json()["feedback"] == "duplicate"
    again = api.v1("POST", path, json={"verdict": "relevant"}, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert api.v1("GET", path.removesuffix("/feedback")).json()["feedback"] == "duplicate"
    problem(api.v1("POST", path, json={"verdict": "wrong_place"}, headers=key), 422)
