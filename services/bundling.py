"""Bundle articles that were read, so that previews find them: after each batch of reading, and when the house is kept.

A bundle is made when enough articles wait for a full one; fewer are evaluated one by one until then. It is made outside
any transaction, and stored only if no other process was faster.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from services.errors import ConflictError
from services.lookback.bundle import SIZE, Kept, bundled, version
from services.queries.document import document
from services.store import articles, bundles
from services.store.tables import Article
from services.store.work import Store

log = structlog.get_logger(__name__)


def bundle_waiting(store: Store, now: datetime) -> int:
    """Make one bundle if enough articles wait for it; give how many are in it."""
    with store.read() as session:
        if not bundles.enough_wait(session, SIZE):
            return 0
        rows = bundles.waiting(session, SIZE)
    kept, odd = _analysed(rows)
    good = [row for row in rows if row.id not in odd]
    packed = bundled(kept) if kept else None
    try:
        with store.write() as work:
            bundles.mark(work.session, odd, bundles.NEVER)
            if packed is not None:
                bundles.add(work.session, good, packed, version(), now)
    except ConflictError:
        return 0  # another process was faster
    return len(good)


def keep_bundles(store: Store, now: datetime) -> None:
    """Let go of bundles of an older analysis, and make one of what waits."""
    with store.read() as session:
        stale = bundles.has_stale(session, version())
    if stale:
        with store.write() as work:
            dropped = bundles.drop_stale(work.session, version())
        log.info("bundles of an older analysis are made anew", count=dropped)
    bundle_waiting(store, now)


def _analysed(rows: Sequence[Article]) -> tuple[list[Kept], list[str]]:
    """Analyse articles; one that cannot be is named and stops no other."""
    kept: list[Kept] = []
    odd: list[str] = []
    for row in rows:
        try:
            seen = document(articles.value_of(row))
            kept.append(Kept(row.id, row.seen_at, row.source, seen, articles.places_of(row).facts()))
        except Exception as error:  # noqa: BLE001  # one bad article must not stop the others
            log.warning("article cannot be bundled", article=row.id, error=f"{type(error).__name__}: {error}"[:500])
            odd.append(row.id)
    return kept, odd
