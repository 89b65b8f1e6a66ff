"""Made-up requests to every operation of the API, thousands a minute: shapes that fit its description, and such that do not.

schemathesis (`api`) checks each answer against the whole description and makes two requests a second; this one makes them
from a seed as fast as they are answered, as each role and as nobody, so that rare paths are reached. No answer may be a
fault, each status must be one that the operation declares, what is refused must be a problem that tells nothing of the
program, and the database must hold what always holds. Whatever has a name in it is looked up nowhere.
"""

from __future__ import annotations

import json
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import httpx2
import structlog

from services.store.states import Role
from tests.fuzz import making
from tests.fuzz.api import check_rows
from tests.fuzz.report import Run
from tests.integration.world import World, newsroom
from tests.parts import Postgres, postgres

A_WORLD = 2000  # requests until all begins anew: many of them end what others need
WHOSE = ("own", "own", "other", "team", "missing")
_TELLS = ("Traceback", "sqlalchemy", "SELECT ", '.py"', "psycopg", "sqlite3")
_MADE = {
    "query": making.query, "url": making.url, "url_template": making.url, "text": lambda rng: making.text(rng, 300),
    "address": lambda rng: rng.choice(("a@example.org", "a@b, c@d", "x\r\nBcc: y@z", "@", "ü@exämple.org", "a" * 300 + "@b.c")),
    "cursor": lambda rng: making.text(rng, 20), "timezone": lambda rng: rng.choice(("UTC", "America/Los_Angeles", "Mars/X")),
}  # fmt: skip
_MADE["email"] = _MADE["address"]


