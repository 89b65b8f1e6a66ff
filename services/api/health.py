"""For machines: is the process up, can it work, and the numbers that Prometheus collects."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy import text
from starlette.responses import PlainTextResponse, Response

from services import clock
from services.api import metrics
from services.api.parts import Here

routes = APIRouter(tags=["health"])


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
def numbers(here: Here) -> Response:
    """Give the numbers of the whole installation as Prometheus reads them."""
    with here.store.read() as session:
        said = metrics.text(session, clock.now())
    return Response(said, media_type=metrics.CONTENT_TYPE)
