"""The API on one page, made of its OpenAPI description: no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.web.site import Ours, frame, page

routes = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    noun: str
    method: str
    path: str
    about: str
    parameters: tuple[str, ...]


@routes.get("/docs")
def show(request: Request, site: Ours) -> Response:
    """Show every path of the API."""
    nouns: dict[str, list[Operation]] = {}
    for operation in _operations(site.describe()):
        nouns.setdefault(operation.noun, []).append(operation)
    with site.store.read() as session:
        return page("docs.html", frame=frame(site, session, request), nouns=nouns)


@routes.get("/help")
def help_(request: Request, site: Ours) -> Response:
    """Show the query language and the keys."""
    with site.store.read() as session:
        return page("help.html", frame=frame(site, session, request))


def _operations(described: Mapping[str, Any]) -> Iterator[Operation]:  # Any: OpenAPI as JSON
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            parameters = tuple(one["name"] for one in operation.get("parameters", []) if one["in"] == "query")
            noun = operation.get("tags", ["other"])[0]
            yield Operation(noun, method.upper(), path, operation.get("description", ""), parameters)
