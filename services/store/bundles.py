"""Bundles of analysed articles: which articles wait for one, and those that a window of time needs.

An article belongs to one bundle, in the order in which articles were read. Deleting articles leaves their bundle as it
is: whoever asks one looks its articles up, and what is gone is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, delete, func, select, update
from sqlmodel import Field, Session, SQLModel, col

from services.errors import ConflictError
from services.lookback.bundle import Bundle as Packed
from services.store.tables import Article, Source


class Bundle(SQLModel, table=True):
    """Up to 256 analysed articles, packed as `services.lookback.bundle` has it. An article's `bundle` 0: it has none,
    because it cannot be analysed."""

    __tablename__ = "bundle"
    id: int | None = Field(default=None, primary_key=True)
    version: str
    articles: int
    seen_from: datetime
    seen_to: datetime = Field(index=True)
    facts: bytes = Field(sa_type=LargeBinary)
    stems: bytes = Field(sa_type=LargeBinary)
    folded: bytes = Field(sa_type=LargeBinary)
    exact: bytes = Field(sa_type=LargeBinary)
    placed: bytes = Field(sa_type=LargeBinary)
    texts: bytes = Field(sa_type=LargeBinary)
    typed: bytes = Field(sa_type=LargeBinary)
    created_at: datetime


NEVER = 0
"""The bundle of an article that cannot be analysed."""
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Known:
    """What is looked up of an article that was caught."""

    id: str
    source: str
    story: str | None
    old: bool
    seen_at: datetime


def enough_wait(session: Session, least: int) -> bool:
    """Say whether so many articles are read and in no bundle yet; asked often, and answered by an index alone."""
    some = select(col(Article.read_at)).where(col(Article.bundle).is_(None), col(Article.read_at).is_not(None))
    return session.scalar(select(func.count()).select_from(some.limit(least).subquery())) == least


def waiting(session: Session, limit: int) -> list[Article]:
    """Give articles that were read and are in no bundle yet, in the order they were read."""
    query = select(Article).where(col(Article.bundle).is_(None), col(Article.read_at).is_not(None))
    return list(session.scalars(query.order_by(col(Article.read_at), col(Article.id)).limit(limit)))


def add(session: Session, articles: Sequence[Article], packed: Packed, version: str, now: datetime) -> None:
    """Store a bundle of the articles. Raises `ConflictError` if another process has bundled one of them meanwhile."""
    seen = [article.seen_at for article in articles]
    row = Bundle(
        version=version, articles=len(articles), seen_from=min(seen), seen_to=max(seen), created_at=now,
        **asdict(packed),
    )  # fmt: skip
    session.add(row)
    session.flush()
    assert row.id is not None
    if mark(session, [article.id for article in articles], row.id) != len(articles):
        raise ConflictError("These articles are in a bundle already")


def mark(session: Session, ids: Sequence[str], bundle: int) -> int:
    """Say in which bundle articles are that are in none; give how many that were."""
    mine = update(Article).where(col(Article.id).in_(ids), col(Article.bundle).is_(None)).values(bundle=bundle)
    return int(session.execute(mine).rowcount)  # type: ignore[attr-defined]  # a cursor result


def has_stale(session: Session, version: str) -> bool:
    """Say whether a bundle of another analysis is left."""
    return session.scalar(select(col(Bundle.id)).where(col(Bundle.version) != version).limit(1)) is not None


def drop_stale(session: Session, version: str, limit: int = 4) -> int:
    """Let go of a few bundles of another analysis; their articles wait for a new one. Give how many bundles."""
    ids = list(session.scalars(select(col(Bundle.id)).where(col(Bundle.version) != version).limit(limit)))
    if ids:
        session.execute(update(Article).where(col(Article.bundle).in_(ids)).values(bundle=None))
        session.execute(delete(Bundle).where(col(Bundle.id).in_(ids)))
    return len(ids)


def within(session: Session, since: datetime, version: str) -> list[tuple[int, datetime, bytes]]:
    """Give (id, first seen, facts) of the bundles that hold an article seen since then."""
    query = select(col(Bundle.id), col(Bundle.seen_from), col(Bundle.facts)).where(
        col(Bundle.seen_to) >= since, col(Bundle.version) == version
    )
    return [tuple(row) for row in session.execute(query.order_by(col(Bundle.id)))]


def part(session: Session, bundle: int, name: str) -> bytes:
    """Give one packed part of a bundle, by the name of its column."""
    column: Any = getattr(Bundle, name)  # Any: a column by its name
    packed: bytes = session.execute(select(column).where(col(Bundle.id) == bundle)).scalar_one()
    return packed


def unbundled(session: Session, since: datetime, version: str) -> Iterator[Article]:
    """Give the articles seen since then that no bundle of this analysis holds."""
    stale = select(col(Bundle.id)).where(col(Bundle.version) != version)
    outside = col(Article.bundle).is_(None) | col(Article.bundle).in_(stale)
    query = select(Article).where(col(Article.read_at).is_not(None), col(Article.seen_at) >= since, outside)
    yield from session.scalars(query.execution_options(yield_per=200))


def source_names(session: Session) -> dict[str, str]:
    """Give the names of all sources by their ids."""
    return {id_: name for id_, name in session.execute(select(col(Source.id), col(Source.name)))}  # noqa: C416  # rows are not pairs to the checker


def outlets(session: Session, stories: Sequence[str]) -> dict[str, int]:
    """Count the sources that tell each story."""
    query = select(col(Article.story), func.count(func.distinct(col(Article.source)))).where(
        col(Article.story).in_(stories)
    )
    return {str(story): int(count) for story, count in session.execute(query.group_by(col(Article.story)))}


def known(session: Session, ids: Sequence[str]) -> list[Known]:
    """Look up caught articles; those that are gone are left out. The order is that of their times."""
    found: list[Known] = []
    columns = (Article.id, Article.source, Article.story, Article.old, Article.seen_at)
    for at in range(0, len(ids), _CHUNK):
        query = select(*(col(column) for column in columns)).where(col(Article.id).in_(ids[at : at + _CHUNK]))
        found += [Known(*row) for row in session.execute(query)]
    return sorted(found, key=lambda one: (one.seen_at, one.id))


def count_since(session: Session, since: datetime) -> tuple[int, datetime | None]:
    """Count the articles seen since then, and give when the first was."""
    query = select(func.count(), func.min(col(Article.seen_at))).where(col(Article.seen_at) >= since)
    count, first = session.execute(query).one()
    return int(count), first
