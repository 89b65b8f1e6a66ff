"""Connections of the pool that lay idle are asked whether they still work before they are used.

A database that was started again has closed them. Asking each time, as `pool_pre_ping` does, is one more turn for each
transaction; one that was used a moment ago is tried as it is. If that fails, the caller hears that the database does
not answer, as in the middle of a transaction, and the pool lets all of its old connections go.
"""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

IDLE_S = 2.0
_USED = "used_at"


def ask_idle(engine: Engine) -> None:
    """Let an engine ask the connections that lay idle."""
    event.listen(engine, "checkin", _note)
    event.listen(engine, "checkout", lambda connection, record, _: _ask(engine, connection, record))


def _note(_: Any, record: Any) -> None:  # Any: SQLAlchemy's pool gives DBAPI connections and its entries of them
    record.info[_USED] = time.monotonic()


def _ask(engine: Engine, connection: Any, record: Any) -> None:  # Any: as above
    used_at = record.info.get(_USED)
    if used_at is None or time.monotonic() - used_at < IDLE_S:
        return
    try:
        alive = engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError("an idle connection was closed") from error
    if not alive:
        raise InvalidatePoolError("an idle connection was closed")
