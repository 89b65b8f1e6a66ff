"""Articles on their way: put in once, claimed to be read, claimed to be matched, set aside with a reason.

A claim hands out rows under a random token and a lease. Every later write repeats the token, so that a worker that
was paused past its lease changes nothing. Rows whose lease ran out are handed out as *careful*: whoever had them may
have died of them.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Update, bindparam, func, select, update
from sqlalchemy.orm import Mapped, make_transient_to_detached
from sqlmodel import Session, SQLModel, col

from services.articles.article import Article as ArticleValue
from services.articles.article import Item, Passage, Zone, content_hash
from services.articles.timely import judged
from services.errors import NotFoundError
from services.identity import article_id
from services.places.kept import of_json
from services.queries.article_places import ArticlePlaces
from services.queries.evaluate import Places
from services.queries.truth import NOWHERE
from services.store import steps
from services.store.owners import Owner, belongs
from services.store.states import ArticleState
from services.store.tables import Alert, Article, Subscription
from services.store.work import insert_into, locked

BATCH = 100
TRIES = 3  # an article that failed so often is set aside
RETRY = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Claim:
    """Rows handed out to one worker under a token. `careful`: the ids of those that failed before, or that an earlier
    worker ended with in hand.
    """

    token: str
    rows: Sequence[Article]
    careful: frozenset[str] = frozenset()

    def in_turn(self) -> list[list[Article]]:
        """Give the rows in groups, those that are to be handled with care last: the others need not wait for them."""
        others = [row for row in self.rows if row.id not in self.careful]
        careful = [row for row in self.rows if row.id in self.careful]
        return [group for group in (others, careful) if group]


def put(
    session: Session, source: str, item: Item, now: datetime, *, old: bool = False, page_host: str | None = None
) -> tuple[Article, bool]:
    """Store an item unless its latest revision says the same; give the row and whether it is new.

    With `page_host` it waits until its page was fetched from there, or cannot be.
    """
    body = item.html if item.html is not None else (item.text or "")
    claimed = item.dated
    dated = judged(claimed, now)
    digest = content_hash(item.title, body)
    newest = select(Article).where(col(Article.source) == source, col(Article.external_id) == item.external_id)
    last = session.scalars(newest.order_by(col(Article.revision).desc()).limit(1)).first()
    if last is not None and last.content_sha256 == digest:
        return last, False
    revision = 1 if last is None else last.revision + 1
    row = Article(
        id=article_id(source, item.external_id, revision), source=source, external_id=item.external_id,
        revision=revision, content_sha256=digest, url=item.url, title=item.title, body=body,
        body_is_html=item.html is not None, authors=list(item.authors), language=item.language,
        published_at=dated.published, updated_at=item.updated, seen_at=now, due_at=now, old=old,
        date_mark=dated.mark, claimed_at=claimed if dated.mark else None,
        page="due" if page_host else None, page_host=page_host,
    )  # fmt: skip
    added = insert_into(session, Article).on_conflict_do_nothing().returning(col(Article.id))
    # The values are given apart from the statement, and the row is not read back: half of the time of a push.
    if session.execute(added, row.model_dump()).first() is None:
        return session.get_one(Article, row.id), False  # another process was faster with the same revision
    make_transient_to_detached(row)
    session.add(row)
    steps.put(session, row, now)
    return row, True


def latest_hashes(session: Session, source: str, external_ids: Sequence[str]) -> dict[str, str]:
    """Give the content hashes of the newest revisions of those of these articles that are there."""
    found: dict[str, str] = {}
    for start in range(0, len(external_ids), 500):
        some = col(Article.external_id).in_(external_ids[start : start + 500])
        its = select(col(Article.external_id), col(Article.content_sha256)).where(col(Article.source) == source, some)
        for external_id, digest in session.execute(its.order_by(col(Article.revision))):
            found[external_id] = digest
    return found


def value_of(row: Article, source: str = "") -> ArticleValue:
    """Give an article that was read as a value; `source` is the name of its source."""
    return ArticleValue(
        text=row.text or "", passages=tuple(Passage(Zone(zone), low, high) for zone, low, high in row.passages),
        title=row.title, title_start=row.title_start, language=row.language or "en", url=row.url, source=source,
        authors=tuple(row.authors), published=row.published_at,
    )  # fmt: skip


def places_of(row: Article) -> Places:
    """Give the places of an article that was read, as queries ask of them; none for one read before they were kept."""
    return ArticlePlaces(of_json(row.places)) if row.places else NOWHERE


def get(session: Session, id_: str) -> Article:
    """Give an article, or say that there is none."""
    row = session.get(Article, id_)
    if row is None:
        raise NotFoundError(f'There is no article "{id_}"', field="/id")
    return row


def claim_to_read(session: Session, now: datetime, lease: timedelta, limit: int = BATCH, *, worker: str = "") -> Claim:
    """Claim articles that are stored as they came. `worker`: the id of the one that claims."""
    unread = col(Article.read_at).is_(None) & (col(Article.page).is_(None) | (col(Article.page) != "due"))
    return _claim(session, unread, col(Article.seen_at), now, lease, limit, worker)


def claim_to_match(
    session: Session, now: datetime, lease: timedelta, limit: int = BATCH, *, worker: str = "", alone: bool = False
) -> Claim:
    """Claim articles that are cut into zones. `alone`: what is to be handled with care, and nothing beside it."""
    return _claim(
        session, col(Article.read_at).is_not(None), col(Article.read_at), now, lease, limit, worker, alone=alone
    )


def _claim(  # Any: a column of times, which may be null
    session: Session, stage: ColumnElement[bool], order: Mapped[Any], now: datetime,
    lease: timedelta, limit: int, worker: str, *, alone: bool = False,
) -> Claim:  # fmt: skip
    """Take fresh rows, and with them one whose lease is over: after them all it would wait for as long as more come.

    One that failed before is no fresh one: what failed apart would end the worker itself the next time.
    """
    waiting = (col(Article.state) == ArticleState.NEW, stage, col(Article.due_at) <= now)
    token = f"{worker}:{secrets.token_hex(8)}"
    free = col(Article.lease_token).is_(None)
    again = (col(Article.lease_until) < now) | (free & (col(Article.tries) > 0))
    over = _take(session, (*waiting, again), order, token, now + lease, 1)
    if over and alone:
        return Claim(token, over, frozenset(row.id for row in over))
    fresh = _take(session, (*waiting, free, col(Article.tries) == 0), order, token, now + lease, limit)
    rows = sorted([*over, *fresh], key=lambda row: (row.seen_at, row.id))
    return Claim(token, rows, frozenset(row.id for row in over))


def take_back(session: Session, is_dead: Callable[[str], bool], now: datetime) -> int:
    """End the leases of workers that are dead, so that nobody waits for them; give how many articles those had."""
    held = (col(Article.state) == ArticleState.NEW, col(Article.lease_until) >= now)
    tokens = session.scalars(select(col(Article.lease_token)).where(*held).distinct()).all()
    dead = [token for token in tokens if token and is_dead(token.partition(":")[0])]
    mine = (
        update(Article).where(*held, col(Article.lease_token).in_(dead)).values(lease_until=now - timedelta(seconds=1))
    )
    return len(session.scalars(mine.returning(col(Article.id))).all()) if dead else 0


def _take(  # Any: as in _claim
    session: Session,
    wanted: tuple[ColumnElement[bool], ...],
    order: Mapped[Any],
    token: str,
    until: datetime,
    limit: int,
) -> Sequence[Article]:
    ids = locked(select(col(Article.id)).where(*wanted).order_by(order, col(Article.id)).limit(limit))
    taken = update(Article).where(col(Article.id).in_(ids)).values(lease_token=token, lease_until=until)
    return session.scalars(taken.returning(Article)).all()


@cache
def _recording(names: tuple[str, ...]) -> Update:
    """Build the statement that writes these columns; building it for each article took longer than running it."""
    table = SQLModel.metadata.tables["article"]
    mine = table.update().where(table.c.id == bindparam("its_id"), table.c.lease_token == bindparam("its_token"))
    return mine.values(lease_token=None, lease_until=None, **{name: bindparam(name) for name in names})


def record(session: Session, row: Article, token: str, **values: object) -> bool:
    """Write the outcome of a claim; false if the claim has passed to somebody else meanwhile."""
    return record_all(session, token, [(row, values)])


def record_all(session: Session, token: str, outcomes: Sequence[tuple[Article, Mapping[str, object]]]) -> bool:
    """Write the outcomes of several articles, the same columns for each; false if the claim of any has passed on."""
    if not outcomes:
        return True
    session.flush()
    its = [{"its_id": row.id, "its_token": token, **values} for row, values in outcomes]
    statement = _recording(tuple(outcomes[0][1]))
    if session.connection().execute(statement, its).rowcount != len(its):
        return False
    for row, values in outcomes:
        steps.recorded(session, row, values)
    return True


def record_failure(session: Session, row: Article, token: str, reason: str, trace: str, now: datetime) -> bool:
    """Count a failed try; after the third the article is set aside as poisonous, with its reason kept."""
    tries = row.tries + 1
    if tries < TRIES:
        return record(session, row, token, tries=tries, reason=reason, trace=trace, due_at=now + RETRY)
    aside = {"state": ArticleState.SET_ASIDE, "reason": f"poison: {reason}", "trace": trace, "matched_at": now}
    return record(session, row, token, tries=tries, **aside)


def release(session: Session, token: str) -> None:
    """Give back what a claim still holds, as a worker that stops does."""
    session.execute(update(Article).where(col(Article.lease_token) == token).values(lease_token=None, lease_until=None))


def by_ids(session: Session, ids: Sequence[str]) -> dict[str, Article]:
    """Give articles by their ids."""
    return {row.id: row for row in session.scalars(select(Article).where(col(Article.id).in_(ids)))}


def of_story(session: Session, story: str, limit: int = 100) -> list[Article]:
    """Give the articles of a story, the first seen first."""
    query = select(Article).where(col(Article.story) == story).order_by(col(Article.seen_at), col(Article.id))
    return list(session.scalars(query.limit(limit)))


def was_heard(session: Session, row: Article, person: Owner | None) -> bool:
    """Say whether a person was alerted of the article or its story; `None` hears everything."""
    if person is None:
        return True
    told = select(col(Article.id)).where(col(Article.id) == row.id, _heard_by(person))
    return session.scalars(told).first() is not None


def _heard_by(person: Owner) -> ColumnElement[bool]:
    same = col(Subscription.id) == col(Alert.subscription)
    mine = select(col(Alert.article), col(Alert.story)).join(Subscription, same)
    told = mine.where(belongs(Subscription.person, person)).subquery()
    return col(Article.id).in_(select(told.c.article)) | col(Article.story).in_(select(told.c.story))


def page(
    session: Session, *, before: tuple[datetime, str] | None = None, limit: int = 50, state: str | None = None,
    source: str | None = None, story: str | None = None, heard_by: Owner | None = None,
) -> list[Article]:  # fmt: skip
    """Give articles, the newest first, before the given (seen, id); `heard_by` a person: those they were alerted of."""
    query = select(Article).order_by(col(Article.seen_at).desc(), col(Article.id).desc()).limit(limit)
    if before is not None:
        seen, id_ = before
        query = query.where((col(Article.seen_at) < seen) | ((col(Article.seen_at) == seen) & (col(Article.id) < id_)))
    for column, wanted in ((Article.state, state), (Article.source, source), (Article.story, story)):
        if wanted is not None:
            query = query.where(col(column) == wanted)
    if heard_by is not None:
        query = query.where(_heard_by(heard_by))
    return list(session.scalars(query))


def previous_all(session: Session, rows: Sequence[Article]) -> dict[str, Article]:
    """Give, for each of the articles that has it, the revision before it, or what had its address before it."""
    before = {
        row.id: article_id(row.source, row.external_id, row.revision - 1) for row in rows if row.revision > 1
    }  # fmt: skip
    addresses = {row.id: row.url_canonical for row in rows if row.revision == 1 and row.url_canonical is not None}
    if addresses:
        found = session.execute(_LAST_AT, {"its_addresses": sorted(set(addresses.values()))})
        last: dict[str, str] = {address: id_ for address, id_ in found}  # noqa: C416  # rows are not pairs
        before |= {id_: last[address] for id_, address in addresses.items() if address in last}
    wanted = select(Article).where(col(Article.id).in_(set(before.values())))
    known = {one.id: one for one in session.scalars(wanted, execution_options=_ANEW)} if before else {}
    return {id_: known[its] for id_, its in before.items() if its in known}


_NUMBERED = (
    select(
        col(Article.url_canonical).label("address"), col(Article.id).label("id"),
        func.row_number().over(
            partition_by=col(Article.url_canonical), order_by=(col(Article.seen_at).desc(), col(Article.id).desc())
        ).label("number"),
    )
    .where(col(Article.url_canonical).in_(bindparam("its_addresses", expanding=True)), col(Article.story).is_not(None))
    .subquery()
)  # fmt: skip
_LAST_AT = select(_NUMBERED.c.address, _NUMBERED.c.id).where(_NUMBERED.c.number == 1)
_ANEW = {"populate_existing": True}  # its story may have been written by a statement since it was read


def count(session: Session) -> int:
    """Count all articles."""
    return int(session.scalar(select(func.count()).select_from(Article)) or 0)
