"""How the outer layers answer without a route: what says no to whom, as a problem or as a page."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Scope

from services.api.problems import Problem

Refuse = Callable[[Scope, Problem], Response]
"""Makes the answer that says no: `services.asgi` gives programs a problem and people a page."""


def header(scope: Scope, name: bytes) -> str | None:
    """Give the first header of this lower-case name."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).decode("latin-1")
    return None


def state(scope: Scope) -> dict[str, object]:
    """Give what layers and routes leave for each other; routes see it as `request.state`."""
    kept: dict[str, object] = scope.setdefault("state", {})
    return kept
