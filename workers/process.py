"""What one working process holds: the database, its own entry among the workers, and what its role needs."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from importlib.metadata import version
from urllib.parse import urlsplit

import structlog

from services import canary, clock, pipeline
from services.addressing import Options
from services.broker import Hints, Stage, open_hints
from services.bundling import keep_bundles
from services.channels.post import Post, open_post
from services.errors import OutsideError
from services.guard import Gate
from services.house import keep_asking, keep_house, keep_room, keep_watch
from services.pressure import Pressure
from services.rules.engine import Engine
from services.settings import Settings
from services.sources.pages import due_pages
from services.sources.poll import Job, Kit, Poller, due_polls
from services.sources.rhythm import Rhythm
from services.sources.robots import Robots
from services.sources.websub import due_deliveries, due_requests
from services.store import articles, claims, lanes, sends, workers
from services.store.live_stories import LiveStories
from services.store.packs import shipped, terms_table
from services.store.rules import LiveRules
from services.store.secrets import open_vault
from services.store.work import Store, open_store
from services.teller import Teller
from services.tracing import Traces, open_traces

log = structlog.get_logger(__name__)

STOP_S = 24.0  # what sends that were begun have when the process ends
POOL = 20  # connections; senders write together and hold none while they send
AT_ONCE_S = 5.0  # how long one hint keeps a process busy before others get their turn


class Process:
    """One worker. Made in the process that works, after any fork."""

    def __init__(self, settings: Settings, stage: Stage, broker_url: str) -> None:
        self.settings = settings
        self.stage = stage
        self.stopping = threading.Event()
        self.hints: Hints = open_hints(broker_url)
        self._broker_url = broker_url
        self.traces: Traces | None = open_traces(settings, stage.value)
        self.store: Store = open_store(
            settings.database, self.hints.send, pool=POOL,
            trace=self.traces.take if self.traces else None,
        )  # fmt: skip
        self.run = settings.data / "run"
        self.presence = workers.Presence(self.store, stage.value, self.run, version("tocsin"), clock.now())
        self.store.worker = self.presence.id
        self._take_back()
        self.gate = Gate(settings.allow_private, own=settings.own_urls, mail_folders=settings.mail_folders)
        self.lease = timedelta(seconds=settings.lease_s)
        self._turn = threading.Lock()
        self._steps = clock.Steps()
        self.post: Post | None = None
        self._work = self._prepare()

    def _take_back(self) -> None:
        """Take up at once what dead workers had in hand, this one's forerunner among them."""
        with self.store.write() as work:
            is_dead = workers.dead_by_id(work.session, self.store, self.run)
            if back := articles.take_back(work.session, is_dead, clock.now()):
                log.warning("articles taken back from dead workers", count=back)

    def _prepare(self) -> Callable[[], int]:
        """Give the one call that does a batch of this role's work."""
        settings = self.settings
        if self.stage is Stage.INGEST:
            return lambda: pipeline.ingest(self.store, clock.now, self.lease)
        if self.stage is Stage.MATCH:
            rules = LiveRules(Engine(shipped().trees), shipped(), settings.data / "rules.snapshot")
            options = Options(
                group=timedelta(seconds=settings.group_s), flood_most=settings.flood_most,
                window=timedelta(hours=settings.story_h),
            )  # fmt: skip
            with rules.lock:
                rules.refresh(self.store)
            live = LiveStories(terms_table(), options.window)
            live.load(self.store, clock.now())
            gc.collect()
            gc.freeze()  # a million rules need not be gone through again and again
            return lambda: pipeline.match(self.store, rules, clock.now, self.lease, options, live)
        self.post = open_post(settings, self.gate, self.stopping)
        with self.store.write() as work:
            for name, per_s in ways_out(settings):
                lanes.put(work.session, name, per_s)
        rest = timedelta(seconds=settings.rest_most_s)
        teller = Teller(self.post, open_vault(settings.key_file), clock.now, settings.public_url, rest_most=rest)
        return lambda: pipeline.deliver(self.store, self.presence.id, teller, self.lease, claims.BATCH)

    def work(self) -> int:
        """Do what waits for this role, for a few seconds at most; give how many rows were claimed."""
        with self._turn:  # one thread of a process claims at a time; another hint finds nothing left
            return self._work_for_a_while()

    def _work_for_a_while(self) -> int:
        done, until = 0, time.monotonic() + AT_ONCE_S
        while not self.stopping.is_set():
            claimed = self._work()
            done += claimed
            if not claimed:
                return done
            if time.monotonic() > until:
                self.store.hint(self.stage)
                return done
        return done

    def poll_sources(self) -> None:
        """Poll the sources that are due, until this process is told to stop."""
        settings = self.settings
        bounds = Rhythm(
            first=timedelta(seconds=settings.poll_s),
            least=timedelta(seconds=min(settings.poll_least_s, settings.poll_s)),
            most=timedelta(seconds=max(settings.poll_most_s, settings.poll_least_s)),
            backfill=timedelta(hours=settings.backfill_h),
            lease=self.lease,
            gap=timedelta(seconds=settings.host_gap_s),
        )
        kit = Kit(self.store, self.gate, open_vault(settings.key_file), clock.now, bounds, callback=settings.base_url)
        pressure = Pressure(self.store, settings.data, clock.now)

        def polls(kit: Kit, limit: int) -> Sequence[Job]:
            return () if pressure.pauses_polling() else due_polls(kit, limit)

        claimers = (due_deliveries, polls, due_pages(Robots(self.gate)), due_requests)
        Poller(kit, claimers, at_once=settings.fetchers).run(self.stopping)

    def tidy(self) -> None:
        """Say that this process lives, take back what dead ones held, and close the windows that are due."""
        now = clock.now()
        self.presence.beat(now)
        keep_house(self.store, self.run, self.settings, self._steps)
        keep_watch(self.store, self.settings, self._broker_url)
        if self.stage is Stage.DELIVER:
            keep_asking(self.store, self.settings)
        if self.stage is Stage.INGEST:
            keep_bundles(self.store, now)
            keep_room(self.store, self.settings)
            if self.settings.canary_s:
                every = timedelta(seconds=self.settings.canary_s)
                canary.let_go(self.store, open_vault(self.settings.key_file), shipped().lookups, every, now)

    def leave(self) -> None:
        """Give back what was claimed and not begun, and go."""
        self.stopping.set()
        if self.post is not None and not self.post.drain(STOP_S):
            log.warning("left with messages in flight")
        try:
            with self.store.write() as work:
                sends.release(work.session, self.presence.id, clock.now())
            self.presence.leave()
        except OutsideError as error:
            log.warning("left without saying so", error=error.message)
        self.store.close()
        if self.traces is not None:
            self.traces.close()


def ways_out(settings: Settings) -> list[tuple[str, float]]:
    """Give how often each kind of way out may be used in a second. A mail server on this machine has no limit."""
    host = urlsplit(settings.smtp_url).hostname or "localhost"
    here = host == "localhost" or host.startswith("127.") or host == "::1"
    mail = 0.0 if here else settings.mail_per_s
    return [(lanes.MAIL, mail), (lanes.WEB, settings.web_per_s), (lanes.CHAT, settings.chat_per_s)]
