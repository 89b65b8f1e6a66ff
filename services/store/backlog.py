"""How much has been taken in and is not matched yet, and how soon it will be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlmodel import Session, col

from services.store.states import ArticleState
from services.store.tables import Article

MOST = 50_000
OLDEST = timedelta(minutes=10)
_OVER = timedelta(minutes=1)

_NEW = col(Article.state) == literal_column(f"'{ArticleState.NEW.value}'")  # written out, as their indexes have it
_UNREAD = (_NEW, col(Article.read_at).is_(None), col(Article.page).is_(None) | (col(Article.page) != "due"))
_READ = (_NEW, col(Article.read_at).is_not(None))
_FIRST = col(Article.story).is_(None)  # what an operator parted from a story was seen long ago, and waits since then


@dataclass(frozen=True, slots=True)
class Backlog:
    """Articles that wait to be matched, counted no further than one more than `MOST`; `drain_s` until they are."""

    waiting: int
    oldest_s: float
    drain_s: float

    @property
    def is_long(self) -> bool:
        """Whether no more is to be taken in for a while."""
        return self.waiting > MOST or self.oldest_s > OLDEST.total_seconds()


def look(session: Session, now: datetime) -> Backlog:
    """Count what waits. Articles whose page is still to be fetched wait for others and do not count."""
    waiting = sum(_count(session, its, MOST + 1) for its in (_UNREAD, _READ))
    firsts = [
        session.scalar(select(col(Article.seen_at)).where(*its).order_by(order, col(Article.id)).limit(1))
        for its, order in ((_UNREAD, col(Article.seen_at)), ((*_READ, _FIRST), col(Article.read_at)))
    ]
    oldest = min((at for at in firsts if at is not None), default=now)
    matched = _count(session, (col(Article.matched_at) > now - _OVER,), MOST)
    drain_s = waiting / max(matched / _OVER.total_seconds(), 1.0)
    return Backlog(waiting, max(0.0, (now - oldest).total_seconds()), min(max(drain_s, 5.0), 300.0))


def _count(session: Session, its: tuple[ColumnElement[bool], ...], most: int) -> int:
    some = select(col(Article.id)).where(*its).limit(most).subquery()
    return int(session.scalar(select(func.count()).select_from(some)) or 0)
