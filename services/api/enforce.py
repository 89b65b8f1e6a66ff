"""Enforces the table of `services.api.access` on every request, before any route, body or parameter is looked at."""

from __future__ import annotations

from urllib.parse import parse_qsl

from anyio import to_thread
from starlette.types import ASGIApp, Receive, Scope, Send

from services.api import access
from services.api.access import Row, Verdict
from services.api.callers import Callers, Known
from services.api.problems import Problem, from_error
from services.api.sending import Refuse, state
from services.errors import OutsideError

_SECRET_NAMES = {"token", "access_token", "api_key", "apikey", "authorization"}
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="tocsin"'}


class Enforce:
    """The outermost decision: who calls, and may they? `HEAD` counts as `GET`."""

    def __init__(self, app: ASGIApp, callers: Callers, refuse: Refuse) -> None:
        self._app = app
        self._callers = callers
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        found = access.find(scope["method"], scope["path"])
        problem = _unreadable(scope)
        if problem is None:
            problem = await self._judge(scope, found.row) if found.row else _no_route(found.methods)
        if problem is not None:
            await self._refuse(scope, problem)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _judge(self, scope: Scope, row: Row) -> Problem | None:
        known: Known | None = None
        if row.roles:
            try:
                known = await to_thread.run_sync(self._callers.find, scope)
            except OutsideError as error:
                return from_error(error)
        kept = state(scope)
        kept["caller"] = known.caller if known else None
        kept["csrf"] = known.csrf if known else None
        return _said(row.judge(known.caller if known else None), row)


def _said(verdict: Verdict, row: Row) -> Problem | None:
    match verdict:
        case Verdict.PASSES:
            return None
        case Verdict.SIGN_IN:
            text = "This needs a token: send Authorization: Bearer tcn_… . tocsin up writes the first one to DATA/token"
            return Problem(401, text, headers=_CHALLENGE)
        case Verdict.ROLE:
            return Problem(403, f"This can be done by: {', '.join(sorted(role.value for role in row.roles))}")
        case Verdict.SCOPE:
            return Problem(403, f"The token needs one of the scopes: {', '.join(sorted(row.scopes | {'admin'}))}")


def _no_route(methods: tuple[str, ...]) -> Problem:
    if not methods:
        return Problem(404, "There is no such page, or it is not yours")
    allowed = ", ".join(sorted({*methods, *(["HEAD"] if "GET" in methods else [])}))
    return Problem(405, f"This path knows: {allowed}", headers={"Allow": allowed})


def _unreadable(scope: Scope) -> Problem | None:
    """Refuse control characters, which no name or id has, and secrets where logs and histories keep them."""
    if any(_is_control(sign) for sign in scope["path"]):
        return Problem(404, "There is no such page, or it is not yours")
    if not scope["query_string"]:
        return None
    try:
        given = parse_qsl(
            scope["query_string"].decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=50
        )
    except (UnicodeDecodeError, ValueError):
        return Problem(400, "The part of the address after the question mark cannot be read")
    for name, value in given:
        if name.lower() in _SECRET_NAMES or value.startswith("tcn_"):
            return Problem(
                400, "A token in an address ends up in logs. Send it in the header Authorization, and draw a new one"
            )
        if any(map(_is_control, name + value)):
            return Problem(400, f'The parameter "{name[:40]}" holds a control character'.translate(_SHOWN))
    return None


_SHOWN = dict.fromkeys((*range(32), *range(127, 160)), "?")


def _is_control(sign: str) -> bool:
    return sign < " " or "\x7f" <= sign <= "\x9f" or "\ud800" <= sign <= "\udfff"
