"""Every route × every role × whose the thing is × every credential, generated from the table that the router is built by.

The class of OWASP API1, API2 and API5. It asks what peers were found to lack: CVE-2026-35490 and CVE-2024-23329
(a route that asks nobody), GHSA-vwgh-2hvh-4xm5 (a path that looks like another), CVE-2025-54592 (a session that lives on).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from services import clock
from services.accounts import tokens
from services.api.access import TABLE, Row, Whose
from services.store.states import Role
from services.store.tables import BrowserSession
from tests.integration.world import World, newsroom

ROUTES = [(method, row) for row in TABLE for method in row.methods]
CLOSED = [(method, row) for method, row in ROUTES if row.roles]
ASKED = {"n": 0}


def named(value: object) -> str:
    return value.path if isinstance(value, Row) else str(value)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with newsroom(tmp_path_factory.mktemp("matrix")) as one:
        yield one


def is_page(row: Row) -> bool:
    return not row.path.startswith(("/api/", "/metrics", "/openapi"))


def path_of(world: World, row: Row, whose: str, method: str = "GET", me: str = "") -> str:
    """Fill in the path: the first name in it is the thing, a second one a person or a word."""
    me, fresh = me or world.owners["own"], method == "DELETE"
    names = iter([world.thing(row.noun, whose, me, fresh=fresh), world.owners["own"]])
    return re.sub(r"{\w+}", lambda _: next(names), row.path)


def ask(world: World, method: str, path: str, headers: dict[str, str], *, page: bool):
    ASKED["n"] += 1
    body = {} if method in ("GET", "DELETE") else {"content": b""} if page else {"json": {}}
    world.api.client.cookies.clear()
    return world.api.client.request(method, path, headers=headers, follow_redirects=False, **body)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def turned_away(answer, row: Row) -> None:
    """Check that nobody is let in: programs get 401, browsers the sign-in page."""
    if is_page(row):
        assert (answer.status_code, answer.headers.get("location")) == (303, "/sign-in")
    else:
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("method", "row"), CLOSED, ids=named)
def test_nobody_gets_in_without_a_credential_that_holds(world: World, method: str, row: Row) -> None:
    past, admin = clock.now() - timedelta(seconds=1), world.api.people[Role.ADMIN]
    over, _ = world.session_of(admin)
    cookie = world.api.client.app.state.site.cookie
    with world.api.store.write() as work:
        work.session.execute(update(BrowserSession).where(BrowserSession.person == admin).values(expires_at=past))
    good = world.token_of(admin)
    credentials = [
        {}, {"Authorization": "Bearer"}, {"Authorization": "Basic YTpi"}, bearer("x" * 5000), bearer(good[:-1]),
        bearer("tcn_00000000_" + "A" * 43), bearer(world.token_of(admin, expires_at=past)),
        bearer(world.token_of(admin, revoked_at=past)), {"Authorization": good}, over,
        {"Cookie": f"{cookie}=AAAA"}, {"Cookie": f"{cookie}={good}"}, {"Remote-User": "admin@example.org"},
        {"X-Forwarded-User": "admin@example.org", "X-Forwarded-For": "127.0.0.1"},
    ]  # fmt: skip
    for headers in credentials:
        turned_away(ask(world, method, path_of(world, row, "own"), headers, page=is_page(row)), row)


@pytest.mark.parametrize(("method", "row"), CLOSED, ids=named)
@pytest.mark.parametrize("role", list(Role))
def test_each_role_gets_what_the_table_says_and_nothing_of_others(
    world: World, method: str, row: Row, role: Role
) -> None:
    page = is_page(row)
    narrow = tuple(set(tokens.SCOPES) - row.scopes - {"admin"})
    person = world.api.people[role]

    def by_token(whose: str):
        return ask(world, method, path_of(world, row, whose, method, person), bearer(world.api.tokens[role]), page=page)

    def by_session(whose: str):
        headers, secret = world.session_of(person)
        return ask(
            world, method, path_of(world, row, whose, method, person), headers | {"X-CSRF-Token": secret}, page=page
        )

    for call in (by_token, by_session):
        if role not in row.roles:
            assert call("own").status_code == 403
            continue
        mine = [
            call(whose).status_code for whose in (("own", "team") if call is by_token and row.names_one else ("own",))
        ]
        assert not {401, 403, 404, 405} & set(mine) or row.noun == "mail", mine
        assert max(mine) < 500
        if row.names_one:
            nothing = call("missing")
            theirs = call("other")
            hidden = row.whose is not Whose.EVERYBODY and (
                role is Role.SUBSCRIBER or (row.noun in ("tokens", "account") and role is Role.OPERATOR)
            )
            if hidden:
                assert theirs.status_code == nothing.status_code >= 400
                assert theirs.status_code in (404, 422)
            else:
                assert theirs.status_code != 404 or row.noun == "mail"
    if role in row.roles and row.scopes:
        token = world.token_of(person, narrow)
        assert ask(world, method, path_of(world, row, "own"), bearer(token), page=page).status_code == 403


@pytest.mark.parametrize(("method", "row"), [(m, row) for m, row in CLOSED if m != "GET"], ids=named)
def test_a_session_changes_nothing_without_its_own_secret_from_its_own_pages(
    world: World, method: str, row: Row
) -> None:
    """GHSA-3v57-xv5m-v7m7 and CVE-2021-32677: five forgeries of another site."""
    role = Role.ADMIN if Role.ADMIN in row.roles else Role.SUBSCRIBER
    headers, secret = world.session_of(world.api.people[role])
    _, another = world.session_of(world.owners["other"])
    path = path_of(world, row, "own", method)
    forgeries = [
        {}, {"X-CSRF-Token": another}, {"X-CSRF-Token": secret, "Origin": "https://evil.example"},
        {"X-CSRF-Token": secret, "Sec-Fetch-Site": "cross-site"}, {"X-CSRF-Token": secret, "Sec-Fetch-Site": "same-site"},
        {"X-CSRF-Token": secret, "Origin": "null"}, {"X-CSRF-Token": ""},
    ]  # fmt: skip
    before = world.api.rows()
    for forgery in forgeries:
        assert ask(world, method, path, headers | forgery, page=is_page(row)).status_code == 403
    body = {"content": b'{"csrf": "x"}', "headers": {**headers, "X-CSRF-Token": secret, "Content-Type": "text/plain"}}
    assert world.api.client.request(method, path, follow_redirects=False, **body).status_code in (403, 415)
    after = world.api.rows()
    assert after | {"idempotency": 0} == before | {"idempotency": 0}


@pytest.mark.parametrize(("method", "row"), [(m, row) for m, row in ROUTES if not row.roles], ids=named)
def test_what_needs_no_sign_in_gives_nothing_away_for_a_secret_that_was_never_given_out(
    world: World, method: str, row: Row
) -> None:
    path = re.sub(r"{\w+}", "A" * 32, row.path)
    answer = ask(world, method, path, {}, page=True)
    assert answer.status_code in ((404, 410, 422) if "{" in row.path else (200, 202, 404, 422))


def test_the_matrix_is_as_large_as_it_is_said_to_be(world: World) -> None:
    """About 3,000 requests are asked of it; run alone it says how many there were."""
    assert len(CLOSED) > 100
    print(f"\nrequests of the matrix: {ASKED['n']:,}")
