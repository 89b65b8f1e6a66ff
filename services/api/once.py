"""Idempotency-Key: a call that makes something is made once, however often it is sent with the same key.

    with here.store.write() as work:
        once.before(work.session)                  ends the call with the first answer, if there was one
        …
        return once.keep(work.session, shown)      in the transaction of what it answers for

A key counts for 72 hours, for one caller and one call with the same body; for any other it is refused. What an answer
shows once (the secret of a webhook, a token) is not kept: in a repeated answer it is null.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from sqlmodel import Session

from services import clock
from services.api.parts import Who
from services.errors import MalformedError
from services.store import idempotency

Shown = TypeVar("Shown", bound=BaseModel)
KeyHeader = Annotated[str | None, Header(description="repeats with it get the first answer again, for 72 hours")]


class AnsweredError(Exception):
    """The call was answered before; nothing is done again."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__("answered before")
        self.status = status
        self.body = body


class Once:
    """What a call knows of its key."""

    def __init__(self, client: str, key: str | None, request_sha256: str) -> None:
        self._client, self._key, self._sha256 = client, key, request_sha256

    def before(self, session: Session) -> None:
        """End the call with the answer that its key already got. Calls with one key at once wait for each other."""
        if self._key is None:
            return
        known = idempotency.find(session, self._client, self._key, self._sha256)
        if known is not None:
            raise AnsweredError(known.status, known.response)

    def keep(self, session: Session, shown: Shown, *, status: int = 201, hidden: str = "") -> Shown:
        """Keep the answer, without the field that is shown once; give it whole."""
        if self._key is not None:
            kept = shown.model_copy(update={hidden: None}) if hidden else shown
            idempotency.keep(
                session, self._client, self._key, self._sha256, status=status, response=kept.model_dump_json(),
                now=clock.now(),
            )  # fmt: skip
        return shown


def checked(key: str | None) -> str | None:
    """Give a key that can be kept, or say what one looks like."""
    if key is not None and not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
        raise MalformedError("An Idempotency-Key has 1 to 255 printable ASCII characters")
    return key


async def _once(request: Request, who: Who, idempotency_key: KeyHeader = None) -> Once:
    said = f"{request.method} {request.url.path}\n".encode() + request.state.body
    return Once(who.client, checked(idempotency_key), hashlib.sha256(said).hexdigest())


OnceOnly = Annotated[Once, Depends(_once)]
