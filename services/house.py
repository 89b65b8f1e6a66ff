"""What every process does now and then: take back what dead workers held, close windows that are due. Twice or at
once is the same as once.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import structlog

from services import clock
from services.broker import Stage
from services.crashpoints import crashpoint
from services.settings import Settings
from services.store import idempotency, windows, workers
from services.store.reclaim import reclaim
from services.store.work import Store

log = structlog.get_logger(__name__)


def keep_house(store: Store, run: Path, settings: Settings) -> None:
    """Do it once, in one transaction. `run` is the folder of this host's worker locks."""
    now = clock.now()
    hard = timedelta(seconds=settings.hard_limit_s)
    with store.write() as work:
        back = reclaim(work.session, now, is_dead=lambda worker: workers.is_dead(store, run, worker), hard_limit=hard)
        crashpoint("C20")
        windows.open_for_empty(work.session, now)
        closed = windows.close_due(work.session, now)
        workers.forget_dead(work.session, store, run, now)
        idempotency.forget(work.session, now)
        if back or closed:
            work.hint(Stage.DELIVER)
    if back:
        log.warning("deliveries taken back from dead or slow workers", count=back)
