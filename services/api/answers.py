"""The outermost layer: headers that every answer carries, and the one place where an unexpected error ends.

The policy allows nothing but our own style sheet, images and forms; a page that needs less or more sets its own.
"""

from __future__ import annotations

import secrets

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.problems import Problem
from services.api.sending import Refuse

log = structlog.get_logger(__name__)

POLICY = (
    "default-src 'none'; connect-src 'self'; style-src 'self'; img-src 'self'; script-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
# Not `no-referrer`: with it browsers send "Origin: null" with our own forms.
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_YEAR_S = 365 * 24 * 3600


class Answers:
    """Adds the headers an answer does not have yet; turns an unexpected error into a numbered fault."""

    def __init__(self, app: ASGIApp, refuse: Refuse, *, https: bool) -> None:
        self._app = app
        self._refuse = refuse
        self._headers = _HEADERS | ({"Strict-Transport-Security": f"max-age={_YEAR_S}"} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete its answer."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1003})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def complete(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, complete)
        except Exception:
            number = secrets.token_hex(3)
            log.exception("request failed", method=scope["method"], number=number)
            if begun:
                raise  # the answer is cut off, which is all that can be said now
            text = f"This request failed, and the operators were told. Number {number}"
            await self._refuse(scope, Problem(500, text))(scope, receive, complete)
