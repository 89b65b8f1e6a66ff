"""Cases of the security page that no other file holds, by their number there (`cases.yaml` has all of them)."""

from __future__ import annotations

import inspect
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import standardwebhooks

from services.accounts import passwords
from services.api.access import TABLE
from services.broker import Stage
from services.channels import webhook
from services.errors import InvalidError
from services.queries.parser import parse
from services.store.states import Role
from tests.integration.api import problem
from tests.integration.world import World, newsroom
from tests.parts import until
from tests.security.test_classes_of_pages import _nothing_acts, get


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with newsroom(tmp_path_factory.mktemp("cases")) as one:
        yield one


# What each noun takes; its own error names the field that it does not know.
_MADE = [
    ("articles", {"external_id": "x", "text": "x"}), ("people", {"email": "m@example.org"}), ("teams", {"name": "M"}),
    ("channels", {"kind": "email", "address": "m@example.org"}), ("subscriptions", {"name": "n", "query": "q", "channels": ["c"]}),
    ("tokens", {"name": "n", "scopes": ["ops"]}), ("sources", {"url": "http://127.0.0.1:9/x"}), ("invitations", {"email": "m@example.org"}),
]  # fmt: skip


@pytest.mark.parametrize(("noun", "body"), _MADE)
@pytest.mark.parametrize(
    "name", ["id", "owner_id", "state", "story_id", "is_admin", "is_team", "created_at", "__class__", "password"]
)
def test_c16_nothing_of_a_row_is_set_that_is_not_a_field(world: World, noun: str, body: dict, name: str) -> None:
    before = world.api.rows()
    said = problem(world.api.v1("POST", noun, json={**body, name: "1"}), 422)
    assert name in said["detail"]
    assert world.api.rows() == before


@pytest.mark.parametrize("name", ["__class__", "owner_id", "password", "id", "state", "person", "__init__", "self"])
def test_d9_a_field_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(InvalidError) as caught:
        parse(f"{name}:x AND goat")
    assert caught.value.position == 1


@pytest.mark.parametrize("text", ["/(a+)+$/", "/a{1,99999}/", "re:(a|a)*b", "(a+)+", "[a-z]*", "a|b|c"])
def test_d11_no_expression_of_a_query_is_a_regular_expression(text: str) -> None:
    try:
        said = parse(text).text
    except InvalidError:
        return
    assert not re.search(r"[+{}|\[\]]", said)


def test_d14_equal_queries_of_two_people_know_nothing_of_each_other(world: World) -> None:
    query = "walrus"
    for whose in ("own", "other"):
        given = {"person": world.owners[whose], "name": f"Same of {whose}", "query": query}
        world.api.made("subscriptions", channels=[world.ids["channels", whose]], **given)
    listed = world.api.v1("GET", "subscriptions?limit=200", role=Role.SUBSCRIBER).json()["items"]
    assert "Same of own" in [one["name"] for one in listed]
    assert "Same of other" not in str(listed)
    assert world.owners["other"] not in str(listed)


@pytest.mark.parametrize("name", ["headers", "header", "host", "method", "authorization", "content_type"])
def test_f10_nobody_names_a_header_of_a_webhook(world: World, name: str) -> None:
    body = {"kind": "webhook", "url": "http://127.0.0.1:9/x", name: {"Host": "evil.example", "X": "a\r\nY: b"}}
    assert name in problem(world.api.v1("POST", "channels", json=body), 422)["detail"]


@pytest.mark.parametrize("number", range(20))
def test_f14_our_signatures_are_those_that_the_library_makes(number: int) -> None:
    secret, body = webhook.new_secret(), secrets.token_bytes(number * 7).hex().encode() + "é\u2028".encode()
    at = datetime(2026, 11, 25, 12, number, tzinfo=UTC)
    ours = webhook.sign(f"msg_{number}", int(at.timestamp()), body, [secret])
    assert ours == standardwebhooks.Webhook(secret).sign(f"msg_{number}", at, body.decode())


_PAGES = sorted(
    {row.path for row in TABLE if "GET" in row.methods and not row.path.startswith(("/api/", "/live", "/static"))}
)
_PAYLOAD = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'"


@pytest.mark.parametrize("path", _PAGES)
def test_g2_no_parameter_of_any_page_is_shown_as_markup(world: World, path: str) -> None:
    """Every page with every parameter that a page knows, and with one that none does."""
    names = {
        "url",
        "query",
        "words",
        "cursor",
        "state",
        "channel",
        "subscription",
        "said",
        "team",
        "before",
        "still",
        "x",
    }
    filled = re.sub(r"{\w+}", lambda _: world.thing(path.split("/")[1], "own", world.owners["own"]), path)
    for role in (Role.ADMIN, None):
        for name in names:
            world.api.client.cookies.clear()
            headers = world.session_of(world.api.people[role])[0] if role else {}
            answer = world.api.client.get(filled, params={name: _PAYLOAD}, headers=headers, follow_redirects=False)
            assert answer.status_code < 500, (filled, name)
            if answer.text and "html" in answer.headers.get("content-type", ""):
                _nothing_acts(answer.text)
            elif "json" in answer.headers.get("content-type", ""):
                assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example"}]
)
def test_g10_links_in_mails_are_of_the_settings_and_not_of_the_request(world: World, headers: dict[str, str]) -> None:
    folder = world.api.settings.data / "mail"
    before = set(folder.glob("*.eml"))
    address = f"{secrets.token_hex(4)}@example.org"
    answer = world.api.v1("POST", "invitations", json={"email": address}, headers=headers)
    assert answer.status_code == 201
    until(lambda: set(folder.glob("*.eml")) - before, "the mail", 20)
    (mail,) = set(folder.glob("*.eml")) - before
    assert "evil.example" not in mail.read_text()
    assert world.api.settings.public_url in mail.read_text()


def test_h3_passwords_are_hashed_as_owasp_asks_and_a_few_at_a_time() -> None:
    made = passwords.hashed("a fox walks past nine doors")
    assert made.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.holds(made, "a fox walks past nine doors")
    assert passwords.is_old(
        "$argon2id$v=19$m=4096,t=1,p=1$dG9jc2luLXRvY3Npbg$CaUR8etQqJtSaZ+AxiI5kEkulB3QenP46LTl+i2MB1o"
    )
    assert [passwords._AT_ONCE.acquire(blocking=False) for _ in range(5)] == [True] * 4 + [False]
    for _ in range(4):
        passwords._AT_ONCE.release()


@pytest.mark.parametrize("given", ["unknown", "match; rm -rf /", "", "__import__", "MATCH", None, 3, ["match"]])
def test_i1_a_hint_of_an_unknown_stage_is_refused(given: object) -> None:
    """What a stranger puts into the broker names no stage, and a hint does nothing but look for rows that wait."""
    assert given not in [stage.value for stage in Stage]
    with pytest.raises((ValueError, TypeError)):
        Stage(given)  # type: ignore[arg-type]


def test_i9_files_of_the_service_are_their_owners(world: World) -> None:
    data: Path = world.api.settings.data
    for name in ("secret.key", "token", "tocsin.db"):
        assert (data / name).stat().st_mode & 0o077 == 0, name
    for beside in data.glob("tocsin.db-*"):
        assert beside.stat().st_mode & 0o077 == 0, beside.name
    assert inspect.isfunction(get)
