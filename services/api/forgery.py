"""Keeps other sites from acting through a reader's browser.

A request that changes something and was sent by a browser must come from our own pages: `Sec-Fetch-Site` and `Origin`
say so. If it is signed in by its cookie it must also repeat the secret of its session, in the form field `csrf` or the
header `X-CSRF-Token`. Requests with a token in their header need neither: no other site can make a browser send one.
"""

from __future__ import annotations

import hmac
from urllib.parse import parse_qs, urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from services.api.problems import Problem
from services.api.sending import Refuse, header, state

_SAFE = {"GET", "HEAD"}
_MOST_FIELDS = 200  # a query of many conditions has some for each


class Forgery:
    """Refuses what another site may have sent. Runs after the body was read."""

    def __init__(self, app: ASGIApp, refuse: Refuse, base_url: str) -> None:
        self._app = app
        self._refuse = refuse
        self._host = urlsplit(base_url).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer why not."""
        if scope["type"] == "http" and scope["method"] not in _SAFE and (problem := self._problem(scope)):
            await self._refuse(scope, problem)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _problem(self, scope: Scope) -> Problem | None:
        kept = state(scope)
        secret = kept.get("csrf")
        if secret is None and kept.get("caller") is not None:
            return None  # by token
        if (header(scope, b"sec-fetch-site") or "none") not in ("same-origin", "none"):
            return Problem(403, "Another site sent this. Open the page here and try again")
        origin = header(scope, b"origin")
        if origin is not None and urlsplit(origin).netloc not in (header(scope, b"host"), self._host):
            return Problem(403, "Another site sent this. Open the page here and try again")
        if isinstance(secret, str) and not hmac.compare_digest(_repeated(scope).encode(), secret.encode()):
            return Problem(403, "The form is from another sign-in. Open the page again and repeat")
        return None


def _repeated(scope: Scope) -> str:
    given = header(scope, b"x-csrf-token")
    if given is not None:
        return given
    body = state(scope).get("body")
    if scope["path"].startswith("/api/") or not isinstance(body, bytes):
        return ""
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return ""
    return fields.get("csrf", [""])[0]
