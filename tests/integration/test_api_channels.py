"""Channels and dead letters by the API: test, fallback, rotation, replay by filter; each for its owner."""

from __future__ import annotations

from services import clock
from services.store import channels, deliveries
from services.store.states import Role
from services.store.tables import Delivery
from tests.integration.api import Api


def a_webhook(api: Api, role: Role = Role.SUBSCRIBER) -> dict:
    body = {"kind": "webhook", "url": "http://127.0.0.1:9/hook-of-mine", "person": api.people[role], "confirmed": True}
    answer = api.v1("POST", "channels", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def a_mail(api: Api, role: Role = Role.SUBSCRIBER) -> dict:
    body = {"kind": "email", "address": "ana@example.org", "person": api.people[role], "confirmed": True}
    return api.v1("POST", "channels", json=body).json()


def test_a_test_message_is_put_on_its_way_and_can_be_followed(api: Api) -> None:
    hook = a_webhook(api)
    answer = api.v1("POST", f"channels/{hook['id']}/test", role=Role.SUBSCRIBER)
    assert answer.status_code == 202
    shown = api.v1("GET", f"deliveries/{answer.json()['delivery']}", role=Role.SUBSCRIBER).json()
    assert (shown["kind"], shown["channel"], shown["state"]) == ("test", hook["id"], "pending")
    assert api.v1("POST", f"channels/{a_webhook(api, Role.ADMIN)['id']}/test", role=Role.SUBSCRIBER).status_code == 404


def test_a_fallback_is_set_and_taken_away(api: Api) -> None:
    hook, mail = a_webhook(api), a_mail(api)
    sent = {"fallback": mail["id"], "fallback_after_s": 60}
    shown = api.v1("PATCH", f"channels/{hook['id']}", json=sent, role=Role.SUBSCRIBER).json()
    assert (shown["fallback"], shown["fallback_after_s"]) == (mail["id"], 60)
    shown = api.v1("PATCH", f"channels/{hook['id']}", json={"fallback_after_s": 5}, role=Role.SUBSCRIBER).json()
    assert (shown["fallback"], shown["fallback_after_s"]) == (mail["id"], 5)
    shown = api.v1("PATCH", f"channels/{hook['id']}", json={"fallback": None}, role=Role.SUBSCRIBER).json()
    assert shown["fallback"] is None
    bad = api.v1("PATCH", f"channels/{hook['id']}", json={"fallback": "nobody's"}, role=Role.SUBSCRIBER)
    assert bad.status_code in (404, 422)
    assert bad.json()["pointer"] == "/fallback"


def test_a_secret_is_rotated_and_shown_once(api: Api) -> None:
    hook = a_webhook(api)
    answer = api.v1("POST", f"channels/{hook['id']}/rotate", role=Role.SUBSCRIBER)
    assert answer.status_code == 201
    assert answer.json()["secret"].startswith("whsec_")
    assert answer.json()["secret"] != hook["secret"]
    assert "secret" not in api.v1("GET", f"channels/{hook['id']}", role=Role.SUBSCRIBER).json()
    assert api.v1("POST", f"channels/{a_mail(api)['id']}/rotate").status_code == 422


def test_dead_letters_are_replayed_by_filter_and_by_operators_only(api: Api) -> None:
    hook, now = a_webhook(api), clock.now()
    with api.store.write() as work:
        for n in range(3):
            id_ = deliveries.put(work.session, channel=hook["id"], dedupe_key=f"k{n}", kind="new", story=None, now=now)
            row = work.session.get_one(Delivery, id_)
            row.state, row.reason_code, row.ended_at = "dead", "http_4xx", now
            work.session.add(row)
    sent = {"channel": hook["id"], "reason_code": "http_4xx", "since": "2020-01-01T00:00:00Z"}
    assert api.v1("POST", "deliveries/replay", json=sent, role=Role.SUBSCRIBER).status_code == 403
    answer = api.v1("POST", "deliveries/replay", json=sent, role=Role.OPERATOR)
    assert (answer.status_code, answer.json()) == (202, {"replayed": 3, "left": 0})
    assert api.v1("POST", "deliveries/replay", json=sent, role=Role.OPERATOR).json() == {"replayed": 0, "left": 0}
    with api.store.read() as session:
        assert channels.get(session, hook["id"]).state == "active"
    assert api.v1("POST", "deliveries/replay", json={"chanel": "x"}).status_code == 422
