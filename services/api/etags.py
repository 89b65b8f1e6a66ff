"""Entity tags, as RFC 9110 has them: what is read can be changed on the condition that nobody changed it meanwhile.

    GET   /api/v1/subscriptions/ID                          → ETag: "r3…"
    PATCH /api/v1/subscriptions/ID   If-Match: "r3…"        → 200, or 412 and nothing is changed
    GET   /api/v1/subscriptions/ID   If-None-Match: "r3…"   → 304 while it is the same

Tags are strong: they are a hash of what is shown, whatever the order of its members. `If-Match` compares strongly, so
that a weak tag (`W/"…"`) never matches there; `If-None-Match` compares weakly. Calls that change and know no condition
refuse one, because passing over it could overwrite what somebody else did.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from services.errors import ChangedError, MalformedError
from services.store.work import serialise

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_LIST = re.compile(rf"\s*,*\s*{_TAG}(?:\s*,\s*(?:{_TAG})?)*\s*")
_LONGEST = 4096


def of_body(body: bytes) -> str:
    """Give the tag of a JSON body."""
    whole = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"))
    digest = hashlib.blake2b(whole.encode(), digest_size=15).digest()
    return f'"{base64.urlsafe_b64encode(digest).decode()}"'


def of(shown: BaseModel) -> str:
    """Give the tag that a reader of this representation got."""
    return of_body(shown.model_dump_json().encode())


def read(given: str, name: str) -> frozenset[str] | None:
    """Read a list of tags; `None` stands for `*`, which is whatever there is."""
    if given.strip() == "*":
        return None
    if len(given) > _LONGEST or not _LIST.fullmatch(given):
        raise MalformedError(f'The header {name} is not read: expected *, or tags such as "r3…" with their quotes')
    return frozenset(re.findall(_TAG, given))


class Precondition:
    """What a call that changes something was told to expect."""

    def __init__(self, path: str, if_match: str | None, if_none_match: str | None = None) -> None:
        self._path = path
        self._match = None if if_match is None else (read(if_match, "If-Match"),)
        if if_none_match is not None and read(if_none_match, "If-None-Match") is not None:
            raise MalformedError("Calls that change something know If-None-Match only as *: make it if there is none")
        self._new = if_none_match is not None

    def hold(self, session: Session) -> None:
        """Let others who change the same thing wait until this transaction ends. Call it before the thing is read."""
        serialise(session, f"changes {self._path}")

    def check(self, shown: BaseModel | None) -> None:
        """Raise `ChangedError` unless what is there now is what was expected; `None`: nothing is there."""
        if self._new and shown is not None:
            raise ChangedError("There is one already, and it was to be made only if there is none")
        if self._match is None:
            return
        (tags,) = self._match
        if shown is None or (tags is not None and of(shown) not in tags):
            raise ChangedError("It was changed since you read it. Read it again, and repeat what you want to change")


async def _precondition(
    request: Request,
    if_match: Annotated[str | None, Header(description="the ETag that is expected; 412 if it has another")] = None,
    if_none_match: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Precondition:
    return Precondition(request.url.path, if_match, if_none_match)


When = Annotated[Precondition, Depends(_precondition)]


def is_conditional(dependencies: list[object]) -> bool:
    """Say whether a route takes a precondition, by its dependencies."""
    return any(getattr(one, "call", None) is _precondition for one in dependencies)


def complete(request: Request, answer: Response) -> Response:
    """Add the tag to an answer that shows one thing; to a reader who has it already, say so."""
    if answer.status_code != 200 or "etag" in answer.headers:
        return answer
    tag = of_body(bytes(answer.body))
    answer.headers["ETag"] = tag
    given = request.headers.get("if-none-match")
    if request.method != "GET" or given is None:
        return answer
    tags = read(given, "If-None-Match")
    if tags is None or tag in {one.removeprefix("W/") for one in tags}:
        return Response(status_code=304, headers={"ETag": tag})
    return answer
