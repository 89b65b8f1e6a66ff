"""People, their channels and subscriptions, and queries as they are typed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from services.store import channels, people
from services.store.states import Role
from services.store.tables import Audit, Channel, Delivery, Subscription
from tests.integration.api import Api, problem, running


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("api"), base_url="https://news.example") as one:
        yield one


def confirmations(api: Api, channel: str) -> list[Delivery]:
    with api.store.read() as session:
        return list(session.scalars(select(Delivery).where(Delivery.channel == channel).order_by(Delivery.created_at)))


def test_a_person_is_added_as_described(api: Api) -> None:
    body = {"email": "Ana@Example.org", "name": "Ana", "timezone": "America/Los_Angeles"}
    made = api.made("people", **body)
    assert made | body | {"email": "ana@example.org", "role": "subscriber"} == made
    assert api.v1("GET", f"people/{made['id']}").json() == made


def test_a_domain_is_kept_in_ascii_and_known_as_it_is_typed(api: Api) -> None:
    made = api.made("people", email="Ada@Bücher.example")
    assert made["email"] == "ada@xn--bcher-kva.example"
    problem(api.v1("POST", "people", json={"email": "ada@bücher.example"}), 409)
    with api.store.read() as session:
        for typed in ("ada@bücher.example", "ADA@xn--bcher-kva.example"):
            found = people.by_address(session, typed)
            assert found is not None
            assert found.id == made["id"]


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({}, 422, "/email"),
        ({"email": "nobody"}, 422, "/email"),
        ({"email": "a@b.example, c@d.example"}, 422, "/email"),
        ({"email": '"x"@b.example\r\nBcc: c@d.example'}, 422, "/email"),
        ({"email": "jörg@b.example"}, 422, "/email"),
        ({"email": "x@b.example", "timezone": "Mars"}, 422, "/timezone"),
        ({"email": "x@b.example", "role": "king"}, 422, "/role"),
        ({"email": "x@b.example", "is_admin": True}, 422, "/is_admin"),
        ({"email": "subscriber@example.org"}, 409, "/email"),
        ({"email": "SUBSCRIBER@example.org"}, 409, "/email"),
    ],
)
def test_a_person_who_cannot_be_added_changes_nothing(api: Api, body: dict, status: int, pointer: str) -> None:
    before = api.rows()
    assert problem(api.v1("POST", "people", json=body), status)["pointer"] == pointer
    assert api.rows() == before


def test_an_email_channel_waits_for_its_link(api: Api) -> None:
    made = api.made("channels", kind="email", address="New@example.org")
    assert (made["state"], made["kind"], made["label"], made["secret"]) == (
        "unconfirmed",
        "email",
        "New@example.org",
        None,
    )
    (sent,) = confirmations(api, made["id"])
    assert (sent.kind, sent.state) == ("confirm", "pending")
    assert b"https://news.example/c/" in sent.body


def test_a_webhook_shows_its_secret_once(api: Api) -> None:
    made = api.made("channels", kind="webhook", url="http://127.0.0.1:9/hooks/abcdefgh")
    assert made["secret"].startswith("whsec_")
    shown = api.v1("GET", f"channels/{made['id']}")
    assert "secret" not in shown.json()
    assert "abcdefgh" not in shown.text + str(made["label"])
    assert confirmations(api, made["id"])


def test_a_chat_is_named_without_its_secret(api: Api) -> None:
    made = api.made("channels", kind="chat", url="ntfy://127.0.0.1:9/secrettopic")
    assert made["state"] == "unconfirmed"
    assert "secrettopic" not in str(made)


def test_an_admin_confirms_on_a_persons_behalf(api: Api) -> None:
    made = api.channel()
    assert made["state"] == "active"
    assert made["confirmed_at"]
    assert confirmations(api, made["id"]) == []


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"kind": "pigeon", "address": "x@y.example"}, 422, "/kind"),
        ({"kind": "email"}, 422, ""),
        ({"kind": "webhook", "address": "x@y.example"}, 422, ""),
        ({"kind": "email", "address": "x@y.example", "url": "https://y.example"}, 422, ""),
        ({"kind": "email", "address": "a@b.example,c@d.example"}, 422, "/address"),
        ({"kind": "email", "address": "x@y.example", "confirmed": "yes"}, 422, "/confirmed"),
        ({"kind": "webhook", "url": "file:///etc/passwd"}, 422, "/url"),
        ({"kind": "webhook", "url": "https://10.0.0.1/x"}, 422, "/url"),
        ({"kind": "webhook", "url": "https://169.254.169.254/x"}, 422, "/url"),
        ({"kind": "webhook", "url": "https://"}, 422, "/url"),
        ({"kind": "chat", "url": "syslog://"}, 422, "/url"),
        ({"kind": "chat", "url": "json://10.0.0.1/"}, 422, "/url"),
        ({"kind": "chat", "url": "ntfy://10.0.0.1/topic"}, 422, "/url"),
        ({"kind": "email", "address": "x@y.example", "person": "nobody"}, 404, "/person"),
        ({"kind": "email", "address": "x@y.example", "secret": "x"}, 422, "/secret"),
    ],
)
def test_a_channel_that_may_not_be_changes_nothing(api: Api, body: dict, status: int, pointer: str) -> None:
    before = api.rows()
    assert problem(api.v1("POST", "channels", json=body), status)["pointer"] == pointer
    assert api.rows() == before


def test_a_confirmation_is_sent_again_with_another_link(api: Api) -> None:
    made = api.made("channels", kind="email", address="again@example.org")
    answer = api.v1("POST", f"channels/{made['id']}/verify")
    assert (answer.status_code, answer.json()["state"]) == (202, "unconfirmed")
    first, second = (mail.body.split(b"/c/")[1].split()[0].decode() for mail in confirmations(api, made["id"]))
    with api.store.read() as session:
        assert channels.by_token(session, second).id == made["id"]
    assert api.call("GET", f"/c/{first}").status_code == 404


def test_a_confirmed_channel_is_not_asked_again(api: Api) -> None:
    problem(api.v1("POST", f"channels/{api.channel()['id']}/verify"), 409)


def test_addresses_are_not_readable_in_the_database(api: Api) -> None:
    made = api.made("channels", kind="webhook", url="http://127.0.0.1:9/canary-4711")
    with api.store.read() as session:
        row = session.get_one(Channel, made["id"])
        audits = [str(line.after) for line in session.scalars(select(Audit))]
    kept = str(row.model_dump()) + "".join(audits)
    assert "canary-4711" not in kept
    assert made["secret"] not in kept


def test_a_subscription_is_kept_in_its_canonical_form(api: Api) -> None:
    made = api.subscription(name="Canonical", query="  sanctuary   city OR  housing".replace("city OR", "AND city AND"))
    assert made["state"] == "active"
    assert made["cadence"] == "instant"
    checked = api.v1("POST", "queries/check", json={"query": made["query"]}).json()
    assert checked["query"] == made["query"]
    assert api.v1("GET", f"subscriptions/{made['id']}").json() == made


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"query": ""}, 422, "/query"),
        ({"query": "NOT x"}, 422, "/query"),
        ({"query": '"open'}, 422, "/query"),
        ({"query": "x" * 5000}, 422, "/query"),
        ({"query": "(" * 10_000}, 422, "/query"),
        ({"query": "a b OR c"}, 422, "/query"),
        ({"query": "topic:nothing-of-the-kind"}, 422, "/query"),
        ({"query": 7}, 422, "/query"),
        ({"channels": []}, 422, "/channels"),
        ({"channels": ["nope"]}, 404, "/channels/0"),
        ({"cadence": "now"}, 422, "/cadence"),
        ({"name": " "}, 422, "/name"),
        ({"name": "x" * 121}, 422, "/name"),
        ({"name": "Taken"}, 409, "/name"),
        ({"person": "nobody"}, 404, "/person"),
        ({"owner_id": "x"}, 422, "/owner_id"),
    ],
)
def test_a_subscription_that_may_not_be_changes_nothing(api: Api, change: dict, status: int, pointer: str) -> None:
    with api.store.read() as session:
        taken = session.scalars(select(Subscription).where(Subscription.name == "Taken")).first()
    if taken is None:
        api.subscription(name="Taken")
    person = api.people[Role.SUBSCRIBER]
    good = {"person": person, "name": "New", "query": "x", "channels": [api.channel()["id"]], "cadence": "daily"}
    before = api.rows()
    assert problem(api.v1("POST", "subscriptions", json=good | change), status)["pointer"] == pointer
    assert api.rows() == before


def test_a_mistake_in_a_query_has_its_position(api: Api) -> None:
    said = problem(api.v1("POST", "queries/check", json={"query": 'ab "open'}), 422)
    assert (said["pointer"], said["position"]) == ("/query", 4)
    assert said["detail"] == "The quotation mark at character 4 is never closed"


def test_what_could_be_meant_stands_in_the_advice(api: Api) -> None:
    said = problem(api.v1("POST", "queries/check", json={"query": "a b OR c"}), 422)
    assert "OR" in said["advice"]


def test_notes_say_what_may_not_be_meant(api: Api) -> None:
    assert api.v1("POST", "queries/check", json={"query": "this or that"}).json()["notes"]


def test_a_subscription_is_changed_piece_by_piece(api: Api) -> None:
    made = api.subscription(name="Before", query="sanctuary")
    other = api.channel()["id"]
    change = {"name": "After", "query": "housing", "cadence": "weekly", "channels": [other], "state": "paused"}
    changed = api.v1("PATCH", f"subscriptions/{made['id']}", json=change)
    assert changed.status_code == 200
    assert changed.json() | change == changed.json()
    assert changed.json()["version"] == made["version"] + 1
    renamed = api.v1("PATCH", f"subscriptions/{made['id']}", json={"name": "Later"}).json()
    assert (renamed["name"], renamed["query"], renamed["state"]) == ("Later", "housing", "paused")


def test_a_change_with_a_mistake_changes_nothing(api: Api) -> None:
    made = api.subscription(name="Stays")
    for change in (
        {"name": "Gone", "query": "NOT"},
        {"name": "Gone", "channels": ["x"]},
        {"id": "x"},
        {"state": "quarantined"},
    ):
        assert api.v1("PATCH", f"subscriptions/{made['id']}", json=change).status_code in (404, 422)
        assert api.v1("GET", f"subscriptions/{made['id']}").json() == made


@pytest.mark.parametrize("change", [{"query": "housing"}, {"state": "active"}])
def test_a_subscription_in_quarantine_runs_again_when_it_is_saved(api: Api, change: dict) -> None:
    made = api.subscription(name=f"Slow {change}")
    with api.store.write() as work:
        row = work.session.get_one(Subscription, made["id"])
        row.state, row.reason = "quarantined", "slow"
        work.session.add(row)
    changed = api.v1("PATCH", f"subscriptions/{made['id']}", json=change).json()
    assert (changed["state"], changed["reason"]) == ("active", None)


def test_lists_go_on_where_the_cursor_says(api: Api) -> None:
    for noun in ("people", "channels", "subscriptions"):
        whole = api.v1("GET", f"{noun}?limit=200").json()
        assert whole["next"] is None
        found, cursor = [], ""
        while cursor is not None:
            page = api.v1("GET", f"{noun}?limit=2{cursor and '&cursor=' + cursor}").json()
            found, cursor = found + page["items"], page["next"]
        assert found == whole["items"]


def test_what_one_person_has_is_listed_by_itself(api: Api) -> None:
    person = api.people[Role.SUBSCRIBER]
    assert {item["person"] for item in api.v1("GET", f"channels?person={person}").json()["items"]} == {person}


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=-1", "limit=201", "limit=1000000000", "limit=x", "cursor=forged", "cursor=", "x=1"]
)
@pytest.mark.parametrize(
    "noun", ["people", "channels", "subscriptions", "articles", "stories", "sources", "alerts", "deliveries"]
)
def test_parameters_that_cannot_be_followed_are_refused(api: Api, noun: str, query: str) -> None:
    problem(api.v1("GET", f"{noun}?{query}"), 400)


@pytest.mark.parametrize("query", ["subscription=%00", "%00=1", "a=%ff", "&".join(["x=1"] * 100), "limit=1;limit=2"])
def test_addresses_that_cannot_be_read_are_refused(api: Api, query: str) -> None:
    problem(api.v1("GET", f"alerts?{query}"), 400)
