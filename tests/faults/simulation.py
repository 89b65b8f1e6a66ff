"""A whole installation in one process, driven by Hypothesis: articles, workers that die or are paused, answers of every
kind, clocks that jump. After every step the rows keep their rules; at the end everything owed has come, once.

Here is what may happen; how it happens stands in `simulated_works`, what must hold in `simulated_laws`.
"""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from sqlalchemy import select
from sqlmodel import col

from services.acts import delivery_acts, subscription_acts
from services.store import channels, leaving, replays, subscriptions
from services.store.packs import shipped
from services.store.tables import Channel, Subscription
from tests.builders import a_channel
from tests.faults.simulated_laws import WORKERS, Laws

WORDS = ("alpha", "bravo", "delta")
MATCHING = ("C06", "C08", "C09")
OUTCOMES = ("ok", "ok", "ok", "later", "never", "no answer", "C14", "C15", "C17")


class Installation(Laws):
    """The machine: each rule is something that may happen."""

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
