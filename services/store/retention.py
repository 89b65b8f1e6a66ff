"""Let go of what is old and large: the texts of articles, and the bytes of messages that were sent.

That an article came, its title, link, story and alerts, and that a message was sent, by which tries, stays. So an old
link is still known, and a copy of an old story is still one. Dead letters keep their bytes, since they may be replayed.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from services.store.bundles import NEVER, Bundle
from services.store.states import ArticleState, DeliveryState
from services.store.tables import Article, Counter, Delivery
from services.store.work import insert_into

_ENDED = (DeliveryState.SENT, DeliveryState.SUPPRESSED)


def let_go_of_texts(session: Session, before: datetime, most: int) -> int:
    """Empty the texts of the oldest articles seen before; give how many."""
    since = _done(session, "texts")
    old = col(Article.seen_at) >= since, col(Article.seen_at) < before, col(Article.state) != ArticleState.NEW
    full = col(Article.text) != ""  # not gone through before: the mark is in whole seconds
    rows = session.execute(
        select(col(Article.id), col(Article.seen_at)).where(*old, full).order_by(col(Article.seen_at)).limit(most)
    ).all()
    if not rows:
        return 0
    empty: dict[str, object] = {
        "text": "", "body": None, "page_body": None, "passages": [], "title_start": None, "places": None,
        "bundle": NEVER,
    }  # fmt: skip
    session.execute(update(Article).where(col(Article.id).in_([row[0] for row in rows])).values(**empty))
    session.execute(delete(Bundle).where(col(Bundle.seen_to) < rows[-1][1]))
    _set_done(session, "texts", rows[-1][1])
    return len(rows)


def let_go_of_messages(session: Session, before: datetime, most: int) -> int:
    """Empty the oldest messages that ended before; give how many."""
    since = _done(session, "messages")
    old = col(Delivery.ended_at) >= since, col(Delivery.ended_at) < before, col(Delivery.state).in_(_ENDED)
    full = col(Delivery.body).is_not(None)
    rows = session.execute(
        select(col(Delivery.id), col(Delivery.ended_at)).where(*old, full).order_by(col(Delivery.ended_at)).limit(most)
    ).all()
    if not rows:
        return 0
    session.execute(update(Delivery).where(col(Delivery.id).in_([row[0] for row in rows])).values(body=None))
    _set_done(session, "messages", rows[-1][1])
    return len(rows)


def _done(session: Session, what: str) -> datetime:
    value = session.scalar(select(col(Counter.value)).where(col(Counter.name) == f"kept:{what}"))
    return datetime.fromtimestamp(value or 0, UTC)


def _set_done(session: Session, what: str, until: datetime) -> None:
    """Remember how far it came, in whole seconds."""
    row = insert_into(session, Counter).values(name=f"kept:{what}", value=int(until.timestamp()))
    session.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": int(until.timestamp())}))
