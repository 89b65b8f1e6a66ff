"""The description of the API as OpenAPI has it, for whoever may call."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import JSONResponse, Response

from services.api import access

routes = APIRouter(include_in_schema=False)

_PROBLEM = {
    "type": "object",
    "description": "A problem as RFC 9457 has it.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "pointer": {"type": "string", "description": "JSON pointer into what was sent"},
        "position": {"type": "integer", "description": "character, counted from 1"},
        "advice": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
_ANSWER = {
    "description": "A problem",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


@routes.get("/openapi.json")
def openapi(request: Request) -> Response:
    """Give the description of the API."""
    return JSONResponse(described(request.app))


def described(app: FastAPI) -> dict[str, Any]:  # Any: JSON
    """Describe the API, with problems for answers that say no and the token that calls need."""
    found = app.openapi()
    if "Problem" in found["components"]["schemas"]:
        return found  # FastAPI keeps what it made
    for name in ("HTTPValidationError", "ValidationError"):
        found["components"]["schemas"].pop(name, None)
    found["components"]["schemas"]["Problem"] = _PROBLEM
    found["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    found["security"] = [{"token": []}]
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            row = access.find(method.upper(), path).row
            if row is not None and not row.roles:
                operation["security"] = []
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = _ANSWER
    return found
