"""What must be true of the rows at any moment, asked of the database itself.

    I1  a message that a channel was told of stands once among those sent
    I2  an alert that is told has a link to a channel
    I3  an open link has a message that is on its way, or a window that is open
    I4  nothing is held for longer than the hard limit
    I5  attempts are numbered from 1 without gaps
    I6  what is sent has exactly one accepted attempt
    I8  a matched article has a story

I7, that the alerts are those of a naive matcher, is asked by the tests, which have one. Each query gives what breaks
its rule, so no row is the good answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

QUERIES: Mapping[str, str] = {
    "I1": "SELECT channel || ' ' || dedupe_key FROM delivery WHERE state = 'sent' GROUP BY channel, dedupe_key "
    "HAVING count(*) > 1",
    "I2": "SELECT a.id FROM alert a WHERE a.decision IN ('tell', 'gather') AND NOT EXISTS "
    "(SELECT 1 FROM delivery_alert l WHERE l.alert = a.id)",
    "I3": "SELECT l.alert FROM delivery_alert l LEFT JOIN delivery d ON d.id = l.delivery "
    'LEFT JOIN "window" w ON w.id = l."window" WHERE l.state = \'open\' '
    "AND NOT (d.id IS NOT NULL AND d.state IN ('pending', 'leased', 'inflight', 'uncertain')) "
    "AND NOT (d.id IS NULL AND w.id IS NOT NULL AND w.state = 'open')",
    "I4": "SELECT id FROM delivery WHERE (state = 'leased' AND lease_until < :long_ago) "
    "OR (state = 'inflight' AND inflight_at < :long_ago)",
    "I5": "SELECT d.id FROM delivery d LEFT JOIN attempt a ON a.delivery = d.id GROUP BY d.id, d.attempt_no "
    "HAVING count(a.no) <> d.attempt_no OR coalesce(max(a.no), 0) <> d.attempt_no",
    "I6": "SELECT d.id FROM delivery d LEFT JOIN attempt a ON a.delivery = d.id AND a.outcome = 'accepted' "
    "WHERE d.state = 'sent' GROUP BY d.id HAVING count(a.no) <> 1",
    "I8": "SELECT id FROM article WHERE state = 'matched' AND story IS NULL",
}


def broken(session: Session, now: datetime, hard_limit: timedelta) -> dict[str, list[str]]:
    """Give the rules that are broken, each with some of the rows that break it."""
    long_ago = now - hard_limit - timedelta(minutes=1)
    if session.get_bind().dialect.name == "sqlite":
        given: object = long_ago.strftime("%Y-%m-%d %H:%M:%S.%f")  # as SQLAlchemy writes times there
    else:
        given = long_ago
    found: dict[str, list[str]] = {}
    for name, query in QUERIES.items():
        its = {"long_ago": given} if ":long_ago" in query else {}
        rows = [str(row[0]) for row in session.execute(text(query + " LIMIT 5"), its)]
        if rows:
            found[name] = rows
    return found
