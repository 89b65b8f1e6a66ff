"""The change log of rules, by which every match worker learns of a change before its next batch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col

from services.store.tables import Counter, RuleChange
from services.store.work import insert_into


def log_change(session: Session, rule_keys: Iterable[str], now: datetime) -> None:
    """Append to the change log. The counter's row lock makes the order of numbers the order of commits."""
    for key in sorted(rule_keys):
        session.add(RuleChange(seq=next_number(session, "rule_change"), rule_key=key, at=now))
    session.flush()


def next_number(session: Session, name: str, count: int = 1) -> int:
    """Count up in this transaction, by one or by so many at once; give the last number."""
    row = insert_into(session, Counter).values(name=name, value=count)
    upsert = row.on_conflict_do_update(index_elements=["name"], set_={"value": Counter.value + count})
    value: int = session.execute(upsert.returning(col(Counter.value))).scalar_one()
    return value
