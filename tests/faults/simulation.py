"""A whole installation in one process, driven by Hypothesis: articles, workers that die or are paused, answers of every
kind, clocks that jump. After every step the rows keep their rules; at the end everything owed has come, once.

What an article is worth is said by a naive matcher of its own (`wanted`): a word stands in the text.
"""

from __future__ import annotations

import random
import secrets
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import structlog
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import event, func, select
from sqlmodel import col

from services import crashpoints, identity, pipeline, telling
from services.acts import article_acts, delivery_acts, subscription_acts
from services.alerts.retry import Outcome
from services.articles.article import Item
from services.channels.outgoing import Accepted, Outgoing, SendError
from services.deciding import Options
from services.facts import Facts
from services.rules.engine import Engine
from services.store import channels, claims, invariants, leaving, replays, subscriptions, windows
from services.store.packs import shipped
from services.store.reclaim import reclaim
from services.store.rules import LiveRules
from services.store.tables import Alert, Article, Attempt, Channel, Delivery, DeliveryAlert, Subscription, Window
from services.store.work import Store, open_store
from services.telling import Teller
from tests.builders import NOW, VAULT, a_channel
from tests.databases import Databases

LEASE, HARD = timedelta(seconds=60), timedelta(minutes=15)
WORDS = ("alpha", "bravo", "delta")
MATCHING = ("C06", "C08", "C09")
WORKERS = ("w1", "w2", "w3")
ENDED = ("sent", "dead", "suppressed")
OUTCOMES = ("ok", "ok", "ok", "later", "never", "no answer", "C14", "C15", "C17")


class CrashError(BaseException):
    """Stands for the end of a process: no handler of ours may catch it."""


@dataclass(slots=True)
class Sink:
    """What the other side saw: copies by their id on the wire, what it refused for good, and what of it came again."""

    accepted: Counter[str] = field(default_factory=Counter)
    refused: set[str] = field(default_factory=set)
    came_again: list[str] = field(default_factory=list)


class Post:
    """Stands for the outside; answers as the next outcome says."""

    def __init__(self, sink: Sink) -> None:
        self.sink, self.next = sink, "ok"

    def stopping(self) -> bool:
        return False

    def return_path(self, id_: str, mark: object) -> str:
        return ""

    def delays_s(self, kind: str) -> tuple[float, ...]:
        return (5.0, 60.0, 600.0, 3600.0)

    def render(self, kind, target, id_, said, foot, *, thread, now) -> tuple[str, bytes]:
        return "subject", id_.encode()

    def send(self, kind, target, secret, outgoing: Outgoing, now, inflight: Callable[[], None]) -> Accepted:
        inflight()
        if outgoing.id in self.sink.refused:
            self.sink.came_again.append(outgoing.id)
        if self.next == "later":
            raise SendError("busy", outcome=Outcome.RETRY, code="http_503")
        if self.next == "never":
            self.sink.refused.add(outgoing.id)
            raise SendError("no", outcome=Outcome.PERMANENT, code="550")
        self.sink.accepted[outgoing.id] += 1
        if self.next == "no answer":
            raise SendError("silence", outcome=Outcome.UNCERTAIN, code="no_answer")
        return Accepted(code="200")


Fresh = Callable[[Path], Store]
"""Gives an empty database with all tables; one that is a file stands in the folder."""


def fresh_file(databases: Databases) -> Fresh:
    """Take SQLite, without waiting for the disk: the machine does not lose its power here."""

    def fresh(folder: Path) -> Store:
        store = open_store(databases.sqlite(folder / "t.db"))
        event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        return store

    return fresh


def fresh_server(databases: Databases) -> Fresh:
    """Take the one database of a PostgreSQL server, emptied."""
    return lambda _: open_store(databases.postgres())


