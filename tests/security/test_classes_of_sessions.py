"""Defects that peers really had, in who may do what: each case names the one it is made after.

Here: K7 missing authorization, K8 forged requests, K9 redirects, K15 sessions, K21 crossed answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from services import clock, sign_in
from services.accounts import passwords, signin
from services.errors import InvalidError
from services.store.states import Role
from tests.integration.world import OTHER, World, newsroom
from tests.security.newsroom import get


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with newsroom(tmp_path_factory.mktemp("classes")) as one:
        yield one


@pytest.mark.parametrize(
    ("peer", "path"),
    [
        ("CVE-2026-35490", "/api/v1/people/"), ("CVE-2024-23329", "/API/V1/people"), ("GHSA-vwgh-2hvh-4xm5", "/healthz/../api/v1/people"),
        ("GHSA-vwgh-2hvh-4xm5", "/static/x/api/v1/people"), ("CVE-2022-30034", "//api/v1/people"), ("CVE-2026-32230", "/api/v1/people;/healthz"),
        ("GHSA-vwgh-2hvh-4xm5", "/api/v1/people%2f..%2fhealthz"),
    ],
)  # fmt: skip
def test_k7_no_other_spelling_of_a_path_is_open(world: World, peer: str, path: str) -> None:
    assert get(world, path, None).status_code in (401, 404)


@pytest.mark.parametrize(
    "header", ["Remote-User", "X-Forwarded-User", "X-Remote-User", "X-WebAuth-User", "X-Original-URL"]
)
def test_k7_no_header_says_who_calls(world: World, header: str) -> None:
    """CVE-2025-46341: a trusted header, set by a request of the server to itself."""
    world.api.client.cookies.clear()
    assert world.api.client.get("/api/v1/people", headers={header: "admin@example.org"}).status_code == 401


@pytest.mark.parametrize(
    ("peer", "kind", "body"),
    [
        ("CVE-2021-32677", "text/plain", b'{"email": "x@example.org"}'), ("CVE-2021-32677", "", b'{"email": "x@example.org"}'),
        ("GHSA-3v57-xv5m-v7m7", "application/x-www-form-urlencoded", b"email=x%40example.org"),
        ("CVE-2021-32677", "multipart/form-data; boundary=x", b"--x--"), ("CVE-2021-32677", "application/json", b'{"email": "x@example.org"}'),
    ],
)  # fmt: skip
def test_k8_another_site_changes_nothing_with_a_readers_cookie(world: World, peer: str, kind: str, body: bytes) -> None:
    before = world.api.rows()
    headers, _ = world.session_of(world.api.people[Role.ADMIN])
    headers |= {"Origin": "https://evil.example"} | ({"Content-Type": kind} if kind else {})
    world.api.client.cookies.clear()
    for path in ("/api/v1/people", "/people"):
        assert world.api.client.post(path, content=body, headers=headers).status_code in (403, 415)
    assert world.api.rows() | {"browser_session": 0} == before | {"browser_session": 0}


@pytest.mark.parametrize("path", ["/sign-out", "/account/sessions", "/preview", "/check", "/account/password"])
def test_k8_nothing_is_done_by_a_get(world: World, path: str) -> None:
    """CVE-2025-31482: a picture's address signed people out."""
    assert get(world, path).status_code == 405


