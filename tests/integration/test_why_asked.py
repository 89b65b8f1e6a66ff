"""Why, by the API and the command line: who may ask of whose subscriptions, and what is said."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from services import clock
from services.cli.app import run
from services.store.states import Role
from tests.integration.api import Api, problem, running
from tests.integration.stages_of_articles import QUERY, TEXT, URL, pushed
from tests.town import Town


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("api")) as one:
        one.mine = one.subscription(Role.SUBSCRIBER, name="Sanctuary", query="goats")["id"]
        one.theirs = one.subscription(Role.ADMIN, name="All", query=QUERY)["id"]
        town = Town(one.store)
        town.now = clock.now()
        pushed(town)
        town.run()
        yield one


def test_a_subscriber_sees_their_own_subscriptions_and_nobody_elses(api: Api) -> None:
    found = api.v1("GET", "why", params={"url": URL}, role=Role.SUBSCRIBER).json()
    assert [line["id"] for line in found["subscriptions"]] == [api.mine]
    assert found["subscriptions"][0]["stopped"] == "query"
    assert (found["article"]["source"], found["stopped"]) == ("Paper", "query")
    said = problem(api.v1("GET", "why", params={"url": URL, "subscription": api.theirs}, role=Role.SUBSCRIBER), 404)
    assert said["detail"] == f'There is no subscription "{api.theirs}"'


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMIN])
def test_staff_may_ask_for_any_subscription(api: Api, role: Role) -> None:
    found = api.v1("GET", "why", params={"url": URL, "subscription": api.mine}, role=role).json()
    assert [line["id"] for line in found["subscriptions"]] == [api.mine]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMIN])
def test_staff_who_name_no_subscription_see_everybody_whom_it_concerns(api: Api, role: Role) -> None:
    paused = api.subscription(Role.SUBSCRIBER, name=f"Paused {role}", query="council late")["id"]
    api.v1("PATCH", f"subscriptions/{paused}", json={"state": "paused"})
    found = api.v1("GET", "why", params={"url": URL}, role=role).json()
    lines = {one["id"]: one for one in found["subscriptions"]}
    assert api.theirs in lines  # was alerted
    assert lines[paused]["because"] in ("later", "paused")  # holds, and did not take part
    assert api.mine not in lines  # its query does not hold
    assert lines[paused]["person"] == api.people[Role.SUBSCRIBER]
    assert found["everybody"]["more"] is False
    assert found["everybody"]["rules_tried"] == found["everybody"]["rules"] >= 3


def test_copies_are_shown_to_those_who_heard_of_the_story(api: Api) -> None:
    town = Town(api.store)
    town.now = clock.now()
    town.push("copy", TEXT, url="https://courier.example/copy", source="Courier", title="A council votes")
    town.run()
    found = api.v1("GET", "why", params={"url": URL}, role=Role.OPERATOR).json()
    assert [(one["source"], one["url"]) for one in found["copies"]] == [("Courier", "https://courier.example/copy")]
    assert api.v1("GET", "why", params={"url": URL}, role=Role.SUBSCRIBER).json()["copies"] == []


def test_a_link_that_was_never_seen_says_so(api: Api) -> None:
    found = api.v1("GET", "why", params={"url": "https://unknown.example/story"}, role=Role.SUBSCRIBER).json()
    assert (found["article"], found["stopped"], found["because"]) == (None, "source", "unknown_source")
    assert found["stages"][0]["text"] == "Never seen. Tocsin does not watch unknown.example."


@pytest.mark.parametrize("params", [{}, {"url": "council"}, {"url": "ftp://paper.example/x"}, {"url": URL, "x": "1"}])
def test_what_is_no_link_is_refused(api: Api, params: dict) -> None:
    problem(api.v1("GET", "why", params=params), 400)


def test_the_command_tells_the_stages_and_what_to_do(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(api.settings.data)
    assert run(["why", URL, "--all", "--data", data]) == 1
    out = capsys.readouterr().out
    assert out.startswith("Council votes\nPaper, ")
    assert "\nSanctuary\n  ✓ the source is watched" in out
    assert "  x the query did not hold" in out
    assert "      The query did not hold: goats is not in the article.\n  · your settings" in out
    assert run(["why", "https://unknown.example/story", "--data", data]) == 1
    out = capsys.readouterr().out
    assert out.startswith("x Never seen. Tocsin does not watch unknown.example.\n  Watch it: tocsin sources add --data")
    assert run(["why", URL, "--subscription", api.mine, "--json", "--data", data]) == 1
    assert json.loads(capsys.readouterr().out)["because"] == "false_clause"
