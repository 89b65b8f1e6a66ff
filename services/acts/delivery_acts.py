"""Send dead deliveries again."""

from __future__ import annotations

from datetime import datetime

from services.broker import Stage
from services.store import (
    audit,
    deliveries,
    replays,
)
from services.store.tables import Delivery
from services.store.work import Work


def replay_all(work: Work, actor: str, wanted: replays.Wanted, now: datetime) -> int:
    """Send again all dead deliveries that a filter names, under their ids; give how many. Those that cannot stay."""
    count = replays.replay_all(work.session, wanted, now)
    audit.record(work.session, now, actor, "deliveries replayed", wanted.words(), after=f"{count:,}")
    work.hint(Stage.DELIVER)
    return count


def replay(work: Work, actor: str, id_: str, now: datetime) -> Delivery:
    """Send a dead delivery again, under the same id."""
    row = deliveries.get(work.session, id_)
    replays.check(work.session, row)
    deliveries.replay(work.session, row, now)
    work.session.refresh(row)
    audit.record(work.session, now, actor, "delivery replayed", row.id)
    work.hint(Stage.DELIVER)
    return row
