"""Topic packs that operators applied: kept as the files they came from, and read by every process when they change.

A pack of the same name as one that ships takes its place. What `topic:` stands for changes for the next article of each
match worker: the number of the last change is looked at before each batch.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Text, select
from sqlmodel import Field, Session, SQLModel, col

from services.errors import InvalidError
from services.queries.parser import Lookups
from services.store.packs import Packs, find_place, packs_of, shipped
from services.store.tables import Counter
from services.store.work import Store, insert_into
from services.topics.packs import Pack, read_pack

log = structlog.get_logger(__name__)

_COUNTER = "topics"


class TopicPack(SQLModel, table=True):
    """One pack as it was applied. `file` is the name of its file, `text` what stood in it."""

    __tablename__ = "topic_pack"
    name: str = Field(primary_key=True)
    file: str
    text: str = Field(sa_type=Text)
    applied_by: str
    applied_at: datetime


@dataclass(frozen=True, slots=True)
class PackFile:
    """A pack with the file it stands in, as it is written."""

    pack: Pack
    file: str
    text: str


def read(text: str, file: str, where: str = "") -> PackFile:
    """Read the text of a pack's file. Raises `InvalidError` with file, line and field."""
    return PackFile(read_pack(text, where or file, Lookups(places=find_place)), file, text)


def put(session: Session, packs: Sequence[PackFile], actor: str, now: datetime) -> dict[str, str]:
    """Apply packs; say of each whether it is `new`, `changed` or `unchanged`."""
    known = {row.name: row for row in session.scalars(select(TopicPack))}
    ships = shipped().texts
    states = {}
    for one in packs:
        name, row = one.pack.name, known.get(one.pack.name)
        before = row.text if row is not None else ships[name].text if name in ships else None
        states[name] = "new" if before is None else "unchanged" if before == one.text else "changed"
        if states[name] != "unchanged":
            values = {"file": one.file, "text": one.text, "applied_by": actor, "applied_at": now}
            insert = insert_into(session, TopicPack).values(name=name, **values)
            session.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))
    if any(state != "unchanged" for state in states.values()):
        step = insert_into(session, Counter).values(name=_COUNTER, value=1)
        session.execute(step.on_conflict_do_update(index_elements=["name"], set_={"value": Counter.value + 1}))
    return states


def changes(session: Session) -> int:
    """Give the number of the last change; 0 while only shipped packs are there."""
    return session.scalar(select(col(Counter.value)).where(col(Counter.name) == _COUNTER)) or 0


def files(session: Session) -> dict[str, PackFile]:
    """Give every pack with its file, by name: those that ship, and in their place those that were applied."""
    found = {name: PackFile(shipped().packs[name], one.file, one.text) for name, one in shipped().texts.items()}
    for row in session.scalars(select(TopicPack).order_by(col(TopicPack.name))):
        try:
            found[row.name] = read(row.text, row.file)
        except InvalidError as error:
            log.error("an applied topic pack cannot be read", topic=row.name, error=error.message)
    return dict(sorted(found.items()))


def current(session: Session) -> Packs:
    """Give the packs as they are now."""
    if not changes(session):
        return shipped()
    return packs_of({name: one.pack for name, one in files(session).items()})


class LivePacks:
    """The packs of a process, read again when they have changed. Safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._seen = 0
        self._packs = shipped()

    def now(self) -> Packs:
        """Give the packs as they are now."""
        with self._store.read() as session:
            seen = changes(session)
            if seen != self._seen:
                with self._lock:
                    self._packs, self._seen = current(session), seen
        return self._packs
