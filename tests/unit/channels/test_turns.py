"""Threads that send: several at once, few of them for one channel."""

from __future__ import annotations

import threading

from services.channels.turns import Job, Turns
from tests.parts import until


def test_a_slow_channel_holds_up_itself_and_nobody_else() -> None:
    turns, gate, done = Turns(8, each=2), threading.Event(), []
    turns.run([Job("slow", gate.wait) for _ in range(6)])  # type: ignore[arg-type]  # what it returns is not looked at
    turns.run([Job("quick", lambda n=n: done.append(n)) for n in range(6)])
    until(lambda: len(done) == 6, "the quick ones")
    assert turns.busy() == {"slow"}
    assert turns.room(0) == 16 - 6
    gate.set()
    assert turns.drain(10)
    assert turns.busy() == frozenset()


def test_jobs_of_a_channel_begin_in_order() -> None:
    turns, began = Turns(4, each=1), []
    turns.run([Job("one", lambda n=n: began.append(n)) for n in range(20)])
    assert turns.drain(10)
    assert began == list(range(20))


def test_a_job_that_fails_makes_room_for_the_next() -> None:
    turns, done = Turns(1, each=1), []

    def fail() -> None:
        raise ValueError("no")

    turns.run([Job("one", fail), Job("one", lambda: done.append(1))])
    assert turns.drain(10)
    assert done == [1]


def test_a_drain_that_takes_too_long_says_so() -> None:
    turns, gate = Turns(1), threading.Event()
    turns.run([Job("one", gate.wait)])  # type: ignore[list-item, arg-type]
    assert not turns.drain(0)
    gate.set()
    assert turns.drain(10)
