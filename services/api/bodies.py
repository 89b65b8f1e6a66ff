"""Reads the body of a request within its limits, before any route runs, and hands it on whole.

Refused without reading: a declared length over the limit, a compressed body, another type than the path takes. Refused
while reading: more bytes than the limit, a body that takes longer than 15 seconds. JSON is read here, once; articles
that are pushed in a news standard are turned here into those that the API takes.
"""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api import news, strict_json
from services.api.problems import Problem
from services.api.sending import Refuse, header, state
from services.errors import InvalidError

MOST_BYTES = 8 * 1024 * 1024
MOST_FORM_BYTES = 64 * 1024
MOST_FEED_BYTES = 4 * 1024 * 1024  # what a hub pushes is what is new
_HUBS = "/websub/"
_BOUNCE = "/bounce"
MOST_MAIL_BYTES = 1024 * 1024  # a report quotes the mail that came back
WITHIN_S = 15.0
_SAFE = {"GET", "HEAD"}
_CLOSE = {"Connection": "close"}
_PUSHED_TO = "/api/v1/articles"


class _RefusedError(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


class _GoneError(Exception):
    """The client left before its body was whole."""


class Bodies:
    """Gives the routes a body that is whole: `state.body` as it came, `state.json` as read."""

    def __init__(self, app: ASGIApp, refuse: Refuse) -> None:
        self._app = app
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body and pass the request on, or answer why not."""
        if scope["type"] != "http" or scope["method"] in _SAFE:
            await self._app(scope, receive, send)
            return
        api = scope["path"].startswith("/api/")
        limit = _limit(scope, api=api)
        try:
            _check_headers(scope, limit, api=api)
            body = await _read(receive, limit)
            kept = state(scope)
            kept["body"] = body
            kept["json"] = await _json(scope, body) if api and body else None
        except _GoneError:
            return
        except InvalidError as error:
            problem = Problem(422, error.message, pointer=error.field, position=error.position, advice=error.advice)
            await self._refuse(scope, problem)(scope, receive, send)
            return
        except (_RefusedError, strict_json.NotJsonError) as error:
            await self._refuse(scope, error.problem)(scope, receive, send)
            return
        await self._app(scope, _again(body, receive), send)


async def _json(scope: Scope, body: bytes) -> Any:  # Any: JSON
    given = header(scope, b"content-type") or ""
    if _is_news(scope, given):
        _call_it_json(scope)
        return await run_in_threadpool(news.from_bytes, body, given)
    found = strict_json.read(body)
    return news.from_json(found) if scope["path"] == _PUSHED_TO and news.is_ninjs(found) else found


def _limit(scope: Scope, *, api: bool) -> int:
    if api:
        return MOST_BYTES
    if scope["path"] == _BOUNCE:
        return MOST_MAIL_BYTES
    return MOST_FEED_BYTES if _is_from_hub(scope) else MOST_FORM_BYTES


def _is_from_hub(scope: Scope) -> bool:
    return bool(scope["path"].startswith(_HUBS))


def _is_news(scope: Scope, content_type: str) -> bool:
    return scope["path"] == _PUSHED_TO and news.is_news(content_type.partition(";")[0].strip().lower())


def _call_it_json(scope: Scope) -> None:
    """What the route gets is JSON, whatever it was."""
    kept = [(name, value) for name, value in scope["headers"] if name != b"content-type"]
    scope["headers"] = [*kept, (b"content-type", b"application/json")]


def _check_headers(scope: Scope, limit: int, *, api: bool) -> None:
    length, chunked = header(scope, b"content-length"), header(scope, b"transfer-encoding")
    if length is not None and chunked is not None:
        raise _RefusedError(Problem(400, "The request gives its length in two ways", headers=_CLOSE))
    if length is not None and not length.isdigit():
        raise _RefusedError(Problem(400, "Content-Length is not a number", headers=_CLOSE))
    if length is not None and int(length) > limit:
        raise _RefusedError(_too_large(limit))
    if (header(scope, b"content-encoding") or "identity").strip().lower() != "identity":
        raise _RefusedError(Problem(415, "Send the body as it is, without Content-Encoding", headers=_CLOSE))
    if chunked is not None or (length is not None and int(length) > 0):
        _check_type(scope, header(scope, b"content-type") or "", api=api)


def _check_type(scope: Scope, given: str, *, api: bool) -> None:
    if len(given) > 255:
        raise _RefusedError(Problem(400, "The header Content-Type is longer than any type is", headers=_CLOSE))
    if _is_from_hub(scope):
        return  # of the type that the feed has
    kind = given.partition(";")[0].strip().lower()
    expected = "application/json" if api else "application/x-www-form-urlencoded"
    if scope["path"] == _BOUNCE:
        expected = "message/rfc822"
    if kind != expected and not _is_news(scope, given):
        found = f'found "{kind}"' if kind else "found none"
        raise _RefusedError(Problem(415, f"Expected the Content-Type {expected}, {found}", headers=_CLOSE))


async def _read(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(WITHIN_S):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise _GoneError
                part = message.get("body", b"")
                size += len(part)
                if size > limit:
                    raise _RefusedError(_too_large(limit))
                parts.append(part)
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError:
        text = f"The body did not arrive within {WITHIN_S:.0f} seconds"
        raise _RefusedError(Problem(408, text, headers=_CLOSE)) from None


def _too_large(limit: int) -> Problem:
    return Problem(413, f"The body is larger than {limit:,} bytes, which is the most", headers=_CLOSE)


def _again(body: bytes, receive: Receive) -> Receive:
    """Give the body once more to whoever reads it, and then what the client does."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> Message:
        return waiting.pop() if waiting else await receive()

    return give
