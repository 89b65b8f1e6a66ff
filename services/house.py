"""What every process does now and then: take back what dead workers held, close windows that are due, watch over all.
Twice or at once is the same as once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import structlog

from services import clock, rematching
from services.asking import Asker, ask
from services.broker import Stage, answers
from services.crashpoints import crashpoint
from services.incidents import Watch, look
from services.noticing import Desk, look_after
from services.reader_links import ReaderLinks
from services.settings import Settings
from services.stopped import tell_of_quarantine
from services.store import ahead, breaker, idempotency, retention, turns, windows, workers
from services.store.reclaim import reclaim
from services.store.secrets import open_vault
from services.store.work import Store
from services.symptoms import Bounds

log = structlog.get_logger(__name__)

_FORGOTTEN = timedelta(seconds=30)  # so often is looked for what waits for a disabled channel
LET_GO = 1000  # rows a minute of each kind: more than a busy day brings


def keep_house(store: Store, run: Path, settings: Settings, steps: clock.Steps) -> None:
    """Do it once, in one transaction. `run` is the folder of this host's worker locks.

    By a clock that was set meanwhile no message is too long in flight.
    """
    now = clock.now()
    if steps.went_back(now):
        _bring_back(store, settings, now)
    hard = timedelta(seconds=settings.hard_limit_s) if steps.steady_s() > settings.hard_limit_s else None
    with store.write() as work:
        back = reclaim(work.session, now, is_dead=lambda worker: workers.is_dead(store, run, worker), hard_limit=hard)
        crashpoint("C20")
        windows.open_for_empty(work.session, now)
        closed = windows.close_due(work.session, now)
        workers.forget_dead(work.session, store, run, now)
        idempotency.forget(work.session, now)
        look_after(work, _desk(settings), now)
        if turns.take(work.session, "disabled", now, _FORGOTTEN):
            breaker.end_forgotten(work.session, now)
        tell_of_quarantine(work, _desk(settings), now)
        if back or closed:
            work.hint(Stage.DELIVER)
    if back:
        log.warning("deliveries taken back from dead or slow workers", count=back)


def _bring_back(store: Store, settings: Settings, now: datetime) -> None:
    longest = ahead.Longest(
        lease=timedelta(seconds=settings.lease_s), rest=timedelta(seconds=settings.rest_most_s),
        poll=timedelta(seconds=max(settings.poll_s, settings.poll_most_s)),
    )  # fmt: skip
    if found := ahead.bring_back(store, now, longest):
        log.warning("the clock was set back: what lay further ahead than it may goes on now", rows=found)


def keep_watch(store: Store, settings: Settings, broker_url: str) -> None:
    """Look whether something needs an operator, if it is time. `broker_url`: empty without one."""
    bounds = Bounds(
        settings.data,
        timedelta(seconds=settings.lag_s),
        settings.disk_least_mb * 2**20,
        timedelta(seconds=settings.canary_late_s),
    )
    desk = _desk(settings)
    rematching.look(store, clock.now(), timedelta(seconds=settings.hard_limit_s))
    look(store, Watch(bounds, desk.vault, desk.sender, desk.url, lambda: answers(broker_url)), clock.now())


def keep_asking(store: Store, settings: Settings) -> None:
    """Ask for subscriptions that may be forgotten, if it is time."""
    if not settings.ask_after_d:
        return
    after, wait = timedelta(days=settings.ask_after_d), timedelta(days=settings.retire_after_d)
    links = ReaderLinks(settings.public_url, open_vault(settings.key_file))
    ask(store, Asker(after, wait, links, settings.mail_from), clock.now())


def keep_room(store: Store, settings: Settings) -> int:
    """Let go of texts and messages that are older than they are kept, some each minute; give how many."""
    now, gone = clock.now(), 0
    if not settings.keep_texts_d and not settings.keep_messages_d:
        return 0
    with store.write() as work:
        if turns.take(work.session, "retention", now, timedelta(minutes=1)):
            if settings.keep_texts_d:
                before = now - timedelta(days=settings.keep_texts_d)
                gone += retention.let_go_of_texts(work.session, before, LET_GO)
            if settings.keep_messages_d:
                before = now - timedelta(days=settings.keep_messages_d)
                gone += retention.let_go_of_messages(work.session, before, LET_GO)
    return gone


def _desk(settings: Settings) -> Desk:
    return Desk(
        vault=lambda: open_vault(settings.key_file), sender=settings.mail_from, url=settings.public_url,
        gives_up=timedelta(hours=settings.give_up_h),
    )  # fmt: skip
