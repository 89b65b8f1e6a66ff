"""What is read has a tag, and a change on its condition is made only if nobody else changed the thing meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.api.access import TABLE
from services.store.states import Role
from tests.integration.api import Api, problem, running

PACK = """\
name: goats
title: Goats
description: Goats and what they do.
terms: [goat]
must_match: ["A goat was elected mayor of the town."]
must_not_match: ["A sheep was elected mayor of the town."]
"""


@pytest.fixture
def api(tmp_path: Path, database_url: str) -> Iterator[Api]:
    with running(tmp_path, database_url) as one:
        yield one


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("etags")) as one:
        yield one


def made(api: Api, noun: str) -> tuple[str, dict]:
    """Make a thing; give its path and a change of it."""
    match noun:
        case "people":
            return f"people/{api.people[Role.SUBSCRIBER]}", {"name": "Changed"}
        case "teams":
            return f"teams/{api.made('teams', name=f'Team {len(api.rows())} {id(api)}')['id']}", {"name": f"T{id(api)}"}
        case "channels":
            return f"channels/{api.channel()['id']}", {"fallback_after_s": 77}
        case "subscriptions":
            return f"subscriptions/{api.subscription(name='Tagged')['id']}", {"name": "Changed"}
    return f"sources/{api.made('sources', url='http://127.0.0.1:9/feed', name='Tagged')['id']}", {"name": "Changed"}


@pytest.mark.parametrize("noun", ["people", "teams", "channels", "subscriptions", "sources"])
def test_a_change_on_a_condition_is_made_once_and_then_refused(shared: Api, noun: str) -> None:
    path, body = made(shared, noun)
    read = shared.v1("GET", path)
    tag = read.headers["etag"]
    assert shared.v1("GET", path).headers["etag"] == tag
    same = shared.v1("GET", path, headers={"If-None-Match": f'W/{tag}, "x"'})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    for wrong in ('"another"', f"W/{tag}"):
        said = problem(shared.v1("PATCH", path, json=body, headers={"If-Match": wrong}), 412)
        assert said["type"] == "urn:tocsin:problem:changed"
    assert shared.v1("GET", path).json() == read.json()
    changed = shared.v1("PATCH", path, json=body, headers={"If-Match": tag})
    assert changed.status_code == 200, changed.text
    new = shared.v1("GET", path)
    assert changed.headers["etag"] == new.headers["etag"] != tag
    problem(shared.v1("PATCH", path, json=body, headers={"If-Match": tag}), 412)
    assert shared.v1("GET", path, headers={"If-None-Match": tag}).status_code == 200
    assert shared.v1("PATCH", path, json=body, headers={"If-Match": "*"}).status_code == 200


@pytest.mark.parametrize("noun", ["teams", "sources"])
def test_a_thing_is_deleted_on_a_condition(shared: Api, noun: str) -> None:
    path = "teams/" + shared.made("teams", name="To delete")["id"] if noun == "teams" else (
        "sources/" + shared.made("sources", url="http://127.0.0.1:9/gone", name="To delete")["id"]
    )  # fmt: skip
    problem(shared.v1("DELETE", path, headers={"If-Match": '"x"'}), 412)
    tag = shared.v1("GET", path).headers["etag"]
    assert shared.v1("DELETE", path, headers={"If-Match": tag}).status_code == 204


def test_a_topic_is_put_only_as_new_or_only_as_it_was_read(shared: Api) -> None:
    body = {"yaml": PACK}
    problem(shared.v1("PUT", "topics/goats", json=body, headers={"If-Match": "*"}), 412)
    first = shared.v1("PUT", "topics/goats", json=body, headers={"If-None-Match": "*"})
    assert first.status_code == 200, first.text
    assert shared.v1("GET", "topics/goats").headers["etag"] == first.headers["etag"]
    problem(shared.v1("PUT", "topics/goats", json=body, headers={"If-None-Match": "*"}), 412)
    changed = {"yaml": PACK.replace("what they do", "what they did")}
    assert (
        shared.v1("PUT", "topics/goats", json=changed, headers={"If-Match": first.headers["etag"]}).status_code == 200
    )
    problem(shared.v1("PUT", "topics/goats", json=body, headers={"If-Match": first.headers["etag"]}), 412)


def test_a_condition_that_cannot_be_read_or_kept_is_refused(shared: Api) -> None:
    path, body = made(shared, "people")
    problem(shared.v1("PATCH", path, json=body, headers={"If-Match": "no quotes"}), 400)
    problem(shared.v1("POST", "queries/check", json={"query": "goat"}, headers={"If-Match": '"a"'}), 400)


def test_nothing_of_others_is_learned_by_a_condition(shared: Api) -> None:
    path = f"people/{shared.people[Role.ADMIN]}"
    for tag in ("*", '"x"', shared.v1("GET", path).headers["etag"]):
        problem(shared.v1("PATCH", path, role=Role.SUBSCRIBER, json={"name": "x"}, headers={"If-Match": tag}), 404)


def test_of_changes_at_once_on_one_condition_one_is_made(api: Api) -> None:
    path, _ = made(api, "subscriptions")
    tag = api.v1("GET", path).headers["etag"]

    def change(number: int) -> int:
        return api.v1("PATCH", path, json={"name": f"Name {number}"}, headers={"If-Match": tag}).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(change, range(8)))
    assert answers == [200] + [412] * 7


def test_every_change_of_one_thing_takes_a_condition(shared: Api) -> None:
    described = shared.call("GET", "/openapi.json").json()["paths"]
    for row in TABLE:
        if not row.path.startswith("/api/") or not row.path.endswith("}") or "GET" not in {
            method for one in TABLE if one.path == row.path for method in one.methods
        }:  # fmt: skip
            continue
        for method in set(row.methods) & {"PATCH", "PUT", "DELETE"}:
            named = [one["name"].lower() for one in described[row.path][method.lower()].get("parameters", [])]
            assert "if-match" in named, (method, row.path)
