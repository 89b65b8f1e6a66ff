"""Where a page of a list ended: a cursor says where the last item stood in its order.

It carries the name of its list and a checksum, so that one of another list, or one that was changed on its way, is
refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from services.errors import MalformedError

_SUM = 6


def by_time(name: str, cursor: str | None) -> tuple[datetime, str] | None:
    """Read the cursor of a list in the order of times."""
    place = _read(name, cursor)
    if place is None:
        return None
    try:
        at = datetime.fromisoformat(place[0])
    except ValueError:
        raise _bad() from None
    if at.tzinfo is None or len(place) != 2:
        raise _bad()
    return at, place[1]


def by_name(name: str, cursor: str | None) -> str:
    """Read the cursor of a list in the order of names or ids."""
    place = _read(name, cursor)
    return "" if place is None else place[0]


def time_cursor(name: str, at: datetime, id_: str) -> str:
    """Give the cursor after an item of a list in the order of times."""
    return _write(name, [at.isoformat(), id_])


def name_cursor(name: str, last: str) -> str:
    """Give the cursor after an item of a list in the order of names or ids."""
    return _write(name, [last])


def _write(name: str, place: Sequence[str]) -> str:
    body = json.dumps(place, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_sum(name, body) + body).rstrip(b"=").decode()


def _read(name: str, cursor: str | None) -> list[str] | None:
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise _bad() from None
    if raw[:_SUM] != _sum(name, raw[_SUM:]):
        raise _bad()
    place: list[str] = json.loads(raw[_SUM:])
    return place


def _sum(name: str, body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_SUM, person=name.encode()[:16]).digest()


def _bad() -> MalformedError:
    return MalformedError("The cursor was not given out by this list. Take `next` of its last page, or leave it out")
