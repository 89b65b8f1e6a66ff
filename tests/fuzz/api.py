"""The whole API against its published OpenAPI: schemathesis makes requests that fit the description and such that do not.

Each is sent in this process as one of the roles; half of those that name a thing name one that is there. No answer may be
a fault, each must be as described, what does not fit must be refused, and the database must hold what always holds.
"""

from __future__ import annotations

import random
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import schemathesis
import structlog
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from services import clock
from services.store import invariants
from services.store.states import Role
from tests.fuzz.report import Run
from tests.integration.world import World, newsroom

CHECKS: list[Any] = [
    checks.status_code_conformance, checks.content_type_conformance, checks.response_headers_conformance,
    checks.response_schema_conformance, checks.unsupported_method, checks.negative_data_rejection,
]  # fmt: skip
A_ROUND = 8
_NOT_SENT = {"host", "content-length", "transfer-encoding", "connection", "authorization", "cookie"}


def throw_at_api(run: Run, cases: int, seconds: float) -> None:
    """Send requests until there were enough or the time is over."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory() as folder, newsroom(Path(folder)) as world:
        described = world.api.call("GET", "/openapi.json").json()
        for part in (described, described["components"]):  # who may call is asked by the access matrix
            part.pop("security", None), part.pop("securitySchemes", None)
        schema = schemathesis.openapi.from_dict(described)
        operations = [result.ok() for result in schema.get_all_operations()]
        until, statuses, number = time.monotonic() + seconds, dict.fromkeys(range(1, 6), 0), 0
        while run.cases < cases and time.monotonic() < until:
            mode = GenerationMode.NEGATIVE if number % 2 else GenerationMode.POSITIVE
            for operation in operations:
                if time.monotonic() < until and run.cases < cases:
                    _round(run, world, operation, mode, run.seed + number, statuses, until)
            number += 1
        run.more = {"operations": len(operations), "answers": {f"{n}xx": count for n, count in statuses.items()}}
        check_rows(run, world)


def _round(
    run: Run, world: World, operation: Any, mode: GenerationMode, at: int, statuses: dict[int, int], until: float
) -> None:
    chance = random.Random(at)
    try:
        strategy = operation.as_strategy(generation_mode=mode)
    except Exception:
        return  # nothing that does not fit can be made for it

    @seed(at)
    @settings(
        max_examples=A_ROUND,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def one(case: Any) -> None:
        if time.monotonic() > until:
            return
        role = chance.choice(list(Role))
        if case.path_parameters and chance.random() < 0.5:
            _name_one(world, case, role)
        _send(run, world, case, role, mode, statuses)

    try:
        one()
    except Exception as error:
        if "Unsatisfiable" not in type(error).__name__:
            run.found(f"{operation.label}: cannot be tried: {type(error).__name__}", error)


def _name_one(world: World, case: Any, role: Role) -> None:
    noun = case.path.split("/")[3]
    for name in case.path_parameters:
        if name in ("id", "name"):
            case.path_parameters[name] = world.thing(noun, "own", world.api.people[role])


def _send(run: Run, world: World, case: Any, role: Role, mode: GenerationMode, statuses: dict[int, int]) -> None:
    sent = case.as_transport_kwargs()
    headers = {
        name: str(value) for name, value in (sent.pop("headers", None) or {}).items() if name.lower() not in _NOT_SENT
    }
    headers["Authorization"] = f"Bearer {world.api.tokens[role]}"
    sent = {
        name: value
        for name, value in sent.items()
        if name not in ("cookies", "files", "base_url") and value is not None
    }
    sent["url"] = sent["url"] if sent["url"].startswith("/") else "/" + sent["url"].split("/", 3)[-1]
    if isinstance(sent.get("data"), bytes):
        sent["content"] = sent.pop("data")
    began = time.thread_time()
    try:
        answer = world.api.client.request(headers=headers, follow_redirects=False, **sent)
    except (UnicodeError, ValueError, TypeError) as error:
        if type(error).__name__ in (
            "InvalidURL",
            "UnicodeEncodeError",
            "LocalProtocolError",
            "ValueError",
            "TypeError",
        ):
            return  # the client cannot write it
        raise
    run.cases += 1
    run.taken += answer.status_code < 400
    statuses[answer.status_code // 100] += 1
    run.took(began, (case.method, case.formatted_path))
    told = f"{case.method} {case.path} as {role}"
    if answer.status_code >= 500 and answer.status_code != 503:
        run.found(f"{told}: {answer.status_code}", (sent, answer.text[:300]))
    try:
        case.validate_response(answer, checks=CHECKS)
    except BaseExceptionGroup as group:
        for error in group.exceptions:
            run.found(f"{told}: {type(error).__name__}", (str(error)[:600], sent))
    except Exception as error:
        run.found(f"{told}: {type(error).__name__}", (str(error)[:600], sent))


def check_rows(run: Run, world: World) -> None:
    with world.api.store.read() as session:
        for rule, rows in invariants.broken(session, clock.now(), timedelta(minutes=15)).items():
            run.found(f"afterwards: {rule}", rows)
