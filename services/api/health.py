"""For machines: is the process up, can it work, and the numbers that Prometheus collects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from fastapi import APIRouter
from sqlalchemy import text
from starlette.responses import PlainTextResponse, Response

from services import clock
from services.api.parts import Here
from services.store import quarantine, queues
from services.store.queues import StageCount

routes = APIRouter(tags=["health"])

_GAUGES: tuple[tuple[str, str, Callable[[StageCount], float | None]], ...] = (
    ("tocsin_waiting", "Rows that wait at a stage", lambda stage: stage.waiting),
    ("tocsin_oldest_seconds", "Age of the oldest row that waits at a stage", lambda stage: stage.oldest_s),
    (
        "tocsin_passed_per_minute",
        "Rows that passed a stage, a minute, over ten minutes",
        lambda stage: stage.per_minute,
    ),
    ("tocsin_failed_today", "Failures of a stage since midnight UTC", lambda stage: stage.failed_today),
    ("tocsin_workers", "Processes at work on a stage", lambda stage: stage.workers),
)


@routes.get("/healthz", response_class=PlainTextResponse)
async def healthz() -> Response:
    """Say that the process answers."""
    return PlainTextResponse("ok\n")


@routes.get("/readyz", response_class=PlainTextResponse)
def readyz(here: Here) -> Response:
    """Say whether requests can be served: 503 unless the database answers."""
    with here.store.read() as session:
        session.execute(text("SELECT 1"))
    return PlainTextResponse("ready\n")


@routes.get("/metrics", response_class=PlainTextResponse)
def metrics(here: Here) -> Response:
    """Give the numbers of each stage as Prometheus reads them."""
    with here.store.read() as session:
        stages = queues.count(session, clock.now())
        states = queues.deliveries_by_state(session)
        rules = {"quarantined": quarantine.count(session), "every_article": quarantine.count_anyway(session)}
    lines = [*_of_stages(stages), *_gauge("tocsin_deliveries", "Deliveries in a state", "state", states.items())]
    lines += _gauge("tocsin_rules", "Rules in quarantine, and those tried on every article", "state", rules.items())
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


def _of_stages(stages: Sequence[StageCount]) -> Iterable[str]:
    for name, about, value in _GAUGES:
        yield from _gauge(name, about, "stage", ((stage.stage, value(stage)) for stage in stages))


def _gauge(name: str, about: str, label: str, values: Iterable[tuple[str, float | None]]) -> Iterable[str]:
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} gauge"
    for key, value in values:
        yield f'{name}{{{label}="{key}"}} {value or 0:g}'
