"""Tokens and paths as they come over the wire, and other people's things; every route is in test_access_matrix.py."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from services import clock
from services.store.states import Role
from services.store.tables import Token
from tests.integration.api import Api, problem, running


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("api")) as one:
        yield one


def test_the_challenge_names_the_scheme(api: Api) -> None:
    assert api.v1("GET", "articles", role=None).headers["www-authenticate"].startswith("Bearer")


def test_basic_authorization_is_no_token(api: Api) -> None:
    problem(api.v1("GET", "articles", role=None, headers={"Authorization": "Basic YTpi"}), 401)


@pytest.mark.parametrize("name", ["token", "access_token", "api_key", "x"])
def test_a_token_in_an_address_is_refused_and_called_out(api: Api, name: str) -> None:
    said = problem(api.v1("GET", f"articles?{name}={api.tokens[Role.ADMIN]}"), 400)
    assert "Authorization" in said["detail"]


@pytest.mark.parametrize("column", ["revoked_at", "expires_at"])
def test_a_token_that_is_over_does_not_pass(api: Api, column: str) -> None:
    token = api.token(Role.ADMIN)
    assert api.v1("GET", "articles", token=token).status_code == 200
    with api.store.write() as work:
        row = work.session.get_one(Token, token.split("_")[1])
        setattr(row, column, clock.now() - timedelta(seconds=1))
        work.session.add(row)
    problem(api.v1("GET", "articles", token=token), 401)


def test_the_use_of_a_token_is_written_down(api: Api) -> None:
    token = api.token(Role.OPERATOR)
    api.v1("GET", "articles", token=token)
    with api.store.read() as session:
        assert session.get_one(Token, token.split("_")[1]).used_at is not None


@pytest.mark.parametrize("method", ["DELETE", "PUT", "TRACE", "OPTIONS"])
def test_a_method_that_a_path_does_not_know_is_refused(api: Api, method: str) -> None:
    answer = api.v1(method, "articles")
    problem(answer, 405)
    assert answer.headers["allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(
    "path",
    ["/api/v1/nothing", "/api/v1/articles/", "/api//v1/articles", "/api/v1/articles/%00", "/api/v1/articles/a%2fb",
     "/api/v1/articles/%0d%0aX", "/api/v2/articles", "/api/v1/articles/%7f"],
)  # fmt: skip
def test_paths_that_lead_nowhere_are_not_found(api: Api, path: str) -> None:
    problem(api.call("GET", path), 404)


def test_a_method_is_not_overridden_by_a_header(api: Api) -> None:
    answer = api.v1("GET", "articles", headers={"X-HTTP-Method-Override": "DELETE"})
    assert answer.status_code == 200


def test_head_answers_as_get_does(api: Api) -> None:
    assert api.v1("HEAD", "articles").status_code == 200
    assert api.v1("HEAD", "articles", role=None).status_code == 401


@pytest.mark.parametrize("noun", ["people", "channels", "subscriptions"])
def test_what_belongs_to_somebody_else_is_not_found(api: Api, noun: str) -> None:
    made = api.subscription(Role.ADMIN, name=f"Of an admin, {noun}")
    id_ = {"people": made["person"], "channels": made["channels"][0], "subscriptions": made["id"]}[noun]
    theirs = problem(api.v1("GET", f"{noun}/{id_}", role=Role.SUBSCRIBER), 404)
    missing = problem(api.v1("GET", f"{noun}/nope", role=Role.SUBSCRIBER), 404)
    assert theirs["detail"].replace(id_, "nope") == missing["detail"]
    listed = api.v1("GET", f"{noun}?limit=200", role=Role.SUBSCRIBER).json()["items"]
    assert id_ not in [item["id"] for item in listed]


def test_a_subscriber_changes_and_makes_only_what_is_their_own(api: Api) -> None:
    made = api.subscription(Role.ADMIN, name="Not theirs")
    person, channel = made["person"], made["channels"][0]
    own = api.channel(Role.SUBSCRIBER)["id"]
    before = api.rows()
    calls = [
        ("PATCH", f"subscriptions/{made['id']}", {"name": "Mine now"}),
        ("POST", f"channels/{channel}/verify", None),
        ("POST", "channels", {"person": person, "kind": "email", "address": "x@example.org"}),
        ("POST", "subscriptions", {"person": person, "name": "n", "query": "x", "channels": [channel]}),
        ("POST", "subscriptions", {"name": "n", "query": "x", "channels": [channel]}),
    ]
    for method, path, body in calls:
        problem(api.v1(method, path, role=Role.SUBSCRIBER, json=body), 404)
    assert api.rows() == before
    body = {"name": "My own", "query": "x", "channels": [own]}
    assert api.v1("POST", "subscriptions", role=Role.SUBSCRIBER, json=body).status_code == 201


def test_a_subscriber_does_not_confirm_their_own_channel(api: Api) -> None:
    body = {"kind": "email", "address": "sub@example.org", "confirmed": True}
    assert problem(api.v1("POST", "channels", role=Role.SUBSCRIBER, json=body), 422)["pointer"] == "/confirmed"


def test_people_are_shown_to_admins_and_to_themselves(api: Api) -> None:
    listed = api.v1("GET", "people", role=Role.SUBSCRIBER).json()["items"]
    assert [item["id"] for item in listed] == [api.people[Role.SUBSCRIBER]]
    assert len(api.v1("GET", "people").json()["items"]) > 1
