from __future__ import annotations

import itertools

import pytest
from fastapi import APIRouter
from starlette.routing import Mount, Route, compile_path

from services.accounts.tokens import Caller
from services.api import access
from services.api.access import TABLE, Row, Verdict, check, find
from services.asgi import _NOUNS
from services.store.states import Role

SCOPED = Row(("GET",), "/x", frozenset({Role.OPERATOR}), frozenset({"ops"}))


def built() -> list:
    return [route for noun in _NOUNS for route in noun.routes.routes]


def a_caller(role: Role, *scopes: str) -> Caller:
    return Caller("p1", "p1@example.org", role, frozenset(scopes), "token:1")


def test_every_route_is_declared_and_every_row_has_its_route() -> None:
    check(built())


def test_an_undeclared_route_is_refused() -> None:
    router = APIRouter()
    router.add_api_route("/api/v1/surprise", lambda: None)
    with pytest.raises(RuntimeError, match="GET /api/v1/surprise"):
        check([*built(), *router.routes])


@pytest.mark.parametrize("route", [Mount("/files", routes=[]), Route("/any", lambda request: None, methods=["PUT"])])
def test_what_is_no_plain_route_is_refused_too(route) -> None:
    with pytest.raises(RuntimeError, match=route.path):
        check([*built(), route])


def test_a_row_without_a_route_is_refused() -> None:
    with pytest.raises(RuntimeError, match="/api/v1/queues"):
        check([route for route in built() if route.path != "/api/v1/queues"])


def test_a_route_that_names_a_thing_says_whose_it_must_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "TABLE", (*TABLE, Row(("GET",), "/api/v1/secrets/{id}", access.EVERYBODY)))
    with pytest.raises(RuntimeError, match=r"whose these are: /api/v1/secrets/\{id\}"):
        check(built())


def test_no_path_can_be_read_as_two_rows_of_one_method() -> None:
    for one, other in itertools.combinations(TABLE, 2):
        if set(one.methods) & set(other.methods):
            example = one.path.replace("{", "").replace("}", "")
            assert not compile_path(other.path)[0].match(example), (one.path, other.path)


def test_these_and_no_others_need_no_sign_in() -> None:
    assert {row.path for row in TABLE if not row.roles} == {
        "/static/{name}", "/sign-in", "/in/{secret}", "/c/{token}", "/u/{token}", "/w/{token}", "/f/{token}", "/f/{token}/{choice}",
        "/websub/{token}", "/sign-up", "/join/{secret}", "/healthz", "/readyz", "/bounce",
    }  # fmt: skip


def test_nobody_but_an_admin_adds_people() -> None:
    row = find("POST", "/api/v1/people").row
    assert row is not None
    assert row.roles == access.ADMIN


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        (None, Verdict.SIGN_IN),
        (a_caller(Role.SUBSCRIBER, "ops"), Verdict.ROLE),
        (a_caller(Role.SUBSCRIBER, "admin"), Verdict.ROLE),
        (a_caller(Role.OPERATOR), Verdict.SCOPE),
        (a_caller(Role.OPERATOR, "alerts:read"), Verdict.SCOPE),
        (a_caller(Role.OPERATOR, "ops"), Verdict.PASSES),
        (a_caller(Role.OPERATOR, "admin"), Verdict.PASSES),
    ],
)
def test_a_row_asks_for_the_role_and_one_of_the_scopes(caller: Caller | None, expected: Verdict) -> None:
    assert SCOPED.judge(caller) is expected


@pytest.mark.parametrize(
    ("method", "path", "methods"),
    [
        ("GET", "/nowhere", ()),
        ("GET", "//healthz", ()),
        ("GET", "/healthz/", ()),
        ("GET", "/api/v1/articles/a/b", ()),
        ("DELETE", "/api/v1/articles", ("GET", "POST")),
        ("TRACE", "/healthz", ("GET",)),
    ],
)
def test_what_is_not_in_the_table_has_no_row(method: str, path: str, methods: tuple[str, ...]) -> None:
    found = find(method, path)
    assert (found.row, found.methods) == (None, methods)
