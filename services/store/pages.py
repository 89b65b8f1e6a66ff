"""Articles whose feed carried a summary only: they wait until their page was fetched, or cannot be."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlmodel import Session, col

from services.store import hosts
from services.store.source_tables import Host
from services.store.states import ArticleState
from services.store.tables import Article

PATIENCE = timedelta(minutes=10)  # an article waits no longer for its page


@dataclass(frozen=True, slots=True)
class PageClaim:
    """An article whose page is to be fetched, and the turn at its host."""

    row: Article
    turn: str


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(
        col(Article.page) == "due",
        col(Article.due_at) <= now,
        or_(col(Article.lease_until).is_(None), col(Article.lease_until) < now),
    )


def any_due(session: Session, now: datetime) -> bool:
    """Say whether a page can be fetched now, or has been waited for too long."""
    waiting = select(col(Article.id)).join(Host, col(Host.name) == col(Article.page_host))
    free = waiting.where(_due(now), or_(col(Host.free_at) <= now, col(Article.seen_at) < now - PATIENCE))
    return session.scalars(free.limit(1)).first() is not None


def claim_due(session: Session, now: datetime, lease: timedelta, limit: int) -> list[PageClaim]:
    """Claim the articles that wait longest for their page, one a host."""
    waiting = (
        select(col(Article.page_host))
        .join(Host, col(Host.name) == col(Article.page_host))
        .where(_due(now), col(Host.free_at) <= now)
        .group_by(col(Article.page_host))
        .order_by(func.min(col(Article.seen_at)))
        .limit(limit)
    )
    turns = hosts.take(session, waiting, now, lease, limit)  # type: ignore[arg-type]  # a page that is due has a host
    if not turns.names:
        return []
    place = func.row_number().over(
        partition_by=col(Article.page_host), order_by=[col(Article.seen_at), col(Article.id)]
    )
    ranked = (
        select(col(Article.id), place.label("place"))
        .where(_due(now), col(Article.page_host).in_(turns.names))
        .subquery()
    )
    first = select(ranked.c.id).where(ranked.c.place == 1)
    held = {"lease_token": secrets.token_hex(8), "lease_until": now + lease}
    rows = session.scalars(update(Article).where(col(Article.id).in_(first)).values(held).returning(Article)).all()
    for name in set(turns.names) - {row.page_host for row in rows}:
        hosts.release(session, name, turns.token, now)
    return [PageClaim(row, turns.token) for row in rows]


def give_up_waiting(session: Session, now: datetime) -> int:
    """Let articles go on without their page that have waited too long for their turn; give how many."""
    long = update(Article).where(_due(now), col(Article.seen_at) < now - PATIENCE)
    gone_on = long.values(page="failed", page_note="Its host was too busy", lease_token=None, lease_until=None, tries=0)
    return int(session.execute(gone_on).rowcount)  # type: ignore[attr-defined]  # a cursor result


def finish(session: Session, claim: PageClaim, now: datetime, rest: timedelta, **values: object) -> bool:
    """Write what came of a page, and end the turn at its host; false if the claim has passed to somebody else."""
    if claim.row.page_host is not None:
        hosts.release(session, claim.row.page_host, claim.turn, now + rest)
    mine = (col(Article.id) == claim.row.id) & (col(Article.lease_token) == claim.row.lease_token)
    unread = mine & (col(Article.state) == ArticleState.NEW) & (col(Article.page) == "due")
    done = session.execute(update(Article).where(unread).values(lease_token=None, lease_until=None, **values))
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]  # a cursor result
