"""Subscriptions of ours at hubs: wanted, asked for, verified, renewed, left; and what hubs delivered.

A subscription is one row with a callback of its own. A renewal is a new row; the old one is left when it is verified.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlmodel import Session, col

from services.identity import drawn, sha256
from services.store.secrets import Vault
from services.store.source_tables import HubDelivery, WebSub
from services.store.states import WebSubState
from services.store.tables import Source
from services.store.work import insert_into, locked

RENEW_PART = 0.2  # of the lease is left when it is renewed
ASK_AGAIN = timedelta(days=1)  # after a hub refused, failed or never delivered
MISSED = 2  # articles found by polls that the hub should have pushed: it does not deliver
LATE = timedelta(minutes=10)
MOST_WAITING = 20
_LIVE = (WebSubState.WANTED, WebSubState.ASKED, WebSubState.ACTIVE)
_DUE = (WebSubState.WANTED, WebSubState.ASKED, WebSubState.ACTIVE, WebSubState.LEAVING, WebSubState.LEFT)


def active(session: Session, source: str, now: datetime) -> WebSub | None:
    """Give the subscription by which a hub pushes the source now."""
    its = (col(WebSub.source) == source) & (col(WebSub.state) == WebSubState.ACTIVE) & (col(WebSub.expires_at) > now)
    return session.scalars(select(WebSub).where(its).order_by(col(WebSub.verified_at).desc()).limit(1)).first()


def of_source(session: Session, source: str, limit: int = 10) -> list[WebSub]:
    """Give the subscriptions of a source, the newest first."""
    its = select(WebSub).where(col(WebSub.source) == source)
    return list(session.scalars(its.order_by(col(WebSub.created_at).desc(), col(WebSub.id)).limit(limit)))


def want(session: Session, vault: Vault, source: str, hubs: Sequence[str], topic: str, now: datetime) -> WebSub | None:
    """Want a subscription at the first hub that has not just failed; nothing if there is one for the topic."""
    rows = of_source(session, source)
    if any(row.state in _LIVE and row.topic == topic and row.hub in hubs for row in rows):
        return None
    tried = {row.hub for row in rows if row.state in ("denied", "ended") and row.due_at > now and row.topic == topic}
    hub = next((hub for hub in hubs if hub not in tried), None)
    if hub is None:
        return None
    for row in rows:
        if row.state in _LIVE:  # the source has moved to another hub or topic
            leave(session, row, "the source names another hub or topic", now)
    return _new(session, vault, source, hub, topic, now)


def _new(session: Session, vault: Vault, source: str, hub: str, topic: str, now: datetime) -> WebSub:
    token = secrets.token_urlsafe(32)
    row = WebSub(
        id=drawn(), source=source, hub=hub, topic=topic, token_sha256=sha256(token), token_sealed=vault.seal(token),
        secret_sealed=vault.seal(secrets.token_urlsafe(48)), due_at=now, created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def renew(session: Session, vault: Vault, row: WebSub, now: datetime) -> WebSub:
    """Ask for a subscription that follows this one, with another callback and secret."""
    return _new(session, vault, row.source, row.hub, row.topic, now)


def leave(session: Session, row: WebSub, reason: str, now: datetime) -> None:
    """Want a subscription no more; one that the hub never heard of just ends."""
    known = row.state != WebSubState.WANTED
    row.state = WebSubState.LEAVING if known else WebSubState.ENDED
    row.reason, row.due_at, row.tries = reason, now if known else now + ASK_AGAIN, 0
    session.add(row)
    session.flush()


def by_token(session: Session, token: str) -> WebSub | None:
    """Find a subscription by the secret part of its callback."""
    return session.scalars(select(WebSub).where(col(WebSub.token_sha256) == sha256(token)).with_for_update()).first()


def _due(now: datetime) -> ColumnElement[bool]:
    free = or_(col(WebSub.lease_until).is_(None), col(WebSub.lease_until) < now)
    return and_(col(WebSub.state).in_(_DUE), col(WebSub.due_at) <= now, free)


def any_due(session: Session, now: datetime) -> bool:
    """Say whether something is to be done about a subscription."""
    return session.scalars(select(col(WebSub.id)).where(_due(now)).limit(1)).first() is not None


def any_delivered(session: Session) -> bool:
    """Say whether a hub pushed something that was not read yet."""
    return session.scalars(select(col(HubDelivery.id)).limit(1)).first() is not None


def claim_due(session: Session, now: datetime, lease: timedelta, limit: int) -> Sequence[WebSub]:
    """Claim subscriptions that something is to be done about."""
    ids = locked(select(col(WebSub.id)).where(_due(now)).order_by(col(WebSub.due_at)).limit(limit))
    taken = (
        update(WebSub).where(col(WebSub.id).in_(ids)).values(lease_token=secrets.token_hex(8), lease_until=now + lease)
    )
    return session.scalars(taken.returning(WebSub)).all()


def mine(session: Session, claimed: WebSub) -> WebSub | None:
    """Give a claimed row as it is now, its lease ended; `None` if the lease has passed to somebody else."""
    held = (col(WebSub.id) == claimed.id) & (col(WebSub.lease_token) == claimed.lease_token)
    done = session.execute(update(WebSub).where(held).values(lease_token=None, lease_until=None))
    if done.rowcount != 1:  # type: ignore[attr-defined]  # a cursor result
        return None
    return session.get_one(WebSub, claimed.id, populate_existing=True)


def verified(session: Session, row: WebSub, lease_s: float, now: datetime) -> None:
    """A hub verified the subscription for so long; the ones before it are left, and the source is polled rarely."""
    row.state, row.reason, row.tries, row.verified_at = WebSubState.ACTIVE, None, 0, now
    row.expires_at = now + timedelta(seconds=lease_s)
    row.due_at = now + timedelta(seconds=lease_s * (1 - RENEW_PART))
    session.add(row)
    for other in of_source(session, row.source):
        if other.id != row.id and other.state in (WebSubState.ASKED, WebSubState.ACTIVE):
            leave(session, other, "renewed", now)
    session.flush()


def end(session: Session, row: WebSub, state: WebSubState, reason: str, now: datetime) -> None:
    """End a subscription; its source is polled as before, at once, and a hub is asked again in a day."""
    pushed = row.state == WebSubState.ACTIVE
    row.state, row.reason, row.due_at = state, reason[:500], now + ASK_AGAIN
    session.add(row)
    if pushed:
        poll_soon(session, row.source, now)
    session.flush()


def poll_soon(session: Session, source: str, now: datetime) -> None:
    """Make the next poll of a source due at once, if it is polled."""
    later = (col(Source.id) == source) & (col(Source.next_poll_at) > now)
    session.execute(update(Source).where(later).values(next_poll_at=now))


def note_missed(session: Session, source: str, found: Sequence[datetime], now: datetime) -> None:
    """Count what a poll found and the hub had not pushed in time; a hub that does not deliver is given up."""
    row = active(session, source, now)
    if row is None or row.verified_at is None:
        return
    since = row.verified_at
    row.missed += sum(since < published < now - LATE for published in found)
    session.add(row)
    if row.missed >= MISSED:
        end(session, row, WebSubState.ENDED, "The hub does not deliver what the source publishes", now)


def deliver(session: Session, row: WebSub, body: bytes, content_type: str | None, now: datetime) -> bool:
    """Keep what a hub pushed until it is read; false if too much waits already."""
    waiting = select(func.count()).select_from(HubDelivery).where(col(HubDelivery.source) == row.source)
    if int(session.scalar(waiting) or 0) >= MOST_WAITING:
        return False
    given = {
        "source": row.source, "sha256": hashlib.sha256(body).hexdigest(), "body": body,
        "content_type": (content_type or "")[:200] or None, "at": now,
    }  # fmt: skip
    session.execute(insert_into(session, HubDelivery).values(given).on_conflict_do_nothing())
    row.heard, row.heard_at, row.missed = row.heard + 1, now, 0
    session.add(row)
    session.flush()
    return True


def claim_deliveries(session: Session, now: datetime, lease: timedelta, limit: int) -> Sequence[HubDelivery]:
    """Claim what hubs pushed and nobody has read."""
    free = or_(col(HubDelivery.lease_until).is_(None), col(HubDelivery.lease_until) < now)
    ids = locked(select(col(HubDelivery.id)).where(free).order_by(col(HubDelivery.id)).limit(limit))
    taken = (
        update(HubDelivery)
        .where(col(HubDelivery.id).in_(ids))
        .values(lease_token=secrets.token_hex(8), lease_until=now + lease)
    )
    return session.scalars(taken.returning(HubDelivery)).all()


def delivered(session: Session, row: HubDelivery) -> bool:
    """Forget a delivery that was read; false if it passed to somebody else meanwhile."""
    held = (col(HubDelivery.id) == row.id) & (col(HubDelivery.lease_token) == row.lease_token)
    return bool(session.execute(delete(HubDelivery).where(held)).rowcount == 1)  # type: ignore[attr-defined]  # a cursor result
