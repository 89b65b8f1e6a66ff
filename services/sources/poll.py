"""Poll sources that are due: fetch many at once, take in what is new, write down how it went.

    claim     sources that are due, one a host, and the turn at each host      one transaction
    fetch     each in a thread of its own, read in a child                     no transaction
    record    articles, validators, next time, health                          one transaction for all that are done

The articles, the ETag and the next time of a source are one transaction, so that no item is skipped when a worker
dies. Any number of workers may do this beside each other. Pages of feeds that carry summaries, requests to hubs and
what hubs delivered go the same way (`pages`, `websub`).
"""

from __future__ import annotations

import queue
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from services.articles.mail_address import is_mailbox
from services.broker import Stage
from services.crashpoints import crashpoint
from services.errors import OutsideError
from services.guard import Gate
from services.sources.health import Change, Tell, look_around
from services.sources.mailbox import get_mail
from services.sources.reading import Got, get
from services.sources.recording import Keeping, record
from services.sources.rhythm import Rhythm
from services.store import polls, steps
from services.store.polls import Claim
from services.store.secrets import Vault
from services.store.work import Store, Work

log = structlog.get_logger(__name__)

AT_ONCE = 32
LOOK_S = 1.0  # how often an idle worker looks for what is due
HOUSE_S = 60.0


def tell_nobody(_work: Work, _changes: Sequence[Change], _now: datetime) -> None:
    """Leave the telling to the audit log and the pages."""


@dataclass(frozen=True, slots=True)
class Kit:
    """What polling needs. `callback` is the address that hubs can reach; empty: hubs are not asked."""

    store: Store
    gate: Gate
    vault: Vault
    clock: Callable[[], datetime]
    bounds: Rhythm
    tell: Tell = tell_nobody
    callback: str = ""


class Job(Protocol):
    """A piece of work: `run` without a transaction and in a thread, then `keep` in one, or `undo` if it never ran."""

    def run(self) -> None:
        """Do what takes time. Raises nothing."""

    def keep(self, work: Work, now: datetime) -> list[Change]:
        """Write down what came of it; give what operators are to be told."""

    def spoil(self, reason: str) -> None:
        """Take what came as a failure, because it could not be kept."""

    def undo(self, work: Work, now: datetime) -> None:
        """Give back what was claimed."""


Claimer = Callable[[Kit, int], Sequence[Job]]
"""Claims up to so many pieces of one kind of work."""


class Poll:
    """One poll of one source."""

    def __init__(self, kit: Kit, claim: Claim) -> None:
        self._kit = kit
        self._claim = claim
        self._got = Got(failure="It was not polled")
        self._began = kit.clock()

    def run(self) -> None:
        """Fetch and read."""
        row = self._claim.row
        self._began = self._kit.clock()
        look = get_mail if is_mailbox(row.url or "") else get
        self._got = look(row, self._kit.gate, self._kit.vault.open)
        crashpoint("C03")

    def keep(self, work: Work, now: datetime) -> list[Change]:
        """Take in what is new."""
        kit, got, row = self._kit, self._got, self._claim.row
        steps.came(work.session, steps.FETCH, self._began)
        chance = random.random()  # noqa: S311  # spread, not secrecy
        done = record(
            work.session, self._claim, got, now, Keeping(kit.bounds, kit.vault if kit.callback else None, chance)
        )
        crashpoint("C04")
        if done is None:
            return []
        if done.articles:
            work.hint(Stage.INGEST)
        log.info(
            "source polled", source=row.name, status=got.status, articles=done.articles, failure=got.failure or None
        )
        return [done.change] if done.change else []

    def spoil(self, reason: str) -> None:
        """Count it as a failed poll."""
        self._got = Got(self._got.answer, failure=reason)

    def undo(self, work: Work, now: datetime) -> None:
        """Leave the source due."""
        polls.give_back(work.session, self._claim, now)


def due_polls(kit: Kit, limit: int) -> Sequence[Job]:
    """Claim sources that are due."""
    now = kit.clock()
    with kit.store.read() as session:
        if not polls.any_due(session, now):
            return []
    with kit.store.write() as work:
        claims = polls.claim_due(work.session, now, kit.bounds.lease, limit)
    return [Poll(kit, claim) for claim in claims]


