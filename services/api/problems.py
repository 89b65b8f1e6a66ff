"""Problems: every answer that says no, as RFC 9457 has it, made from an error in one place.

    {"type": "urn:tocsin:problem:mistake", "title": "…", "status": 422, "detail": "…",
     "pointer": "/query", "position": 15, "advice": "…"}

`pointer` leads into the JSON that was sent, `position` counts characters from 1. Nothing of the program is shown.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from services.errors import (
    ChangedError,
    ConflictError,
    InvalidError,
    MalformedError,
    NotFoundError,
    OutsideError,
    TocsinError,
    TooManyError,
)

MEDIA_TYPE = "application/problem+json"

_TITLES = {
    400: ("malformed", "The request cannot be read"),
    401: ("sign-in", "Sign in first"),
    403: ("not-allowed", "You may not do this"),
    404: ("not-found", "There is no such thing, or it is not yours"),
    405: ("method", "This path does not know the method"),
    408: ("slow", "The request took too long"),
    409: ("conflict", "Something else stands in the way"),
    412: ("changed", "It is not as you expect it to be"),
    413: ("too-large", "The request is too large"),
    415: ("media-type", "The request is of another type than expected"),
    422: ("mistake", "What was sent cannot be used"),
    500: ("fault", "This request failed"),
    503: ("busy", "A part that is needed does not answer"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One answer that says no."""

    status: int
    detail: str
    pointer: str | None = None
    position: int | None = None
    advice: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[tuple[str, str], ...] = ()
    """All mistakes as (pointer, detail), where there are several; the first one is the problem itself."""

    @property
    def title(self) -> str:
        """What kind of problem it is, in words."""
        return _TITLES.get(self.status, ("other", "The request was refused"))[1]

    def members(self) -> dict[str, Any]:  # Any: JSON
        """Give the problem as JSON has it, without members that are not known."""
        kind = _TITLES.get(self.status, ("other", ""))[0]
        known: dict[str, Any] = {  # Any: JSON
            "type": f"urn:tocsin:problem:{kind}", "title": self.title, "status": self.status, "detail": self.detail,
        }  # fmt: skip
        if self.pointer is not None:
            known["pointer"] = self.pointer
        if self.position is not None:
            known["position"] = self.position
        if self.advice:
            known["advice"] = self.advice
        if len(self.errors) > 1:
            known["errors"] = [{"pointer": pointer, "detail": detail} for pointer, detail in self.errors]
        return known


def respond(problem: Problem) -> Response:
    """Give the problem as a response."""
    text = json.dumps(problem.members(), ensure_ascii=False)
    return Response(
        text.encode("utf-8", "replace"),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=dict(problem.headers),
    )


def from_error(error: TocsinError, body: object = None) -> Problem:
    """Translate an error. `body` is the JSON that was sent: a field of the error is a pointer if it lies in there."""
    pointer = _pointer(error.field, body)
    said = {"pointer": pointer, "position": error.position, "advice": error.advice}
    match error:
        case NotFoundError():
            return Problem(404, error.message, **said)  # type: ignore[arg-type]  # three members by name
        case ChangedError():
            return Problem(412, error.message, **said)  # type: ignore[arg-type]  # as above
        case ConflictError():
            return Problem(409, error.message, **said)  # type: ignore[arg-type]  # as above
        case OutsideError():
            wait = str(max(1, math.ceil(error.retry_after_s or 5)))
            return Problem(503, error.message, **said, headers={"Retry-After": wait})  # type: ignore[arg-type]  # as above
        case TooManyError():
            return Problem(429, error.message, **said)  # type: ignore[arg-type]  # as above
        case MalformedError():
            return Problem(400, error.message, **said)  # type: ignore[arg-type]  # as above
        case InvalidError():
            return Problem(422, error.message, **said)  # type: ignore[arg-type]  # as above
    return Problem(500, "The request failed", **said)  # type: ignore[arg-type]  # as above


def _pointer(name: str | None, body: object) -> str | None:
    if not name or not isinstance(body, dict):
        return None
    pointer = name if name.startswith("/") else "/" + name
    return pointer if pointer.split("/")[1] in body else None
