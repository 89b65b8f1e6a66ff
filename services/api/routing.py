"""The router that every noun's routes stand on."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from services.api import etags
from services.api.once import AnsweredError
from services.errors import MalformedError


class _ReadAlready(Request):
    """A request whose body `services.api.bodies` has read."""

    async def json(self) -> Any:  # Any: JSON
        return self.state.json


class _Route(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:  # Any: as FastAPI has it
        handle = super().get_route_handler()

        shows_one = self.path.endswith("}") and set(self.methods or ()) <= {"GET", "PATCH"}
        conditional = etags.is_conditional(list(self.dependant.dependencies))

        async def with_body_read(request: Request) -> Response:
            if request.method != "GET" and not conditional and "if-match" in request.headers:
                raise MalformedError("This call knows no If-Match. Leave it out, or change the thing itself")
            try:
                answer = await handle(_ReadAlready(request.scope, request.receive))
            except AnsweredError as before:
                return Response(before.body, before.status, media_type="application/json")
            return etags.complete(request, answer) if shows_one else answer

        return with_body_read


async def _only_known(request: Request) -> None:
    """Refuse parameters that the route does not know: a misspelt one would silently show everything."""
    known = {str(field.alias) for field in request.scope["route"].dependant.query_params}
    for name in request.query_params:
        if name not in known:
            listed = ", ".join(sorted(known)) or "none"
            raise MalformedError(f'There is no parameter "{name[:100]}" here. Known: {listed}')


def router(noun: str, prefix: str = "/api/v1") -> APIRouter:
    """Make the router of a noun."""
    return APIRouter(prefix=f"{prefix}/{noun}", tags=[noun], route_class=_Route, dependencies=[Depends(_only_known)])
