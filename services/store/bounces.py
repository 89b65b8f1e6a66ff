"""Mail that came back: counted against its channel, and after the third no mail is sent to the address any more.

A refusal that says that the mailbox does not exist counts, whether it is the answer of the mail server or a report that
comes later. The address is kept as a hash, for every channel that has it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Session, col

from services.identity import derived
from services.store.tables import Channel, Suppression
from services.store.work import insert_into

MOST = 3
REASON = "bounced"


def note(session: Session, channel: Channel, answer: str, now: datetime) -> list[Channel]:
    """Count a bounce against a channel; give the channels that get no mail any more if it was the one too many."""
    channel.bounces += 1
    channel.reason = answer[:300]
    session.add(channel)
    if channel.bounces < MOST:
        return []
    row = Suppression(
        id=derived("suppression", channel.target_sha256, REASON), address_sha256=channel.target_sha256, reason=REASON,
        created_at=now,
    )  # fmt: skip
    session.execute(insert_into(session, Suppression).values(row.model_dump()).on_conflict_do_nothing())
    same = col(Channel.target_sha256) == channel.target_sha256, col(Channel.kind) == channel.kind
    return list(session.scalars(select(Channel).where(*same)))


def is_suppressed(session: Session, address_sha256: str) -> bool:
    """Say whether no mail is sent to an address, because it came back too often."""
    its = col(Suppression.address_sha256) == address_sha256
    return session.scalars(select(col(Suppression.id)).where(its).limit(1)).first() is not None


def forgive(session: Session, channel: Channel) -> None:
    """Try an address again, because its owner confirmed it."""
    channel.bounces = 0
    session.add(channel)
    session.execute(delete(Suppression).where(col(Suppression.address_sha256) == channel.target_sha256))
