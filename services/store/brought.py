"""What subscriptions brought: stories a day for a month, and the last alert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from services.store.tables import Alert

DAYS = 30


@dataclass(slots=True)
class Brought:
    """The stories of 30 days of UTC, the last of them today, and when the last alert was."""

    days: list[int] = field(default_factory=lambda: [0] * DAYS)
    last_at: datetime | None = None

    @property
    def stories(self) -> int:
        """Count the stories of the 30 days."""
        return sum(self.days)


def brought(session: Session, subscriptions: Sequence[str], now: datetime) -> dict[str, Brought]:
    """Count what each of the subscriptions brought."""
    found = {id_: Brought() for id_ in subscriptions}
    first = now.date() - timedelta(days=DAYS - 1)
    day = func.date(col(Alert.created_at))
    mine = col(Alert.subscription).in_(subscriptions)
    counted = select(col(Alert.subscription), day, func.count()).where(mine, col(Alert.kind) == "new")
    since = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS - 1)
    for id_, at, count in session.execute(
        counted.where(col(Alert.created_at) >= since).group_by(col(Alert.subscription), day)
    ):
        index = (_date(at) - first).days
        if 0 <= index < DAYS:
            found[id_].days[index] += count
    last = select(col(Alert.subscription), func.max(col(Alert.created_at))).where(mine)
    for id_, last_at in session.execute(last.group_by(col(Alert.subscription))):
        found[id_].last_at = last_at
    return found


def _date(given: date | str) -> date:
    return given if isinstance(given, date) else date.fromisoformat(given)
