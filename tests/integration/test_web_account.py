"""Signing in by a mailed link or a password, guessing slowed, and a person's own page: hours, password, tokens."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from services import clock
from services.accounts import passwords, tries
from services.store.states import Role
from services.store.tables import Person, SignInLink, SignInTry
from tests.integration.api import Api, text
from tests.integration.test_web_signin import csrf, sign_in
from tests.parts import until

ADDRESS = "subscriber@example.org"
GOOD = "a fox walks past nine doors"
TOGETHER = "The address and the password do not belong together"


def ask(api: Api, **fields):
    return api.call("POST", "/sign-in", role=None, data=fields)


def with_password(api: Api, role: Role = Role.SUBSCRIBER) -> None:
    with api.store.write() as work:
        row = work.session.get_one(Person, api.people[role])
        row.password = passwords.hashed(GOOD)
        work.session.add(row)


def mails(api: Api) -> list[str]:
    return [file.read_text() for file in sorted((api.settings.data / "mail").glob("*.eml"))]


def test_a_link_is_mailed_and_signs_in(api: Api) -> None:
    answer = ask(api, email=ADDRESS.upper())
    assert answer.status_code == 200
    assert "a link is on its way" in text(answer)
    until(lambda: mails(api), "the mail", 10)
    (mail,) = mails(api)
    assert f"To: {ADDRESS}" in mail
    path = re.search(r"/in/[\w-]+", mail)[0]
    assert api.call("POST", path, role=None).headers["location"] == "/start"


def test_an_unknown_address_is_answered_as_a_known_one(api: Api) -> None:
    known, unknown = ask(api, email=ADDRESS), ask(api, email="nobody@example.org")
    assert known.text.replace(ADDRESS, "?") == unknown.text.replace("nobody@example.org", "?")
    until(lambda: mails(api), "the mail", 10)
    assert len(mails(api)) == 1


def test_links_are_mailed_five_times_an_hour_at_most(api: Api) -> None:
    for _ in range(8):
        assert "a link is on its way" in text(ask(api, email=ADDRESS))
    with api.store.read() as session:
        links = session.scalars(select(SignInLink).where(SignInLink.person == api.people[Role.SUBSCRIBER])).all()
    assert len(links) == tries.LINKS_AN_HOUR


def test_a_password_signs_in_and_is_kept_only_as_a_hash(api: Api) -> None:
    with_password(api)
    answer = ask(api, email=ADDRESS, password=GOOD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/start")
    assert api.call("GET", "/alerts", role=None).status_code == 200
    with api.store.read() as session:
        kept = session.get_one(Person, api.people[Role.SUBSCRIBER]).password
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(("email", "password"), [(ADDRESS, "wrong"), ("nobody@example.org", GOOD), ("", "")])
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(api: Api, email: str, password: str) -> None:
    with_password(api)
    answer = ask(api, email=email, password=password)
    assert answer.status_code == 422
    assert TOGETHER in text(answer)
    assert password == "" or password not in answer.text


def test_somebody_without_a_password_cannot_sign_in_by_one(api: Api) -> None:
    for given in ("", "None", GOOD):
        assert TOGETHER in text(ask(api, email=ADDRESS, password=given))


def test_guessing_is_slowed_and_nobody_else_is_locked_out(api: Api) -> None:
    with_password(api)
    now = clock.now()
    with api.store.write() as work:
        for _ in range(tries.FREE):
            tries.failed(work.session, ADDRESS, "testclient", now)
    slowed = ask(api, email=ADDRESS, password=GOOD)
    assert slowed.status_code == 429
    assert 0 < int(slowed.headers["retry-after"]) <= 61
    assert "Too many tries. Try again in 1 minute" in text(slowed)
    with api.store.read() as session:
        tries.check(session, ADDRESS, "another address", now)
        tries.check(session, ADDRESS, "testclient", now + timedelta(minutes=2))
    with api.store.write() as work:
        work.session.query(SignInTry).delete()
    assert ask(api, email=ADDRESS, password=GOOD).status_code == 303


def test_a_password_of_a_megabyte_is_refused_before_it_is_hashed(api: Api) -> None:
    answer = ask(api, email=ADDRESS, password="x" * 2000)
    assert answer.status_code == 422
    assert "1,024 bytes is the most" in text(answer)


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("short", "8 characters is the least"),
        ("password1", "among the first that anybody tries"),
        ("subscriber", "among the first that anybody tries"),
        ("ä" * 600, "1,024 bytes is the most"),
    ],
)
def test_a_weak_password_is_refused(api: Api, new: str, said: str) -> None:
    sign_in(api, Role.SUBSCRIBER)
    answer = api.call("POST", "/account/password", role=None, data={"csrf": csrf(api), "password": new})
    assert answer.status_code == 422
    assert said in text(answer)


def test_changing_the_password_needs_the_old_one_and_ends_other_sessions(api: Api) -> None:
    with_password(api)
    sign_in(api, Role.SUBSCRIBER)
    other = dict(api.client.cookies)
    api.client.cookies.clear()
    sign_in(api, Role.SUBSCRIBER)
    fields = {"csrf": csrf(api), "password": GOOD + " twice"}
    assert "not the password you have now" in text(api.call("POST", "/account/password", role=None, data=fields))
    done = api.call("POST", "/account/password", role=None, data=fields | {"old": GOOD})
    assert done.headers["location"] == "/account?said=password"
    assert api.call("GET", "/account", role=None).status_code == 200
    api.client.cookies.clear()
    api.client.cookies.update(other)
    assert api.call("GET", "/account", role=None).headers["location"] == "/sign-in"


def test_signing_out_everywhere_ends_this_session_too(api: Api) -> None:
    sign_in(api)
    api.call("POST", "/account/sessions", role=None, data={"csrf": csrf(api)})
    assert api.call("GET", "/", role=None).headers["location"] == "/sign-in"


def test_hours_are_saved_and_half_of_them_refused(api: Api) -> None:
    fields = {"name": "Ana", "timezone": "Europe/Lisbon", "quiet_from": "22:00", "quiet_until": "07:00",
              "digest_at": "06:15", "digest_day": "4", "empty_digests": "1"}  # fmt: skip
    assert api.call("POST", "/account", role=Role.SUBSCRIBER, data=fields).status_code == 303
    row = api.v1("GET", f"people/{api.people[Role.SUBSCRIBER]}").json()
    assert row["quiet"] == {"begins": "22:00", "ends": "07:00"}
    assert (row["timezone"], row["digest_at"], row["digest_day"]) == ("Europe/Lisbon", "06:15", "friday")
    half = api.call("POST", "/account", role=Role.SUBSCRIBER, data=fields | {"quiet_until": ""})
    assert (half.status_code, "both times" in text(half)) == (422, True)


def test_a_token_is_made_used_and_revoked(api: Api) -> None:
    made = api.v1(
        "POST", "tokens", role=Role.SUBSCRIBER, json={"name": "script", "scopes": ["alerts:read"], "days": 30}
    )
    assert made.status_code == 201
    token = made.json()["token"]
    assert api.v1("GET", "alerts", token=token).status_code == 200
    assert api.v1("POST", "tokens", token=token, json={"name": "x", "scopes": ["alerts:read"]}).status_code == 403
    listed = api.v1("GET", "tokens", role=Role.SUBSCRIBER)
    assert "script" in listed.text
    assert token not in listed.text
    assert api.v1("DELETE", f"tokens/{made.json()['id']}", role=Role.SUBSCRIBER).status_code == 204
    assert api.v1("GET", "alerts", token=token).status_code == 401


def test_a_token_has_no_scope_that_its_maker_lacks(api: Api) -> None:
    for scopes in (["ops"], ["admin"], ["nothing"], []):
        answer = api.v1("POST", "tokens", role=Role.SUBSCRIBER, json={"name": "x", "scopes": scopes})
        assert answer.status_code == 422, scopes


def test_a_token_of_somebody_else_is_not_found(api: Api) -> None:
    made = api.v1("POST", "tokens", json={"name": "mine", "scopes": ["ops"]}).json()
    assert api.v1("DELETE", f"tokens/{made['id']}", role=Role.SUBSCRIBER).status_code == 404
    assert api.v1("GET", "alerts", token=made["token"]).status_code == 200


def test_a_token_made_on_the_page_is_shown_once(api: Api) -> None:
    fields = {"token_name": "script", "scopes": "alerts:read", "days": "90"}
    shown = api.call("POST", "/account/tokens", role=Role.SUBSCRIBER, data=fields)
    token = re.search(r"tcn_[0-9a-f]{8}_[\w-]{43}", shown.text)[0]
    assert token not in api.call("GET", "/account", role=Role.SUBSCRIBER).text
    assert api.call("POST", f"/account/tokens/{token[4:12]}", role=Role.SUBSCRIBER).status_code == 303
    assert api.v1("GET", "alerts", token=token).status_code == 401


def test_the_audit_log_says_who_did_what_and_holds_no_secret(api: Api) -> None:
    token = api.v1("POST", "tokens", json={"name": "mine", "scopes": ["ops"]}).json()["token"]
    log = api.v1("GET", "audit", role=Role.OPERATOR)
    assert log.json()["items"][0]["action"] == "token made"
    assert token not in log.text
    assert api.v1("GET", "audit", role=Role.SUBSCRIBER).status_code == 403
