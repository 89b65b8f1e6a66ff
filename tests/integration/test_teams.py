"""Teams: members see and change what is the team's, others find nothing, and its alerts go to its channels."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from services import clock, pipeline, sign_in
from services.accounts import tokens
from services.addressing import Options
from services.errors import InvalidError
from services.rules.engine import Engine
from services.store import channels, people, teams
from services.store.rules import LiveRules
from services.store.states import Role
from services.store.tables import Audit, Person
from services.store.topic_packs import LivePacks
from tests.integration.api import Api, problem, running, text
from tests.integration.test_web_signin import csrf
from tests.integration.test_web_signin import sign_in as signed_in
from tests.town import LEASE

SUB, ADMIN, OPERATOR = Role.SUBSCRIBER, Role.ADMIN, Role.OPERATOR


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("teams")) as one:
        yield one


def a_team(api: Api, name: str, *members: str) -> dict:
    return api.made("teams", name=name, timezone="America/Los_Angeles", members=list(members))


def another(api: Api, address: str) -> str:
    """Add a subscriber, and give a token of theirs."""
    api.made("people", email=address)
    with api.store.write() as work:
        row = people.by_address(work.session, address)
        return tokens.issue(work.session, row, "test", ("alerts:read", "subscriptions:write"), clock.now())


def its_things(api: Api, team: dict) -> tuple[dict, dict]:
    """Let a member add a channel and a subscription of the team."""
    address = f"{team['id']}@example.org"
    channel = api.made("channels", team=team["id"], kind="email", address=address, confirmed=True)
    body = {"team": team["id"], "name": "Shared", "query": "goat", "channels": [channel["id"]]}
    answer = api.v1("POST", "subscriptions", role=SUB, json=body)
    assert answer.status_code == 201, answer.text
    return channel, answer.json()


def test_members_see_and_change_what_is_the_teams_and_others_find_nothing(api: Api) -> None:
    other = another(api, "outsider@example.org")
    team = a_team(api, "City desk", "subscriber@example.org")
    channel, made = its_things(api, team)
    assert (made["person"], made["team"]) == (None, team["id"])
    listed = api.v1("GET", "subscriptions", role=SUB).json()["items"]
    assert made["id"] in [one["id"] for one in listed]
    assert api.v1("GET", f"subscriptions?team={team['id']}", role=SUB).json()["items"] == [made]
    changed = api.v1("PATCH", f"subscriptions/{made['id']}", role=SUB, json={"name": "Goats"})
    assert (changed.status_code, changed.json()["name"]) == (200, "Goats")
    for method, path, body in [
        ("GET", f"subscriptions/{made['id']}", None),
        ("PATCH", f"subscriptions/{made['id']}", {"name": "Mine"}),
        ("GET", f"channels/{channel['id']}", None),
        ("POST", f"channels/{channel['id']}/test", None),
        ("GET", f"subscriptions?team={team['id']}", None),
        ("GET", f"teams/{team['id']}", None),
        ("PATCH", f"teams/{team['id']}", {"name": "Ours"}),
        ("POST", "subscriptions", {"team": team["id"], "name": "n", "query": "x", "channels": [channel["id"]]}),
        ("POST", "channels", {"team": team["id"], "kind": "email", "address": "x@example.org"}),
    ]:
        problem(api.v1(method, path, token=other, json=body), 404)
    assert api.v1("GET", "subscriptions", token=other).json()["items"] == []
    assert api.v1("GET", "teams", token=other).json()["items"] == []


def test_who_leaves_or_is_taken_out_sees_nothing_with_the_next_call(api: Api) -> None:
    team = a_team(api, "Night desk", "subscriber@example.org")
    _, made = its_things(api, team)
    problem(api.v1("DELETE", f"teams/{team['id']}/members/{api.people[ADMIN]}", role=SUB), 404)
    assert api.v1("DELETE", f"teams/{team['id']}/members/{api.people[SUB]}", role=SUB).status_code == 204
    problem(api.v1("GET", f"subscriptions/{made['id']}", role=SUB), 404)
    shown = api.v1("POST", f"teams/{team['id']}/members", json={"person": "subscriber@example.org"})
    assert [one["email"] for one in shown.json()["members"]] == ["subscriber@example.org"]
    assert api.v1("GET", f"subscriptions/{made['id']}", role=SUB).status_code == 200


def test_a_teams_channels_are_for_its_subscriptions_only(api: Api) -> None:
    team = a_team(api, "Courts", "subscriber@example.org")
    channel, made = its_things(api, team)
    own = api.channel(SUB)
    mixed = {"name": "Mixed", "query": "x", "channels": [channel["id"]]}
    problem(api.v1("POST", "subscriptions", role=SUB, json=mixed), 404)
    problem(api.v1("PATCH", f"subscriptions/{made['id']}", role=SUB, json={"channels": [own["id"]]}), 404)


def test_ones_own_subscription_is_handed_over_with_channels_of_the_team(api: Api) -> None:
    team = a_team(api, "Schools", "subscriber@example.org")
    channel, _ = its_things(api, team)
    mine = api.subscription(SUB, name="To hand over")
    problem(api.v1("PATCH", f"subscriptions/{mine['id']}", role=SUB, json={"team": team["id"]}), 422)
    body = {"team": team["id"], "channels": [channel["id"]]}
    shown = api.v1("PATCH", f"subscriptions/{mine['id']}", role=SUB, json=body).json()
    assert (shown["person"], shown["team"], shown["channels"]) == (None, team["id"], [channel["id"]])
    free = api.channel(SUB)
    shown = api.v1("PATCH", f"channels/{free['id']}", role=SUB, json={"team": team["id"]}).json()
    assert shown["team"] == team["id"]
    used = api.subscription(SUB, name="Uses its channel")["channels"][0]
    problem(api.v1("PATCH", f"channels/{used}", role=SUB, json={"team": team["id"]}), 409)


def test_the_name_of_a_team_is_its_own_and_an_unknown_member_leaves_no_team(api: Api) -> None:
    a_team(api, "Taken")
    assert problem(api.v1("POST", "teams", json={"name": " taken "}), 409)["pointer"] == "/name"
    said = problem(api.v1("POST", "teams", json={"name": "New", "members": ["nobody@example.org"]}), 404)
    assert said["pointer"] == "/members/0"
    with api.store.read() as session:
        assert teams.find(session, "New") is None


def test_a_team_goes_only_when_it_owns_nothing(api: Api) -> None:
    team = a_team(api, "Short lived", "subscriber@example.org")
    its_things(api, team)
    assert "Hand them over first" in problem(api.v1("DELETE", f"teams/{team['id']}"), 409)["detail"]
    empty = a_team(api, "Empty", "subscriber@example.org")
    assert api.v1("DELETE", f"teams/{empty['id']}").status_code == 204
    problem(api.v1("GET", f"teams/{empty['id']}"), 404)


def test_a_team_is_no_person_and_nobody_signs_in_as_it(api: Api) -> None:
    team = a_team(api, "Nobody")
    assert team["id"] not in [one["id"] for one in api.v1("GET", "people?limit=200").json()["items"]]
    problem(api.v1("GET", f"people/{team['id']}"), 404)
    problem(api.v1("PATCH", f"people/{team['id']}", json={"name": "x"}), 404)
    sent = []
    letters = type("Letters", (), {"send": lambda self, *given: sent.append(given)})()
    sign_in.mail_link(api.store, letters, "team:nobody", clock.now())
    assert sent == []
    with pytest.raises(InvalidError, match="do not belong together"):
        sign_in.with_password(api.store, "team:nobody", "whatever it may be", "127.0.0.1", clock.now())


def test_how_a_team_is_told_is_changed_by_its_members_and_everything_is_audited(api: Api) -> None:
    team = a_team(api, "Budget", "subscriber@example.org")
    body = {"name": "Budgets", "timezone": "Europe/Berlin", "quiet": {"begins": "22:00", "ends": "07:00"}}
    shown = api.v1("PATCH", f"teams/{team['id']}", role=SUB, json=body).json()
    assert (shown["name"], shown["timezone"], shown["quiet"]["begins"]) == ("Budgets", "Europe/Berlin", "22:00")
    with api.store.read() as session:
        said = session.scalars(select(Audit.action).where(Audit.object == team["id"]).order_by(Audit.seq)).all()
    assert said == ["team added", "team joined", "team changed"]


def test_operators_read_what_is_the_teams_and_change_nothing(api: Api) -> None:
    team = a_team(api, "Watched", "subscriber@example.org")
    _, made = its_things(api, team)
    assert api.v1("GET", f"subscriptions/{made['id']}", role=OPERATOR).status_code == 200
    problem(api.v1("PATCH", f"subscriptions/{made['id']}", role=OPERATOR, json={"name": "x"}), 403)
    problem(api.v1("GET", "teams", role=OPERATOR), 403)


def test_the_pages_make_a_team_and_share_with_it(api: Api) -> None:
    signed_in(api)
    client, secret = api.client, csrf(api)
    answer = client.post(
        "/teams", data={"csrf": secret, "name": "Page team", "timezone": "UTC", "members": "subscriber@example.org"},
        follow_redirects=False,
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"].partition("?")[0]
    id_ = path.rpartition("/")[2]
    assert "subscriber@example.org" in text(client.get(path))
    client.post("/channels", data={"csrf": secret, "kind": "email", "target": "desk@example.org", "team": id_})
    with api.store.read() as session:
        (channel,) = channels.page(session, person=id_)
    form = client.get(f"/subscribe?team={id_}")
    assert "Page team" in text(form)
    data = {"csrf": secret, "team": id_, "name": "By page", "query": "goat", "channel": channel.id}
    assert client.post("/subscribe", data=data, follow_redirects=False).status_code == 303
    shown = text(client.get(path))
    assert "By page" in shown
    assert "desk@example.org" in shown
    assert "Page team" in text(client.get("/subscriptions"))
    bad = client.post("/teams", data={"csrf": secret, "name": "Page team", "timezone": "UTC"})
    assert bad.status_code == 422
    out = {"csrf": secret, "act": "leave", "person": api.people[SUB]}
    assert client.post(path, data=out, follow_redirects=False).status_code == 303
    with api.store.read() as session:
        assert teams.members(session, [id_])[id_] == []
        assert session.get_one(Person, id_).is_team
    client.cookies.clear()


def test_an_alert_of_a_team_goes_to_its_channel_and_its_members_see_it(api: Api) -> None:
    other = another(api, "elsewhere@example.org")
    team = a_team(api, "Goats", "subscriber@example.org")
    channel, made = its_things(api, team)
    api.v1("POST", "articles", json={"external_id": "g", "title": "Goat elected", "text": "A goat was elected mayor."})
    packs = LivePacks(api.store).now()
    pipeline.ingest(api.store, clock.now, LEASE)
    pipeline.match(api.store, LiveRules(Engine(packs.trees), packs), clock.now, LEASE, Options(timedelta(minutes=5)))
    (alert,) = api.v1("GET", f"alerts?subscription={made['id']}", role=SUB).json()["items"]
    assert [link["channel"] for link in alert["links"]] == [channel["id"]]
    (delivery,) = api.v1("GET", f"deliveries?channel={channel['id']}", role=SUB).json()["items"]
    assert delivery["state"] == "pending"
    article = alert["article"]["id"]
    assert api.v1("GET", f"articles/{article}", role=SUB).status_code == 200
    for path in (f"alerts/{alert['id']}", f"deliveries/{delivery['id']}", f"articles/{article}"):
        problem(api.v1("GET", path, token=other), 404)
    muted = api.v1("POST", f"alerts/{alert['id']}/mute", role=SUB)
    assert muted.status_code == 200
