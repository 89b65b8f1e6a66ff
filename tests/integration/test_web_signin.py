"""Signing in by a link, the session that follows, and requests that another site forged."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select

from services import clock
from services.accounts import signin
from services.api.access import TABLE
from services.store import people
from services.store.states import Role
from services.store.tables import BrowserSession
from tests.integration.api import Api, running

OLD = "This sign-in link was used or is older than 10 minutes. Ask for a new one"
UNSAFE = [(method, row.path) for row in TABLE for method in row.methods if method != "GET" and row.roles]


def link_of(api: Api, role: Role) -> str:
    with api.store.write() as work:
        return signin.make_link(work.session, people.get(work.session, api.people[role]), clock.now())


def sign_in(api: Api, role: Role = Role.ADMIN) -> httpx2.Response:
    """Use a link as a browser does; the client keeps the cookie."""
    answer = api.call("POST", f"/in/{link_of(api, role)}", role=None)
    assert answer.status_code == 303, answer.text
    return answer


def get(api: Api, path: str) -> httpx2.Response:
    return api.call("GET", path, role=None)


def csrf(api: Api) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', get(api, "/").text)
    assert found
    return found[1]


def test_a_reader_who_is_not_signed_in_learns_where_the_link_is(api: Api) -> None:
    assert get(api, "/").headers["location"] == "/sign-in"
    assert "tocsin up" in get(api, "/sign-in").text


def test_looking_at_a_link_does_not_use_it(api: Api) -> None:
    for _ in range(2):
        shown = get(api, f"/in/{api.link}")
        assert shown.status_code == 200
        assert f'action="/in/{api.link}"' in shown.text


def test_a_link_signs_in_once(api: Api) -> None:
    answer = api.call("POST", f"/in/{api.link}", role=None)
    assert (answer.status_code, answer.headers["location"]) == (303, "/start")
    assert get(api, "/").status_code == 200
    for method in ("GET", "POST"):
        again = api.call(method, f"/in/{api.link}", role=None)
        assert again.status_code == 410
        assert OLD in again.text


def test_an_old_link_does_not_sign_in(api: Api) -> None:
    with api.store.write() as work:
        admin = people.get(work.session, api.people[Role.ADMIN])
        link = signin.make_link(work.session, admin, clock.now() - signin.LINK_LASTS - timedelta(seconds=1))
    assert OLD in get(api, f"/in/{link}").text
    assert api.call("POST", f"/in/{link}", role=None).status_code == 410
    assert get(api, "/").status_code == 303


@pytest.mark.parametrize(
    ("base_url", "cookie"),
    [("http://news.example", "tocsin_session="), ("https://news.example", "__Host-tocsin_session=")],
)
def test_the_cookie_is_out_of_reach(tmp_path: Path, base_url: str, cookie: str) -> None:
    with running(tmp_path, base_url=base_url) as api:
        set_cookie = sign_in(api).headers["set-cookie"]
        assert set_cookie.startswith(cookie)
        parts = {part.strip().lower() for part in set_cookie.split(";")[1:]}
        assert {"httponly", "path=/", "samesite=lax"} <= parts
        assert ("secure" in parts) is base_url.startswith("https")
        assert "domain" not in set_cookie.lower()
        assert get(api, "/").status_code == 200
        assert ("strict-transport-security" in get(api, "/sign-in").headers) is base_url.startswith("https")


def test_signing_in_again_ends_the_session_before(api: Api) -> None:
    sign_in(api)
    before = dict(api.client.cookies)
    sign_in(api)
    assert dict(api.client.cookies) != before
    api.client.cookies.clear()
    api.client.cookies.update(before)
    assert get(api, "/").status_code == 303


def test_signing_out_ends_the_session_for_good(api: Api) -> None:
    sign_in(api)
    kept = dict(api.client.cookies)
    answer = api.call("POST", "/sign-out", role=None, data={"csrf": csrf(api)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    api.client.cookies.update(kept)
    assert get(api, "/").status_code == 303


@pytest.mark.parametrize("change", [{"expires_at": timedelta(0)}, {"seen_at": -signin.SESSION_IDLE}])
def test_a_session_ends_by_itself(api: Api, change: dict[str, timedelta]) -> None:
    sign_in(api)
    with api.store.write() as work:
        row = work.session.scalars(select(BrowserSession)).one()
        for name, ago in change.items():
            setattr(row, name, clock.now() + ago)
        work.session.add(row)
    assert get(api, "/").status_code == 303
    assert api.v1("GET", "articles", role=None).status_code == 401


def test_the_page_of_a_link_says_whom_it_signs_in(api: Api) -> None:
    assert "operator@example.org" in api.call("GET", f"/in/{link_of(api, Role.OPERATOR)}", role=None).text


def test_a_change_of_role_counts_at_the_next_request(api: Api) -> None:
    sign_in(api, Role.OPERATOR)
    assert get(api, "/audit").status_code == 200
    with api.store.write() as work:
        row = people.get(work.session, api.people[Role.OPERATOR])
        row.role = Role.SUBSCRIBER
        work.session.add(row)
    assert get(api, "/audit").status_code == 403


def test_a_browser_session_reads_the_api(api: Api) -> None:
    sign_in(api)
    assert api.v1("GET", "articles", role=None).status_code == 200


def test_a_session_acts_with_the_secret_of_its_forms(api: Api) -> None:
    sign_in(api)
    body = {"email": "new@example.org"}
    assert api.v1("POST", "people", role=None, json=body, headers={"X-CSRF-Token": csrf(api)}).status_code == 201


@pytest.mark.parametrize(("method", "path"), UNSAFE)
def test_what_another_site_sends_is_refused_and_changes_nothing(api: Api, method: str, path: str) -> None:
    sign_in(api, Role.ADMIN)
    api.client.cookies, mine = type(api.client.cookies)(), api.client.cookies
    sign_in(api, Role.ADMIN)
    other = csrf(api)
    api.client.cookies = mine
    good = csrf(api)
    assert other != good
    before = api.rows()
    forged = [
        {},
        {"X-CSRF-Token": "x"},
        {"X-CSRF-Token": other},
        {"X-CSRF-Token": good, "Origin": "https://evil.example"},
        {"X-CSRF-Token": good, "Origin": "null"},
        {"X-CSRF-Token": good, "Sec-Fetch-Site": "cross-site"},
        {"X-CSRF-Token": good, "Sec-Fetch-Site": "same-site"},
    ]
    for headers in forged:
        answer = api.call(method, path.replace("{id}", "x"), role=None, headers=headers)
        assert answer.status_code == 403, headers
    assert api.rows() == before
    text = api.call(method, path.replace("{id}", "x"), role=None, content="{}", headers={"Content-Type": "text/plain"})
    assert text.status_code in (403, 415)


def test_another_site_does_not_sign_a_reader_in(api: Api) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = api.call("POST", f"/in/{api.link}", role=None, headers=headers)
        assert answer.status_code == 403
    ours = {"Origin": api.settings.public_url, "Sec-Fetch-Site": "same-origin"}
    assert api.call("POST", f"/in/{api.link}", role=None, headers=ours).status_code == 303


def test_a_form_that_is_too_large_is_refused(api: Api) -> None:
    sign_in(api)
    assert api.call("POST", "/sign-out", role=None, data={"csrf": "x" * 70_000}).status_code == 413


@pytest.mark.parametrize(
    "cookie", ["tocsin_session=x", "tocsin_session=", 'tocsin_session="', "=;=;tocsin_session", "x" * 9000]
)
def test_a_cookie_that_is_no_session_is_nobody(api: Api, cookie: str) -> None:
    assert api.call("GET", "/", role=None, headers={"Cookie": cookie}).status_code == 303