def throw_requests(run: Run, cases: int, seconds: float, database: str) -> None:
    """Send requests until there were enough or the time is over."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    until, statuses = time.monotonic() + seconds, dict.fromkeys(range(1, 6), 0)
    with _database(database) as server, patch.object(socket, "getaddrinfo", _inside):
        number = 0
        while run.cases < cases and time.monotonic() < until:
            with tempfile.TemporaryDirectory() as folder:
                url = server.database(f"requests{number}") if server else ""
                with newsroom(Path(folder), url) as world:
                    _one_world(
                        run, world, Random(f"{run.seed} {number}"), min(A_WORLD, cases - run.cases), until, statuses
                    )
                    check_rows(run, world)
            number += 1
    run.more = {"database": database, "worlds": number, "answers": {f"{n}xx": count for n, count in statuses.items()}}


@contextmanager
def _database(kind: str) -> Iterator[Postgres | None]:
    with ExitStack() as stack:
        yield stack.enter_context(postgres()) if kind == "postgres" else None


def _inside(host: object, port: object, *_: object, **__: object) -> list[tuple[Any, ...]]:  # Any: of five kinds
    """Look nothing up: every name is of an address inside, which nothing connects to."""
    address = str(host) if str(host).startswith("127.") else "10.0.0.1"
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]


def _one_world(run: Run, world: World, rng: Random, most: int, until: float, statuses: dict[int, int]) -> None:
    described = world.api.call("GET", "/openapi.json").json()
    made = Maker(rng, described, world)
    for _ in range(most):
        if time.monotonic() > until:
            return
        made.send(run, statuses)


class Maker:
    """Makes requests from the description, for one newsroom."""

    def __init__(self, rng: Random, described: dict[str, Any], world: World) -> None:  # Any: OpenAPI as JSON
        self._rng, self._described, self._world = rng, described, world
        self._operations = [
            (method, path, its)
            for path, methods in described["paths"].items()
            for method, its in methods.items()
            if method in ("get", "post", "put", "patch", "delete")
        ]

    def send(self, run: Run, statuses: dict[int, int]) -> None:
        """Make one request, send it, and look at the answer."""
        method, path, its = self._rng.choice(self._operations)
        role = self._rng.choice([*Role, *Role, None])
        headers = {"Authorization": f"Bearer {self._world.api.tokens[role]}"} if role else {}
        where = self._where(path, its, role or Role.ADMIN, headers)
        given = {"content": body} if (body := self._body(its, headers)) is not None else {}
        began = time.process_time()  # it is answered by another thread
        try:
            answer = self._world.api.client.request(method, where, headers=headers, follow_redirects=False, **given)
        except (UnicodeError, ValueError, TypeError, httpx2.InvalidURL):
            return  # the client cannot write it
        run.cases += 1
        run.taken += answer.status_code < 400
        run.count({f"as {role.value if role else 'nobody'}": 1})
        statuses[answer.status_code // 100] += 1
        run.spent((time.process_time() - began) * 1000, (method, where, given))
        for wrong in _wrong(answer, its):
            run.found(f"{method.upper()} {path} as {role}: {wrong}", (where, headers, given, answer.text[:300]))

    def _where(self, path: str, its: dict[str, Any], role: Role, headers: dict[str, str]) -> str:
        noun = path.split("/")[3] if path.count("/") > 2 else ""
        asked: list[str] = []
        for one in its.get("parameters", ()):
            name, value = one["name"], self._value(one.get("schema", {}), one["name"], 2)
            if one["in"] == "path":
                if self._rng.random() < 0.8 and name in ("id", "name"):
                    value = self._world.thing(noun, self._rng.choice(WHOSE), self._world.api.people[role])
                path = path.replace("{" + name + "}", quote(_plain(value), safe="", errors="replace"))
            elif one["in"] == "header" and self._rng.random() < 0.5:
                headers[name] = _plain(value).encode("ascii", "replace").decode()[:300]
            elif one["in"] == "query" and (one.get("required") or self._rng.random() < 0.3):
                asked.append(f"{quote(name)}={quote(_plain(value), errors='replace')}")
        return path + ("?" + "&".join(asked) if asked else "")

    def _body(self, its: dict[str, Any], headers: dict[str, str]) -> bytes | None:
        content = its.get("requestBody", {}).get("content", {})
        if not content or self._rng.random() < 0.02:
            return None
        kind = self._rng.choice(list(content))
        headers["Content-Type"] = kind if self._rng.random() < 0.97 else "text/plain"
        if self._rng.random() < 0.05 or "json" not in kind:
            return making.body(self._rng)
        return making.written(self._value(content[kind].get("schema", {}), "", 5))

    def _value(self, schema: dict[str, Any], name: str, depth: int) -> Any:  # Any: JSON, and what is none
        rng = self._rng
        if rng.random() < 0.06 or depth < 0:
            return making.value(rng, 1)
        if "$ref" in schema:
            schema = self._described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        for several in ("anyOf", "oneOf", "allOf"):
            if several in schema:
                return self._value(rng.choice(schema[several]), name, depth)
        if "const" in schema or "enum" in schema:
            return schema.get("const", None) if "const" in schema else rng.choice(schema["enum"])
        if name in _MADE and schema.get("type") == "string" and rng.random() < 0.7:
            return _MADE[name](rng)
        return self._of_type(schema, name, depth)

    def _of_type(self, schema: dict[str, Any], name: str, depth: int) -> Any:  # Any: as above
        rng = self._rng
        match schema.get("type"):
            case "object":
                needed = schema.get("required", ())
                its = schema.get("properties", {})
                return {
                    key: self._value(one, key, depth - 1)
                    for key, one in its.items()
                    if (key in needed and rng.random() < 0.97) or rng.random() < 0.4
                }
            case "array":
                return [
                    self._value(schema.get("items", {}), name, depth - 1) for _ in range(rng.choice((0, 1, 1, 2, 5)))
                ]
            case "integer":
                return rng.choice((0, 1, 2, 10, 100, -1, 10**9, 2**63))
            case "number":
                return rng.choice((0.0, 0.5, 1.0, -1.0, 1e308, 3))
            case "boolean":
                return rng.random() < 0.5
            case "null":
                return None
        if schema.get("format") == "date-time":
            return rng.choice(
                ("2026-11-25T10:00:00Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+14:00", "soon")
            )
        if any(self._world.ids) and rng.random() < 0.4:
            return rng.choice(list(self._world.ids.values()))
        return rng.choice((making.text(rng, 30), "goat", "", rng.choice(making.HOSTILE)))


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _wrong(answer: httpx2.Response, its: dict[str, Any]) -> Iterator[str]:
    status = answer.status_code
    if status >= 500 and status != 503:
        yield f"{status}"
        return
    if str(status) not in its["responses"] and "default" not in its["responses"]:
        yield f"{status} is not declared"
    if status >= 400:
        if answer.headers.get("content-type") != "application/problem+json":
            yield f"{status} is no problem+json"
        elif answer.json().get("status") != status:
            yield f"{status} says another status"
    if told := [word for word in _TELLS if word in answer.text]:
        yield f"tells {told[0]!r}"
