"""What a simulated installation does at one step: take in, match, claim, send, sweep, and die at a crash point."""

from __future__ import annotations

import random
import secrets
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import structlog
from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy import select
from sqlmodel import col

from services import crashpoints, identity, pipeline, telling
from services.acts import article_acts
from services.addressing import Options
from services.articles.article import Item
from services.facts import Facts
from services.rules.engine import Engine
from services.store import claims, windows
from services.store.packs import shipped
from services.store.reclaim import reclaim
from services.store.rules import LiveRules
from services.store.tables import Delivery
from services.teller import Teller
from tests.builders import NOW, VAULT
from tests.faults.fresh import Fresh
from tests.faults.simulated_outside import CrashError, Post, Sink

LEASE, HARD = timedelta(seconds=60), timedelta(minutes=15)


class Works(RuleBasedStateMachine):
    """One installation on an empty database: its workers' hands, its clock, and what was pushed so far."""

    fresh: ClassVar[Fresh]

    def __init__(self) -> None:
        super().__init__()
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
        self.folder = tempfile.TemporaryDirectory(prefix="tocsin-sim-")
        self.store = self.fresh(Path(self.folder.name))
        self.now, self.sink = NOW, Sink()
        self.post = Post(self.sink)
        self.teller = Teller(self.post, VAULT, lambda: self.now)  # type: ignore[arg-type]
        self.rules = self._rules()
        self.hands: dict[str, list[tuple[Delivery, Facts]]] = {}
        self.dead: set[str] = set()
        self.number = 0
        self.pushed: dict[str, str] = {}
        self.texts: dict[str, list[str]] = {}
        self.real_kill = crashpoints.os.kill
        self.chance = random.Random(0)
        identity.secrets = self  # type: ignore[attr-defined]

    def token_hex(self, length: int) -> str:
        """Stand for `secrets`: ids that are drawn are the same when a sequence is repeated."""
        return f"{self.chance.getrandbits(8 * length):0{2 * length}x}"

    def _rules(self) -> LiveRules:
        return LiveRules(Engine(shipped().trees), shipped())

    def teardown(self) -> None:
        identity.secrets = secrets  # type: ignore[attr-defined]
        self.store.close()
        self.folder.cleanup()

    def _text(self, number: int, words: set[str]) -> str:
        said = " and ".join(sorted(words)) or "nothing"
        return (
            f"Report {number} of the clerk said {said} at the meeting of the board held late on day {number}.\n\n"
            f"Nobody of the {number} who spoke at the hearing {number} times had seen number {number} before that night."
        )

    def _push(self, name: str, text: str, source: str = "push") -> None:
        item = Item(external_id=name, title=f"Report {name}", text=text)
        with self.store.write() as work:
            article_acts.push(work, [article_acts.Pushed(source, item)], self.now)
        its = self.texts.setdefault(name, [])
        if not its or its[-1] != text:
            its.append(text)
        if not name.startswith("copy"):
            self.pushed[name] = text

    def _read_and_match(self) -> None:
        pipeline.ingest(self.store, lambda: self.now, LEASE)
        pipeline.match(self.store, self.rules, lambda: self.now, LEASE, Options(timedelta(minutes=5), flood_most=0))

    def _claim(self, worker: str) -> None:
        with self.store.write() as work:
            rows = claims.claim(work.session, worker, self.now, LEASE, 4)
        known = telling.prepare(self.store, rows, self.teller) if rows else None
        self.hands.setdefault(worker, []).extend((row, known) for row in rows if known is not None)

    def _send(self, worker: str, outcomes: list[str]) -> None:
        for outcome in outcomes:
            if not self.hands.get(worker):
                return
            row, known = self.hands[worker].pop(0)
            crash = outcome if outcome.startswith("C") else ""
            self.post.next = "ok" if crash else outcome
            if self._dying(crash, lambda row=row, known=known: telling.send(self.store, row, known, self.teller)):  # type: ignore[misc]
                self._die(worker)

    def _sweep(self) -> None:
        with self.store.write() as work:
            reclaim(work.session, self.now, is_dead=lambda worker: worker.id in self.dead, hard_limit=HARD)
            crashpoints.crashpoint("C20")
            windows.close_due(work.session, self.now)

    def _die(self, worker: str) -> None:
        """End a worker and start another in its place: rows it held are those of a dead one."""
        self.hands.pop(worker, None)
        with self.store.write() as work:
            held = select(Delivery).where(col(Delivery.worker) == worker)
            for row in work.session.scalars(held).all():
                row.worker = f"dead {worker}"
                work.session.add(row)

    def _dying(self, point: str, act: Callable[[], None]) -> bool:
        """Do something that a crash may cut off; true if it did."""

        def end(*_: object) -> None:
            raise CrashError(point)

        crashpoints._armed.name, crashpoints._armed.passes = point, 1
        crashpoints.os.kill = end  # type: ignore[assignment]
        try:
            act()
        except CrashError:
            return True
        finally:
            crashpoints._armed.name = ""
            crashpoints.os.kill = self.real_kill
        return False
