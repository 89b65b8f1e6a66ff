"""The open stories of a match worker, kept in memory like the database; the rows are the record.

    sign()      outside any lock: the article's signature, the costly half
    begin()     under the lock of stories: takes in what other workers added since; the numbers of the rows to come
    decide()    under the same lock: what the article is to the open stories
    add()       under the same lock: it is taken in, and its row waits
    write()     under the same lock: the rows that wait
    committed() or undone(): what was taken in stays, or its stories are read anew

A worker that starts reads the open stories page by page. A story that goes on after it was over is read again, its
first thousand articles; so is one that an operator parted another from. Memory is bounded: beyond so many articles
the stories whose last article is oldest are forgotten, and then only copies of the very words or address find them.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, case, insert, select
from sqlmodel import Session, col

from services.alerts.change import Changed
from services.articles.article import Article
from services.errors import InvalidError
from services.store.articles import value_of
from services.store.changes import next_number
from services.store.story_tables import MEMBERS
from services.store.tables import Article as ArticleRow
from services.store.tables import Story, StoryMember
from services.store.work import Store
from services.stories.decision import Decision, Relation
from services.stories.frequencies import Frequencies, Table
from services.stories.grouping import Groups
from services.stories.second_look import Seen, look_again
from services.stories.signature import Signature, from_bytes, sign
from services.stories.wording import body

log = structlog.get_logger(__name__)

PAGE = 1000
MOST_OPEN = 50_000
"""Articles in memory: some 160 MiB."""
_BEGINS = (Relation.NEW, Relation.RELATED)
_ADD = insert(StoryMember)
_LOOKS = 500  # a window is looked through for stories that are over so often


class LiveStories:
    """The open stories, and the number of the last row that they know. One thread at a time, by `lock`."""

    def __init__(self, table: Table, window: timedelta, most: int = MOST_OPEN) -> None:
        self.lock = threading.RLock()
        self.window = window
        self._most = most
        self._groups = Groups(Frequencies(table))
        self._seen = 0
        self._last = 0  # number given out
        self._now = 0.0  # of this transaction, in seconds
        self._looked: datetime | None = None
        self._new: dict[str, StoryMember] = {}  # by the article: rows that wait to be written
        self._unsure: set[str] = set()  # stories of this transaction
        self._again: set[str] = set()  # stories to read whole

    def __len__(self) -> int:
        return len(self._groups)

    def __contains__(self, story: str) -> bool:
        return story in self._groups

    def load(self, store: Store, now: datetime) -> int:
        """Read what is open outside any lock, each page in a transaction of its own; give how many articles."""
        with self.lock:
            more = True
            while more:
                with store.read() as session:
                    more = self._read_page(session, now)
                self._forget_most(now)
            return len(self._groups)

    def sign(self, article: Article) -> Signature:
        """Compute an article's signature."""
        return sign(article.title or "", body(article), self._groups.frequencies.weight)

    def begin(self, session: Session, now: datetime, count: int) -> None:
        """Take in what others added, forget what is over, and take numbers for so many rows."""
        self._now = now.timestamp()
        while self._read_page(session, now):
            pass
        self._read_whole(session)
        if self._looked is None or now - self._looked >= self.window / _LOOKS:
            self._looked = now
            self._groups.close((now - self.window).timestamp())
        self._forget_most(now)
        self._last = next_number(session, MEMBERS, count) - count

    def decide(self, session: Session, new: Signature, article: Article) -> Decision:
        """Say what an article is to the open stories. What it would be told through is looked at twice."""
        found = self._groups.decide(new, self._now)
        if not found.story or not found.near:
            return found
        row = session.get(ArticleRow, found.near)
        signed = self._signature_of(session, found.near)
        if row is None or signed is None:
            return found
        near = Seen(value_of(row), from_bytes(signed))
        return look_again(self._groups, found, near, Seen(article, new))

    def _signature_of(self, session: Session, article: str) -> bytes | None:
        if article in self._new:
            return self._new[article].signature
        return session.scalar(select(col(StoryMember.signature)).where(col(StoryMember.article) == article))

    def add(
        self, session: Session, *, article: str, story: Story, decision: Decision, changed: Changed | None,
        new: Signature, now: datetime,
    ) -> None:  # fmt: skip
        """Take an article in. Its row is written by `write`."""
        if decision.relation not in _BEGINS and story.id not in self:
            self.write(session)
            self._unsure.add(story.id)
            self._read_story(session, story.id, self._last)
        self._last += 1
        member = StoryMember(
            seq=self._last, article=article, story=story.id, relation=decision.relation.value,
            because=decision.because, near=decision.near, changed=changed.to_json() if changed else None,
            signature=new.to_bytes(), at=now,
        )  # fmt: skip
        self._new[article] = member
        self._unsure.add(story.id)
        self._take_in(member, story.thread, new)

    def write(self, session: Session) -> None:
        """Write the rows that wait."""
        if self._new:
            session.flush()
            rows = [member.model_dump() for member in self._new.values()]
            session.connection().execute(_ADD, rows)  # by the ORM it took three times as long
            self._new.clear()

    def committed(self) -> None:
        """What was taken in since `begin` is so, and written. Nobody else wrote meanwhile: that was under the lock."""
        self._unsure.clear()
        self._seen = max(self._seen, self._last)

    def undone(self) -> None:
        """What was taken in since `begin` is not so, or not known to be: its stories are read anew."""
        self._new.clear()
        for story in self._unsure:
            self._groups.drop(story)
        self._again |= self._unsure
        self._unsure = set()

    # ---- rows ----

    def _read_page(self, session: Session, now: datetime) -> bool:
        rows = _members(session, self._seen, now - self.window)
        for member, thread, parted_from in rows:
            self._take_row(member, thread, parted_from)
        return len(rows) == PAGE

    def _take_row(self, member: StoryMember, thread: str | None, parted_from: str | None) -> None:
        self._seen = member.seq
        if parted_from is not None and parted_from in self:
            self._again.add(parted_from)
        if member.story in self._again or (Relation(member.relation) not in _BEGINS and member.story not in self):
            self._again.add(member.story)
        else:
            self._take_read(member, thread)

    def _read_whole(self, session: Session) -> None:
        for story in sorted(self._again):
            self._read_story(session, story, self._seen)
        self._again.clear()

    def _read_story(self, session: Session, story: str, up_to: int) -> None:
        self._groups.drop(story)
        for member, thread, _ in _rows(session, col(StoryMember.story) == story, col(StoryMember.seq) <= up_to):
            self._take_read(member, thread)

    def _take_read(self, member: StoryMember, thread: str | None) -> None:
        try:
            new = from_bytes(member.signature)
        except InvalidError:  # of another version: its story is still found by its very words and address
            return
        self._take_in(member, thread, new)

    def _take_in(self, member: StoryMember, thread: str | None, new: Signature) -> None:
        self._groups.join(
            member.article, new, story=member.story, thread=thread or member.story, at=member.at.timestamp(),
            relation=Relation(member.relation),
        )  # fmt: skip

    def _forget_most(self, now: datetime) -> None:
        part = 1.0
        if len(self._groups) <= self._most:
            return
        while len(self._groups) > 0.9 * self._most and part > 0.01:
            part *= 0.9
            self._groups.close((now - self.window * part).timestamp())
        hours = round(self.window.total_seconds() * part / 3600, 1)
        log.warning("memory of stories is full", articles=len(self._groups), open_hours=hours)


_Row = tuple[StoryMember, str | None, str | None]
"""The row of an article, its story's thread, and if its story began with it the one that this was parted from."""


def _members(session: Session, after: int, since: datetime) -> Sequence[_Row]:
    """Give the next articles of stories that are open, or were parted from one, in the order of their commits."""
    matters = (col(Story.last_seen_at) >= since) | col(Story.parted_from).is_not(None)
    return _rows(session, col(StoryMember.seq) > after, matters)


def _rows(session: Session, *wanted: ColumnElement[bool]) -> Sequence[_Row]:
    began = case((col(Story.first_article) == col(StoryMember.article), col(Story.parted_from)))
    query = (
        select(StoryMember, col(Story.thread), began)
        .join(Story, col(Story.id) == col(StoryMember.story))
        .where(*wanted)
        .order_by(col(StoryMember.seq))
        .limit(PAGE)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]
