"""The compiled rules of a match worker in a file of the data folder, so that a restart need not compile them again.

    one line of JSON: the last change that is in it, what that change was, lengths and checksum
    the queries' texts by rule, as JSON
    the engine, as `services.rules.snapshot` writes it

A file is taken only if the change log has the same change under that number: a file of another or an older database is
passed over, and so is a damaged one or one of another version. The rules are then read from the database.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from sqlmodel import Session

from services.errors import InvalidError
from services.rules import snapshot
from services.rules.engine import Engine
from services.store.packs import Packs
from services.store.tables import RuleChange

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a file gave: the engine, the queries' texts by rule, the number of the last change in it."""

    engine: Engine
    texts: dict[str, str]
    seen: int


def write(file: Path, session: Session, engine: Engine, texts: dict[str, str], seen: int) -> None:
    """Write a snapshot beside the old one and put it in its place; one that cannot be written is only logged."""
    mark = _mark(session, seen)
    if mark is None:
        return
    body = json.dumps(texts).encode()
    head = {"seen": seen, "mark": mark, "texts": len(body), "sum": hashlib.blake2b(body, digest_size=16).hexdigest()}
    try:
        handle, name = tempfile.mkstemp(prefix=file.name, dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(json.dumps(head).encode() + b"\n" + body)
                out.write(snapshot.dump(engine))
            Path(name).replace(file)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        log.warning("the snapshot of rules cannot be written", error=str(error))


def read(file: Path, session: Session, packs: Packs) -> Taken | None:
    """Read a snapshot that fits the database; `None` if there is none."""
    try:
        data = file.read_bytes()
    except OSError:
        return None
    try:
        return _read(data, session, packs)
    except (InvalidError, ValueError, KeyError, TypeError, EOFError) as error:
        log.warning("the snapshot of rules is passed over, rules are read from the database", error=str(error))
        return None


def _read(data: bytes, session: Session, packs: Packs) -> Taken:
    line, _, rest = data.partition(b"\n")
    head: dict[str, Any] = json.loads(line)  # Any: JSON
    body = rest[: head["texts"]]
    if hashlib.blake2b(body, digest_size=16).hexdigest() != head["sum"]:
        raise InvalidError("The snapshot of rules is damaged: its checksum is not that of its content")
    if _mark(session, head["seen"]) != head["mark"]:
        raise InvalidError(f"The snapshot is of another database: change {head['seen']} is not the one that it knows")
    engine = snapshot.load(rest[head["texts"] :], packs.trees)
    texts: dict[str, str] = json.loads(body)
    if len(texts) != len(engine):
        raise InvalidError(f"Expected {len(engine)} queries in the snapshot, found {len(texts)}")
    return Taken(engine, texts, head["seen"])


def _mark(session: Session, seen: int) -> str | None:
    row = session.get(RuleChange, seen)
    return None if row is None else f"{row.rule_key} {row.at.isoformat()}"
