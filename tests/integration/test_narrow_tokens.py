"""A token does what its scopes say and no more, whoever's it is: one of an admin's that may only push is no admin."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.store.states import Role
from tests.integration.api import Api, problem, running


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("narrow")) as one:
        yield one


@pytest.fixture
def narrow(api: Api) -> str:
    """A token of an admin's that manages subscriptions."""
    return api.token(Role.ADMIN, ("subscriptions:write",))


def test_it_revokes_itself_and_what_may_do_no_more(api: Api) -> None:
    pushes, reads = api.token(Role.ADMIN, ("articles:write",)), api.token(Role.ADMIN, ("articles:write", "ops"))
    whole = api.tokens[Role.ADMIN]
    for stronger in (whole, reads):
        said = problem(api.v1("DELETE", f"tokens/{stronger[4:12]}", token=pushes), 422)
        assert "may do no more" in said["detail"]
        assert api.v1("GET", "sources", token=stronger).status_code == 200
    assert api.v1("DELETE", f"tokens/{pushes[4:12]}", token=reads).status_code == 204
    assert api.v1("DELETE", f"tokens/{reads[4:12]}", token=reads).status_code == 204
    assert api.v1("GET", "sources", token=reads).status_code == 401


def test_of_others_only_a_whole_token_of_an_admin_revokes_any(api: Api, narrow: str) -> None:
    theirs = api.token(Role.SUBSCRIBER, ("subscriptions:write",))
    for token in (narrow, api.tokens[Role.OPERATOR]):
        problem(api.v1("DELETE", f"tokens/{theirs[4:12]}", token=token), 404)
    assert api.v1("GET", "alerts", token=api.tokens[Role.SUBSCRIBER]).status_code == 200
    assert api.v1("DELETE", f"tokens/{theirs[4:12]}").status_code == 204


def test_it_confirms_no_channel_for_somebody(api: Api, narrow: str) -> None:
    body = {"person": api.people[Role.SUBSCRIBER], "kind": "email", "address": "a@office.example", "confirmed": True}
    assert problem(api.v1("POST", "channels", token=narrow, json=body), 422)["pointer"] == "/confirmed"
    fields = {"query": "goat", "name": "Goats", "kind": "email", "target": "b@office.example", "confirmed": "1"}
    assert api.call("POST", "/subscribe", token=narrow, data=fields).status_code == 303
    (row,) = [one for one in api.v1("GET", "channels").json()["items"] if one["label"] == "b@office.example"]
    assert row["state"] == "unconfirmed"


def test_it_says_of_no_team_who_is_in_it(api: Api, narrow: str) -> None:
    members = [api.people[Role.SUBSCRIBER]]
    team = api.made("teams", name="City desk", members=members)["id"]
    problem(api.v1("DELETE", f"teams/{team}/members/{members[0]}", token=narrow), 404)
    for act, person in (("join", "operator@example.org"), ("leave", members[0]), ("remove", "")):
        answer = api.call("POST", f"/teams/{team}", token=narrow, data={"act": act, "person": person})
        assert answer.status_code == 422, act
    assert [one["id"] for one in api.v1("GET", f"teams/{team}").json()["members"]] == members


def test_only_an_admin_reads_kept_mail_for_its_links_sign_in(api: Api) -> None:
    api.call("POST", "/sign-in", role=None, data={"email": "admin@example.org"})
    for token in (api.tokens[Role.OPERATOR], api.token(Role.ADMIN, ("ops",))):
        for path in ("/mail", "/mail/x", "/mail/x/html"):
            assert api.call("GET", path, token=token).status_code == 403
        assert 'href="/mail"' not in api.call("GET", "/more", token=token).text
    assert api.call("GET", "/mail").status_code == 200
    assert 'href="/mail"' in api.call("GET", "/more").text