@pytest.mark.parametrize(
    ("peer", "onto"),
    [
        ("CVE-2025-67713", "//evil.example"), ("CVE-2026-55185", "/\\evil.example"), ("CVE-2025-67713", "https:evil.example"),
        ("CVE-2026-55185", "/%09/evil.example"), ("CVE-2025-67713", "https://evil.example"),
    ],
)  # fmt: skip
def test_k9_signing_in_leads_home_and_nowhere_else(world: World, peer: str, onto: str) -> None:
    from services.store import people

    with world.api.store.write() as work:
        secret = signin.make_link(work.session, people.by_address(work.session, OTHER), clock.now())
    answer = world.api.client.post(f"/in/{secret}", params={"next": onto, "to": onto}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert get(world, "/people", None).headers["location"] == "/sign-in"


def test_k15_a_session_ends_with_its_sign_out(world: World) -> None:
    """CVE-2025-54592."""
    headers, secret = world.session_of(world.owners["other"])
    world.api.client.cookies.clear()
    assert world.api.client.get("/alerts", headers=headers, follow_redirects=False).status_code == 200
    world.api.client.post("/sign-out", headers=headers | {"X-CSRF-Token": secret}, follow_redirects=False)
    world.api.client.cookies.clear()
    assert world.api.client.get("/alerts", headers=headers, follow_redirects=False).status_code == 303


def test_k15_a_change_of_password_ends_the_other_sessions(world: World) -> None:
    """CVE-2025-54592: who had the cookie stayed in."""
    stolen, _ = world.session_of(world.owners["other"])
    mine, secret = world.session_of(world.owners["other"])
    world.api.client.cookies.clear()
    form = {"old": "", "password": "a fox walks past nine doors", "csrf": secret}
    assert (
        world.api.client.post("/account/password", data=form, headers=mine, follow_redirects=False).status_code == 303
    )
    world.api.client.cookies.clear()
    assert world.api.client.get("/alerts", headers=stolen, follow_redirects=False).status_code == 303
    assert world.api.client.get("/alerts", headers=mine, follow_redirects=False).status_code == 200


def test_k15_secrets_are_drawn_by_the_system_and_are_long(world: World) -> None:
    """CVE-2025-68932: a remember-me token of a weak generator."""
    drawn = {world.session_of(world.owners["other"])[0]["Cookie"].partition("=")[2] for _ in range(50)}
    assert len(drawn) == 50
    assert min(map(len, drawn)) >= 43  # 256 bits
    assert signin.secrets.SystemRandom is __import__("secrets").SystemRandom


def test_k15_the_database_keeps_no_secret_of_a_session(world: World) -> None:
    """CVE-2025-68932."""
    secret = world.session_of(world.owners["other"])[0]["Cookie"].partition("=")[2]
    from sqlalchemy import select

    from services.store.tables import BrowserSession

    with world.api.store.read() as session:
        assert secret not in "".join(session.scalars(select(BrowserSession.sha256)))


@pytest.mark.parametrize("known", [True, False])
def test_k15_an_unknown_address_costs_one_hash_like_a_known_one(
    world: World, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Miniflux 83ea3d19: names were told by the time an answer took."""
    hashes: list[str] = []
    whole = passwords._HASHER.verify
    monkeypatch.setattr(
        passwords,
        "_HASHER",
        type("H", (), {"verify": lambda self, kept, given: hashes.append(kept) or whole(kept, given)})(),
    )
    with pytest.raises(InvalidError, match="do not belong together"):
        sign_in.with_password(
            world.api.store, OTHER if known else "nobody@example.org", "a password of mine", "1.2.3.4", clock.now()
        )
    assert len(hashes) == 1


@pytest.mark.parametrize(
    ("peer", "path"),
    [
        ("CVE-2023-28858", "/api/v1/tokens"), ("CVE-2023-28859", "/api/v1/people"), ("CVE-2023-28858", "/api/v1/subscriptions"),
        ("CVE-2023-28859", "/account"), ("CVE-2023-28858", "/api/v1/channels"),
    ],
)  # fmt: skip
def test_k21_answers_at_once_are_each_their_callers(world: World, peer: str, path: str) -> None:
    callers = {world.owners[whose]: world.token_of(world.owners[whose]) for whose in ("own", "other")}
    alone = {person: _asked(world, path, token) for person, token in callers.items()}
    with ThreadPoolExecutor(8) as pool:
        asked = list(callers.items()) * 20
        got = list(pool.map(lambda one: (one[0], _asked(world, path, one[1])), asked))
    assert alone[world.owners["own"]] != alone[world.owners["other"]]
    assert all(body == alone[person] for person, body in got)


def _asked(world: World, path: str, token: str) -> object:
    answer = world.api.client.get(path, headers={"Authorization": f"Bearer {token}"}, follow_redirects=False)
    assert answer.status_code == 200
    if path.startswith("/api/"):
        return [one["id"] for one in answer.json()["items"]]
    return answer.text.partition("<h1>")[2].partition("</header>")[0].partition("</p>")[0]
