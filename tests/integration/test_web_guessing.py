"""Guessing passwords and addresses: from a whole network, at once, through a proxy, from a session, by the time it takes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from services import clock, sign_in
from services.accounts import passwords, tries
from services.accounts.tries import TooManyTriesError
from services.errors import InvalidError, OutsideError
from services.store.states import Role
from services.store.tables import SignInTry
from tests.integration.api import Api, running
from tests.integration.test_web_account import ADDRESS, GOOD, ask, text, with_password
from tests.integration.test_web_signin import csrf
from tests.integration.test_web_signin import sign_in as begin_session
from tests.parts import until


@pytest.fixture
def api(tmp_path: Path, database_url: str) -> Iterator[Api]:
    with running(tmp_path, database_url) as one:
        yield one


def guess(api: Api, address: str, password: str = "wrong") -> str:
    """Try to sign in from an address of the network; say what came of it."""
    try:
        return sign_in.with_password(api.store, ADDRESS, password, address, clock.now())
    except InvalidError as error:
        return type(error).__name__


@pytest.mark.parametrize(
    ("used", "same", "other"),
    [
        ("2001:db8:1:2::{:x}", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"),
        ("2001:db8:1:2::1%eth{}", "2001:db8:1:2::1", "2001:db8:2:2::1"),
        ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.8"),
    ],
)
def test_an_address_counts_as_what_one_line_has_of_the_network(api: Api, used: str, same: str, other: str) -> None:
    with_password(api)
    assert {guess(api, used.format(number)) for number in range(tries.FREE)} == {"InvalidError"}
    assert guess(api, same, GOOD) == "TooManyTriesError"
    assert guess(api, other) == "InvalidError"


def test_many_tries_at_once_are_no_more_than_one_after_the_other(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    with_password(api)
    looked = []
    monkeypatch.setattr(passwords, "holds", lambda kept, password: looked.append(password) or False)
    with ThreadPoolExecutor(8) as pool:
        came = list(pool.map(lambda number: guess(api, "192.0.2.7", f"wrong {number}"), range(30)))
    assert len(looked) == tries.FREE
    assert came.count("TooManyTriesError") == 30 - tries.FREE


def test_a_flood_of_sign_ins_leaves_threads_to_others(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, going_on = threading.Semaphore(0), threading.Event()

    class Slow:
        def verify(self, *_: str) -> bool:
            asked.release()
            return going_on.wait(30)

    monkeypatch.setattr(passwords, "_HASHER", Slow())
    with ThreadPoolExecutor(12) as pool:
        waiting = [pool.submit(passwords.holds, "kept", GOOD) for _ in range(12)]
        try:
            until(lambda: passwords._IN_LINE._value == 0, "twelve in line", 10)
            with pytest.raises(OutsideError, match="Too many people sign in"):
                passwords.holds("kept", GOOD)
            answer = ask(api, email=ADDRESS, password=GOOD)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        finally:
            going_on.set()
    assert all(one.result() for one in waiting)
    assert passwords._IN_LINE._value == 12


def test_an_unknown_address_that_asks_for_a_link_is_written_down_as_a_known_one_is(api: Api) -> None:
    def rows() -> int:
        with api.store.read() as session:
            return session.scalar(select(func.count()).select_from(SignInTry))

    grown = []
    for email in (ADDRESS, "nobody@example.org"):
        before = rows()
        assert ask(api, email=email).status_code == 200
        grown.append(rows() - before)
    assert grown == [1, 1]


def test_a_session_does_not_serve_to_guess_the_password_on(api: Api) -> None:
    with_password(api)
    begin_session(api, Role.SUBSCRIBER)
    secret = csrf(api)

    def change(old: str, new: str = "another fox on seven stairs"):
        return api.call("POST", "/account/password", role=None, data={"csrf": secret, "old": old, "password": new})

    for _ in range(tries.FREE + 2):
        assert change(GOOD, "short").status_code == 422  # no try: the old one is not looked at
    for number in range(tries.FREE):
        assert "This is not the password you have now" in text(change(f"wrong {number}"))
    assert "Too many tries" in text(change(GOOD))
    assert guess(api, "192.0.2.7", GOOD) not in ("InvalidError", "TooManyTriesError")


def test_a_password_that_is_changed_forgets_the_tries(api: Api) -> None:
    with_password(api)
    begin_session(api, Role.SUBSCRIBER)
    fields = {"csrf": csrf(api), "old": GOOD, "password": GOOD}
    for _ in range(tries.FREE + 2):
        assert api.call("POST", "/account/password", role=None, data=fields).status_code == 303


@pytest.mark.parametrize(
    ("proxies", "caller", "forwarded", "counted"),
    [
        ("", "10.9.9.9", "192.0.2.7", "10.9.9.9"),
        ("10.0.0.0/8", "203.0.113.5", "192.0.2.7", "203.0.113.5"),
        ("10.0.0.0/8", "10.9.9.9", "192.0.2.7", "192.0.2.7"),
        ("10.0.0.1/8, 172.18.0.2", "10.9.9.9", "198.51.100.1, 192.0.2.7, 172.18.0.2", "192.0.2.7"),
        ("10.0.0.0/8", "10.9.9.9", "", "10.9.9.9"),
    ],
)
def test_only_a_proxy_of_the_operators_says_for_whom_it_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxies: str, caller: str, forwarded: str, counted: str
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(tries, "begin", lambda session, account, address, now: seen.append(address))
    with running(tmp_path, proxies=proxies) as api:
        client = TestClient(api.client.app, base_url=api.settings.public_url, client=(caller, 4711))
        fields = {"email": ADDRESS, "password": "wrong"}
        headers = {"X-Forwarded-For": forwarded, "Remote-User": "admin@localhost"} if forwarded else {}
        assert client.post("/sign-in", data=fields, headers=headers).status_code == 422
    assert seen == [counted]


def test_tries_are_refused_with_the_seconds_to_wait(api: Api) -> None:
    with api.store.write() as work:
        for _ in range(tries.FREE):
            tries.begin(work.session, ADDRESS, "192.0.2.7", clock.now())
        with pytest.raises(TooManyTriesError):
            tries.begin(work.session, ADDRESS, "192.0.2.7", clock.now())
