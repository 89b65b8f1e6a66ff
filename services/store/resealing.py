"""Rotating the key that secrets are sealed with, while messages leave.

    1. a new key is put first into the key file; running processes seal with it from then on and still open the others
    2. every sealed value is sealed again, a batch in a transaction; one that changed meanwhile is left as it is
    3. when none is left under an older key, the older keys can be retired

Links in mails already sent are marked with the key of their time: they work until that key is retired.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, SQLModel, col

from services.errors import ConflictError
from services.store.secrets import Vault, new_key, open_vault, read_keys, write_keys
from services.store.source_tables import Source, WebSub
from services.store.tables import Channel
from services.store.work import Store

BATCH = 500
_SEALED: tuple[tuple[type[SQLModel], str], ...] = (
    (Channel, "target_sealed"), (Channel, "secret_sealed"), (Source, "secret_sealed"), (WebSub, "token_sealed"),
    (WebSub, "secret_sealed"),
)  # fmt: skip


def add_key(path: Path) -> int:
    """Put a new key first into the key file; give how many there are now."""
    keys = [new_key(), *read_keys(path)]
    write_keys(path, keys)
    return len(keys)


def reseal(store: Store, path: Path) -> Iterator[int]:
    """Seal every value again that is not sealed with the newest key; give how many after each batch."""
    vault = open_vault(path)
    for table, name in _SEALED:
        after = ""
        while True:
            with store.write() as work:
                rows = _batch(work.session, table, name, after)
                done = sum(_again(work.session, vault, table, name, id_, sealed) for id_, sealed in rows)
            if not rows:
                break
            after = str(rows[-1][0])
            yield done


def left(store: Store, path: Path) -> int:
    """Count the values that only an older key opens. Raises `InvalidError` if one opens with none."""
    vault, count = open_vault(path), 0
    for table, name in _SEALED:
        after = ""
        with store.read() as session:
            while rows := _batch(session, table, name, after):
                for _, sealed in rows:
                    vault.open(sealed)
                    count += not vault.is_newest(sealed)
                after = str(rows[-1][0])
    return count


def retire(store: Store, path: Path) -> int:
    """Remove all keys but the newest; give how many. Refused while a value is sealed with one of them."""
    keys = read_keys(path)
    if count := left(store, path):
        text = f"{count:,} secrets are sealed with an older key. Seal them again first: tocsin keys rotate"
        raise ConflictError(text)
    write_keys(path, keys[:1])
    return len(keys) - 1


def _batch(session: Session, table: type[SQLModel], name: str, after: str) -> list[Any]:  # Any: rows of two columns
    key, sealed = col(_key(table)), col(getattr(table, name))
    query = select(key, sealed).where(sealed.is_not(None), key > after).order_by(key).limit(BATCH)
    return list(session.execute(query))


def _again(session: Session, vault: Vault, table: type[SQLModel], name: str, id_: str, sealed: str) -> int:
    if vault.is_newest(sealed):
        return 0
    same = col(_key(table)) == id_, col(getattr(table, name)) == sealed
    made = session.execute(update(table).where(*same).values({name: vault.seal(vault.open(sealed))}))
    return int(made.rowcount)  # type: ignore[attr-defined]  # an update's result has it


def _key(table: type[SQLModel]) -> Any:  # Any: a column
    return getattr(table, table.__table__.primary_key.columns.keys()[0])  # type: ignore[attr-defined]  # SQLModel's