def one_poll(source: str) -> Claimer:
    """Make what claims this one source, once, whether or not it is due."""
    tried: list[str] = []

    def claim(kit: Kit, _limit: int) -> Sequence[Job]:
        if tried:
            return []
        tried.append(source)
        with kit.store.write() as work:
            found = polls.claim_one(work.session, source, kit.clock(), kit.bounds.lease)
        return [Poll(kit, found)] if found else []

    return claim


class Poller:
    """Keeps up to `at_once` pieces of work going, of every kind in turn."""

    def __init__(self, kit: Kit, claimers: Sequence[Claimer] = (due_polls,), at_once: int = AT_ONCE) -> None:
        self._kit = kit
        self._claimers = claimers
        self._at_once = at_once
        self._todo: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._out: set[Job] = set()
        self._threads = 0
        self._house_at: datetime | None = None

    def run(self, stopping: threading.Event) -> None:
        """Work until told to stop; what is under way then is given back."""
        try:
            while not stopping.is_set():
                self._keep_house()
                busy = bool(self._out)
                if not self.turn() and not busy:
                    stopping.wait(LOOK_S)
        finally:
            self._leave()

    def once(self) -> int:
        """Do all that is due now, and give how many pieces that were."""
        count = 0
        while True:
            busy = bool(self._out)  # what ends may free a host for the next
            claimed = self.turn()
            count += claimed
            if not claimed and not busy:
                return count

    def turn(self) -> int:
        """Claim what there is room for and record what is done; give how many pieces were claimed."""
        claimed = self._claim()
        if self._out:
            self._record(self._finished(0.02 if claimed else 0.2))
        return claimed

    def _claim(self) -> int:
        count = 0
        for claim in self._claimers:
            room = self._at_once - len(self._out)
            if room <= 0:
                break
            for job in claim(self._kit, room):
                self._out.add(job)
                self._todo.put(job)
                count += 1
        while self._threads < min(len(self._out), self._at_once):
            threading.Thread(target=self._work, name="fetch", daemon=True).start()
            self._threads += 1
        return count

    def _work(self) -> None:
        while (job := self._todo.get()) is not None:
            try:
                job.run()
            except Exception:
                log.exception("a fetch failed")
            self._done.put(job)

    def _finished(self, wait_s: float) -> list[Job]:
        found: list[Job] = []
        try:
            found.append(self._done.get(timeout=wait_s))
            while len(found) < self._at_once:
                found.append(self._done.get_nowait())
        except queue.Empty:
            pass
        return found

    def _record(self, jobs: Sequence[Job]) -> None:
        """Record together; if that fails, each alone, so that one bad answer does not keep the others."""
        if not jobs:
            return
        self._out.difference_update(jobs)
        try:
            self._record_all(jobs)
        except OutsideError:
            raise  # the database: the leases run out and all is due again
        except Exception:  # noqa: BLE001  # one of them cannot be kept, and is found below
            for job in jobs:
                self._record_alone(job)

    def _record_alone(self, job: Job) -> None:
        try:
            self._record_all([job])
        except OutsideError:
            raise
        except Exception as error:
            log.exception("what was fetched cannot be kept")
            job.spoil(f"What came cannot be stored: {type(error).__name__}")
            self._record_all([job])

    def _record_all(self, jobs: Sequence[Job]) -> None:
        now = self._kit.clock()
        with self._kit.store.write() as work:
            changes = [change for job in jobs for change in job.keep(work, now)]
            if changes:
                self._kit.tell(work, changes, now)

    def _keep_house(self) -> None:
        now = self._kit.clock()
        if self._house_at is not None and now - self._house_at < timedelta(seconds=HOUSE_S):
            return
        self._house_at = now
        with self._kit.store.write() as work:
            polls.forget_old(work.session, now)
            changes = look_around(work.session, now)
            if changes:
                self._kit.tell(work, changes, now)

    def _leave(self) -> None:
        for _ in range(self._threads):
            self._todo.put(None)
        self._record(self._finished(0.0))
        left, self._out = list(self._out), set()
        self._threads = 0
        if left:
            with self._kit.store.write() as work:
                for job in left:
                    job.undo(work, self._kit.clock())
