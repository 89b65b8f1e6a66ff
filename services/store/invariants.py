"""What must be true of the rows at any moment, asked of the database itself.

    I1  a message that a channel was told of stands once among those sent
    I2  an alert that is told has a link to a channel
    I3  an open link has a message that is on its way, or a window that is open
    I4  nothing is held for longer than the hard limit
    I5  attempts are numbered from 1 without gaps
    I6  what is sent has exactly one accepted attempt
    I8  a matched article has a story

I7, that the alerts are those of a naive matcher, is asked by `services.rematching`, which reads articles again. Each
query gives what breaks its rule, so no row is the good answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text
from sqlmodel import Session, col

from services.store.tables import Counter

QUERIES: Mapping[str, str] = {
    "I1": "SELECT channel || ' ' || dedupe_key FROM delivery WHERE state = 'sent' AND created_at >= :since "
    "GROUP BY channel, dedupe_key HAVING count(*) > 1",
    "I2": "SELECT a.id FROM alert a WHERE a.decision IN ('tell', 'gather') AND a.created_at >= :since AND NOT EXISTS "
    "(SELECT 1 FROM delivery_alert l WHERE l.alert = a.id)",
    "I3": "SELECT l.alert FROM delivery_alert l LEFT JOIN delivery d ON d.id = l.delivery "
    'LEFT JOIN "window" w ON w.id = l."window" WHERE l.state = \'open\' '
    "AND NOT (d.id IS NOT NULL AND d.state IN ('pending', 'leased', 'inflight', 'uncertain')) "
    "AND NOT (d.id IS NULL AND w.id IS NOT NULL AND w.state = 'open')",
    "I4": "SELECT id FROM delivery WHERE (state = 'leased' AND lease_until < :long_ago) "
    "OR (state = 'inflight' AND inflight_at < :long_ago)",
    "I5": "SELECT d.id FROM delivery d LEFT JOIN attempt a ON a.delivery = d.id "
    "WHERE d.created_at >= :since GROUP BY d.id, d.attempt_no "
    "HAVING count(a.no) <> d.attempt_no OR coalesce(max(a.no), 0) <> d.attempt_no",
    "I6": "SELECT d.id FROM delivery d LEFT JOIN attempt a ON a.delivery = d.id AND a.outcome = 'accepted' "
    "WHERE d.state = 'sent' AND d.created_at >= :since GROUP BY d.id HAVING count(a.no) <> 1",
    "I8": "SELECT id FROM article WHERE state = 'matched' AND story IS NULL AND matched_at >= :since",
}


ABOUT: Mapping[str, str] = {
    "I1": "a channel was sent one message twice",
    "I2": "an alert that is told has no channel",
    "I3": "an alert waits for no message and no window",
    "I4": "a message is held by a worker for longer than the hard limit",
    "I5": "attempts are not numbered from 1 without gaps",
    "I6": "what is sent has not exactly one accepted attempt",
    "I7": "the alerts of an article are not those that its text gives",
    "I8": "a matched article has no story",
}
TURN = "invariants"
_COUNT = "invariant:"


LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def broken(
    session: Session, now: datetime, hard_limit: timedelta, most: int = 5, since: datetime = LONG_AGO
) -> dict[str, list[str]]:
    """Give the rules that are broken by rows made since a time, each with some of the rows that break it."""
    given = {"long_ago": now - hard_limit - timedelta(minutes=1), "since": since}
    found: dict[str, list[str]] = {}
    for name, query in QUERIES.items():
        its = {key: _time(session, at) for key, at in given.items() if f":{key}" in query}
        rows = [str(row[0]) for row in session.execute(text(query + " LIMIT :most"), {**its, "most": most})]
        if rows:
            found[name] = rows
    return found


def _time(session: Session, at: datetime) -> object:
    """Give a time as SQLAlchemy writes it in this database."""
    return at.strftime("%Y-%m-%d %H:%M:%S.%f") if session.get_bind().dialect.name == "sqlite" else at


def keep(session: Session, counts: Mapping[str, int]) -> None:
    """Keep what the last check found, for the metrics and for operators; what it did not name holds."""
    for name in ABOUT:
        row = session.get(Counter, _COUNT + name) or Counter(name=_COUNT + name)
        row.value = counts.get(name, 0)
        session.add(row)


def kept(session: Session) -> dict[str, int]:
    """Give how many rows broke each rule at the last check; empty before the first."""
    its = select(Counter).where(col(Counter.name).startswith(_COUNT))
    return {row.name.removeprefix(_COUNT): row.value for row in session.scalars(its.order_by(col(Counter.name)))}
