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
from services.noticing import Desk, look_after
from services.settings import Settings
from services.store import idempotency, windows, workers
from services.store.reclaim import reclaim
from services.store.secrets import open_vault
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
        look_after(work, _desk(settings), now)
        if back or closed:
            work.hint(Stage.DELIVER)
    if back:
        log.warning("deliveries taken back from dead or slow workers", count=back)


def _desk(settings: Settings) -> Desk:
    return Desk(
        vault=lambda: open_vault(settings.key_file), sender=settings.mail_from, url=settings.public_url,
        gives_up=timedelta(hours=settings.give_up_h),
    )  # fmt: skip