class Installation(RuleBasedStateMachine):
    """The machine: rules are what may happen, invariants what must hold after each of them."""

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
        try:
            if sys.exc_info()[0] is None:  # a sequence that has failed already fails in one way only
                self._settle()
        finally:
            identity.secrets = secrets  # type: ignore[attr-defined]
            self.store.close()
            self.folder.cleanup()

    # ---- what happens ----

    @initialize()
    def people(self) -> None:
        with self.store.write() as work:
            self.channels = [a_channel(work.session, target=f"http://127.0.0.1:9/{n}").id for n in range(2)]
            person = channels.get(work.session, self.channels[0]).person
            wanted = (("alpha", "instant", [0]), ("bravo", "instant", [0, 1]), ("delta", "daily", [1]),
                      ("alpha OR delta", "instant", [0]))  # fmt: skip
            for place, (query, cadence, its) in enumerate(wanted):
                subscription_acts.add_subscription(
                    work, shipped().lookups, "sim", person=person, name=f"S{place}", query=query, cadence=cadence,
                    channel_ids=[self.channels[n] for n in its], urgent=False, now=self.now,
                )  # fmt: skip
        self.number += 1
        self._push(f"n{self.number}", self._text(self.number, {"alpha"}))
        self._read_and_match()  # most sequences are short: each begins with a story at hand

    @rule(words=st.sets(st.sampled_from(WORDS), min_size=1, max_size=2), crash=st.sampled_from(("", "", "", *MATCHING)))
    def push(self, words: set[str], crash: str) -> None:
        self.number += 1
        self._push(f"n{self.number}", self._text(self.number, words))
        self._dying(crash, self._read_and_match)

    @precondition(lambda self: self.pushed)
    @rule(data=st.data())
    def push_again(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.pushed)))
        self._push(name, self.pushed[name])

    @precondition(lambda self: self.pushed)
    @rule(data=st.data())
    def copy(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.pushed)))
        self._push(f"copy of {name}", self.pushed[name], "Wire")

    @precondition(lambda self: self.pushed)
    @rule(data=st.data())
    def correct(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(name for name in self.pushed if not name.startswith("copy"))))
        text = (
            f"{self.pushed[name]}\n\nCorrection: an earlier version of this story named the wrong clerk, {self.number}."
        )
        self._push(name, text)

    @precondition(lambda self: self._growing())
    @rule(data=st.data(), told=st.booleans())
    def grow(self, data: st.DataObject, told: bool) -> None:
        """A story gets a word more, so that others hear of it for the first time on a channel that knows it.

        `told`: the story has been told before, and what it has become is told as well.
        """
        name = data.draw(st.sampled_from(self._growing()))
        word = data.draw(st.sampled_from([word for word in WORDS if word not in self.pushed[name]]))
        self._tell(told)
        self._push(name, f"{self.pushed[name]}\n\nAt the end somebody said {word} as well, and left.")
        self._read_and_match()
        self._tell(told)

    def _growing(self) -> list[str]:
        return sorted(name for name, text in self.pushed.items() if any(word not in text for word in WORDS))

    def _tell(self, told: bool) -> None:
        if told:
            self._read_and_match()
            self._claim("w1")
            self._send("w1", ["ok"] * 8)

    @rule()
    def match(self) -> None:
        self._read_and_match()

    @rule(worker=st.sampled_from(WORKERS), outcomes=st.lists(st.sampled_from(OUTCOMES), max_size=4))
    def work(self, worker: str, outcomes: list[str]) -> None:
        """Claim, and send as many as there are outcomes; what is left in hand is a worker paused."""
        self._claim(worker)
        self._send(worker, outcomes)

    @precondition(lambda self: any(self.hands.values()))
    @rule(data=st.data(), outcomes=st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=4),
          skew=st.sampled_from((0, 0, -90)))  # fmt: skip
    def resume(self, data: st.DataObject, outcomes: list[str], skew: int) -> None:
        """A worker that was paused goes on with what it holds in memory, perhaps by a clock of its own."""
        self.now += timedelta(seconds=skew)
        self._send(data.draw(st.sampled_from(sorted(name for name, hand in self.hands.items() if hand))), outcomes)
        self.now -= timedelta(seconds=skew)

    @precondition(lambda self: self.pushed)
    @rule(skew=st.sampled_from((0, -90)))
    def overtake(self, skew: int) -> None:
        """A worker is paused past its lease, another sends what it held, then it wakes up, perhaps by a late clock."""
        self._claim("w1")
        self.now += timedelta(seconds=61)
        self._sweep()
        self._claim("w2")
        self._send("w2", ["ok"] * 4)
        self.now += timedelta(seconds=skew)
        self._send("w1", ["ok"] * 4)
        self.now -= timedelta(seconds=skew)

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

    @rule(worker=st.sampled_from(WORKERS))
    def kill(self, worker: str) -> None:
        self._die(worker)

    @rule(crash=st.sampled_from(("", "", "", "C11", "C20")))
    def sweep(self, crash: str) -> None:
        self._dying(crash, self._sweep)

    @rule(delta=st.sampled_from((1, 61, 62, 301, 4000, 90_000, -30)))
    def clock(self, delta: int) -> None:
        self.now += timedelta(seconds=delta)

    @rule(place=st.integers(0, 3))
    def unsubscribe(self, place: int) -> None:
        with self.store.write() as work:
            row = work.session.scalars(select(Subscription).where(col(Subscription.name) == f"S{place}")).one()
            its = subscriptions.channels_of(work.session, [row.id])[row.id]
            for id_ in its[:1]:
                gone = leaving.Leaving(work.session.get_one(Channel, id_), (row,))
                leaving.leave(work.session, gone, self.now)

    @rule()
    def replay(self) -> None:
        with self.store.write() as work:
            replayed = delivery_acts.replay_all(work, "sim", replays.Wanted(), self.now)
        if replayed:
            self.sink.refused.clear()

    # ---- how it happens ----

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

    # ---- what must hold ----

    @invariant()
    def rows_keep_their_rules(self) -> None:
        with self.store.read() as session:
            found = invariants.broken(session, self.now, timedelta(days=365))
        assert not found, found

    @invariant()
    def a_second_copy_has_an_excuse(self) -> None:
        with self.store.read() as session:
            known = {row.id: row for row in session.scalars(select(Delivery))}
            uncertain = Counter(
                row.delivery for row in session.scalars(select(Attempt)) if row.outcome in ("uncertain", None)
            )
        for id_, copies in self.sink.accepted.items():
            assert id_ in known, f"unexpected: {id_}"
            assert copies <= 1 + uncertain[id_], f"{copies} copies of {id_}, {uncertain[id_]} excused"
        assert not self.sink.came_again, "refused for good, and sent again without a replay"
        told = Counter(
            (row.channel, row.story, row.kind) for row in known.values() if row.story and row.state == "sent"
        )
        assert not [key for key, count in told.items() if count > 1], "a channel was told of a story twice"

    def _settle(self) -> None:
        """Let everything good happen, then compare what is owed with what came."""
        with self.store.read() as session:
            dead_before = {row.id for row in session.scalars(select(Delivery).where(col(Delivery.state) == "dead"))}
        self.hands.clear()
        for worker in WORKERS:
            self._die(worker)
        with self.store.write() as work:
            for row in work.session.scalars(select(Delivery)).all():
                if row.worker is not None:
                    row.worker = "gone for good"
                    work.session.add(row)
        self.post.next = "ok"
        for _ in range(30):
            if self._is_quiet():
                break
            self.now += timedelta(hours=8)
            self._read_and_match()
            self._sweep()
            self._claim("w9")
            while self.hands.get("w9"):
                row, known = self.hands["w9"].pop(0)
                telling.send(self.store, row, known, self.teller)
        self.rows_keep_their_rules()
        self.a_second_copy_has_an_excuse()
        self._nothing_is_lost(dead_before)

    def _is_quiet(self) -> bool:
        """Say whether nothing is on its way or will be: more rounds would change nothing."""
        with self.store.read() as session:
            rows = session.scalar(select(func.count()).where(col(Delivery.state).not_in(ENDED))) or 0
            rows += session.scalar(select(func.count()).where(col(Article.state) == "new")) or 0
            rows += session.scalar(select(func.count()).where(col(Window.state) == "open")) or 0
        return rows == 0

    def _nothing_is_lost(self, dead_before: set[str]) -> None:
        with self.store.read() as session:
            links = list(session.scalars(select(DeliveryAlert)))
            rows = {row.id: row for row in session.scalars(select(Delivery))}
            articles = list(session.scalars(select(Article)))
            alerts = {(row.subscription, row.story) for row in session.scalars(select(Alert))}
            told_windows = list(session.scalars(select(Window)))
            open_windows = [row for row in told_windows if row.state == "open"]
            asked = {row.id: row for row in session.scalars(select(Subscription)) if row.state == "active"}
        assert not open_windows, "a window never closed"
        ends = Counter((row.channel, row.cadence, row.closes_at) for row in told_windows if row.cadence == "daily")
        assert max(ends.values(), default=1) == 1, "two digests for one time"
        for link in links:
            assert link.state in ("sent", "told", "dead", "suppressed"), f"lost: {link}"
            if link.state == "sent":
                assert link.delivery is not None
                assert self.sink.accepted[link.delivery] >= 1, f"marked sent and never sent: {link.delivery}"
        for row in rows.values():
            assert row.state in ("sent", "dead", "suppressed"), f"lost: {row.id} is {row.state}"
            assert row.state != "dead" or row.id in dead_before, f"dead for no reason: {row.reason}"
        for article in articles:
            assert article.state == "matched", f"lost: {article.external_id} is {article.state}"
            text = self.texts[article.external_id][article.revision - 1]
            for one in asked.values():
                if any(word in text for word in one.query.split(" OR ")) and not article.old:
                    assert (one.id, article.story) in alerts, f"no alert: {one.query}, {article.external_id}"
