"""Who is calling: the bearer token or the cookie of a browser session, looked up in the database."""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass
from datetime import datetime
from http.cookies import CookieError, SimpleCookie

from starlette.types import Scope

from services import clock
from services.accounts import signin, tokens
from services.accounts.tokens import Caller
from services.api.sending import header
from services.errors import OutsideError
from services.store.work import Store

_NOTED_EVERY_S = 60.0
_MOST_NOTED = 10_000


@dataclass(frozen=True, slots=True)
class Known:
    """A caller that is known, and for a browser session the secret that forms must repeat."""

    caller: Caller
    csrf: str | None = None


class Callers:
    """Looks callers up. Remembers only when it last wrote down that a token or session is in use."""

    def __init__(self, store: Store, cookie: str) -> None:
        self._store = store
        self._cookie = cookie
        self._noted: dict[str, float] = {}

    def find(self, scope: Scope) -> Known | None:
        """Say who calls; `None` if nobody that is known. A token counts before a cookie."""
        authorization = header(scope, b"authorization")
        if authorization is not None:
            kind, _, token = authorization.partition(" ")
            return self._by_token(token.strip()) if kind.lower() == "bearer" and token.strip() else None
        secret = _cookie_of(header(scope, b"cookie"), self._cookie)
        return self._by_session(secret) if secret else None

    def _by_token(self, token: str) -> Known | None:
        now = clock.now()
        with self._store.look() as session:
            caller = tokens.caller_of(session, token, now)
        if caller is None:
            return None
        if self._due(caller.client):
            self._note(caller.client, None, now)
        return Known(caller)

    def _by_session(self, secret: str) -> Known | None:
        now = clock.now()
        with self._store.look() as session:
            caller = signin.caller_of(session, secret, now)
        if caller is None:
            return None
        if self._due(caller.client):
            self._note(caller.client, secret, now)
        return Known(caller, csrf_of(secret))

    def _due(self, client: str) -> bool:
        at = time.monotonic()
        if self._noted.get(client, -_NOTED_EVERY_S) + _NOTED_EVERY_S > at:
            return False
        if len(self._noted) >= _MOST_NOTED:
            self._noted.clear()
        self._noted[client] = at
        return True

    def _note(self, client: str, secret: str | None, now: datetime) -> None:
        """Write the use down; a request does not fail because this does."""
        try:
            with self._store.write() as work:
                if secret is None:
                    tokens.note_use(work.session, client, now)
                else:
                    signin.note_use(work.session, secret, now)
        except OutsideError:
            self._noted.pop(client, None)


def csrf_of(secret: str) -> str:
    """Derive what the forms of a browser session carry, so that no other site can know it."""
    return hmac.new(secret.encode(), b"tocsin form", hashlib.sha256).hexdigest()


def _cookie_of(given: str | None, name: str) -> str | None:
    if not given or len(given) > 8192:
        return None
    try:
        found = SimpleCookie(given).get(name)
    except CookieError:
        return None
    return found.value if found is not None else None
