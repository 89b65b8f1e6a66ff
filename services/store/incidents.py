"""Incidents: what needs an operator, from when it was first seen until it is over. One is open for each key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlmodel import Session, col

from services.identity import drawn
from services.store.states import ChannelState
from services.store.tables import Channel, Incident


@dataclass(frozen=True, slots=True)
class Symptom:
    """Something that is not as it should be at this moment.

    `key` names it while it lasts, `text` says it in one line, `page` leads to it. It is told after `patience`.
    """

    key: str
    kind: str
    text: str
    page: str | None = None
    patience: timedelta = timedelta(0)


def note(session: Session, symptoms: Sequence[Symptom], now: datetime) -> None:
    """Begin an incident for each symptom that has none, and end those whose symptom is gone."""
    known = {row.key: row for row in open_ones(session)}
    seen = {one.key: one for one in symptoms}
    for key, one in seen.items():
        if key in known:
            known[key].text, known[key].page = one.text, one.page
            session.add(known[key])
        else:
            id_ = f"{now:%Y%m%d%H%M%S}{drawn()[:12]}"  # in the order of time, for pages
            session.add(Incident(id=id_, key=key, kind=one.kind, text=one.text, page=one.page, began_at=now))
    for key, row in known.items():
        if key not in seen:
            row.ended_at = now
            session.add(row)
    session.flush()


def untold(session: Session) -> Sequence[Incident]:
    """Give the incidents whose beginning or end operators may have to be told, the oldest first."""
    begun = col(Incident.ended_at).is_(None) & col(Incident.told_at).is_(None)
    over = col(Incident.ended_at).is_not(None) & col(Incident.told_at).is_not(None)
    wanted = or_(begun, over & col(Incident.over_told_at).is_(None))
    return session.scalars(select(Incident).where(wanted).order_by(col(Incident.began_at), col(Incident.id))).all()


def told_since(session: Session, keys: Iterable[str], since: datetime) -> set[str]:
    """Give the keys that operators were told of since a moment."""
    query = select(col(Incident.key)).where(col(Incident.key).in_(set(keys)), col(Incident.told_at) > since)
    return set(session.scalars(query))


def open_ones(session: Session) -> Sequence[Incident]:
    """Give the incidents that last, the oldest first."""
    lasting = select(Incident).where(col(Incident.ended_at).is_(None))
    return session.scalars(lasting.order_by(col(Incident.began_at), col(Incident.id))).all()


def page(session: Session, *, before: str | None = None, limit: int = 50) -> list[Incident]:
    """Give incidents, the newest first, those before the given id."""
    query = select(Incident).order_by(col(Incident.id).desc()).limit(limit)
    return list(session.scalars(query if before is None else query.where(col(Incident.id) < before)))


def operators(session: Session) -> Sequence[Channel]:
    """Give the channels that operators hear of incidents by, those that take messages at the moment."""
    usable = col(Channel.state).in_([ChannelState.ACTIVE, ChannelState.FAILING])
    return session.scalars(select(Channel).where(col(Channel.operators), usable).order_by(col(Channel.id))).all()
