"""Twelve bugs, planted one at a time; the simulation must catch every one: `python -m tests.faults mutants`.

A mutant is a change of the code while it runs. One that is not caught says that the harness is blind there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from services import announcing, telling
from services.alerts.retry import Again, Outcome
from services.channels.outgoing import SendError
from services.store import alerts, articles, deliveries, sends, windows
from services.store.sends import Ending
from services.store.states import DeliveryState
from services.store.states import Outcome as Ended
from services.store.tables import Article, Delivery
from tests.faults import simulated_outside, simulated_works, simulation
from tests.faults.fresh import Fresh
from tests.faults.sequences import simulate

Mutant = Callable[[], Any]  # Any: a context manager


def ack_early() -> Any:
    """An article counts as matched when it is claimed."""
    real = articles.claim_to_match

    def claim(session, now, lease, limit=100, **named):
        claimed = real(session, now, lease, limit, **named)
        for row in claimed.rows:
            session.execute(articles.update(Article).where(articles.col(Article.id) == row.id).values(state="matched"))
        return claimed

    return patch.object(articles, "claim_to_match", claim)


def marked_before_it_is_sent() -> Any:
    """The delivery counts as sent right before the call."""
    real = sends.fence_all

    def fence_all(session, fences, now):
        done = real(session, fences, now)
        for one, passed in zip(fences, done, strict=True):
            if passed:
                sends.finish(session, one.row, Ending(Ended.ACCEPTED, DeliveryState.SENT), now)
        return done

    return patch.object(sends, "fence_all", fence_all)


def told_before_the_commit() -> Any:
    """The message leaves inside the transaction that decides it."""
    real = deliveries.put_each

    def put_each(session, messages, now):
        ids = real(session, messages, now)
        for id_ in ids:
            if id_ is not None and CURRENT:
                CURRENT[0].sink.accepted[id_] += 1
        return ids

    return patch.object(deliveries, "put_each", put_each)


def no_key_on_alerts() -> Any:
    """Each match makes a new alert."""
    return _all(
        patch.object(alerts, "alert_id", lambda *_: _drawn(13)),
        patch.object(announcing, "alert_id", lambda *_: _drawn(13)),
    )


def no_key_on_deliveries() -> Any:
    """Each decision makes a new message, also of a story that the channel heard of."""
    real = deliveries.put_each

    def put_each(session, messages, now):
        its = [
            replace(one, dedupe_key=f"{one.dedupe_key}:{_drawn(4)}") if one.dedupe_key.startswith("story:") else one
            for one in messages
        ]
        return real(session, its, now)

    return _all(patch.object(deliveries, "put_each", put_each), patch.object(alerts, "heard_through", lambda *_: {}))


def no_fence() -> Any:
    """Whoever holds a row in memory sends it."""
    return patch.object(sends, "fence_all", lambda _, fences, __: [True] * len(fences))


def no_sweep() -> Any:
    """Nobody takes back what dead workers held."""
    return patch.object(simulated_works, "reclaim", lambda *_, **__: 0)


def a_random_message_id() -> Any:
    """Each try has an id of its own on the wire."""
    real = simulated_outside.Post.send

    def send(self, kind, target, secret, outgoing, now, inflight):
        return real(self, kind, target, secret, replace(outgoing, id=f"msg_{_drawn(13)}"), now, inflight)

    return patch.object(simulated_outside.Post, "send", send)


def a_failing_quit_is_a_failure() -> Any:
    """A connection that breaks after the yes makes the send a failure to be tried again.

    It breaks at every third yes of one installation: what happens in a sequence must happen again when it is repeated.
    """
    real = simulated_outside.Post.send

    def send(self, *given):
        accepted = real(self, *given)
        if sum(self.sink.accepted.values()) % 3 == 0:
            raise SendError("quit failed", outcome=Outcome.RETRY, code="connect")
        return accepted

    return patch.object(simulated_outside.Post, "send", send)


def retried_after_a_permanent_answer() -> Any:
    """A refusal for good is tried again."""
    real = telling.next_try

    def next_try(outcome, *given):
        return Again(5.0) if outcome is Outcome.PERMANENT else real(outcome, *given)

    return patch.object(telling, "next_try", next_try)


def a_lease_without_a_token() -> Any:
    """The fence looks at the clock alone, so that a paused worker whose clock is late sends what another sent."""

    def fence_all(session, fences, now):
        for one in fences:
            its = deliveries.update(Delivery).where(deliveries.col(Delivery.id) == one.row.id)
            session.execute(its.values(state="inflight", body=one.body, subject=one.subject))
        return [one.row.lease_until > now + sends.MARGIN for one in fences]

    return _all(
        patch.object(sends, "fence_all", fence_all), patch.object(sends, "finish_all", _finish_without_a_token())
    )


def _finish_without_a_token() -> Callable[..., list[Any]]:
    real = sends.finish_all

    def finish_all(session, ended):
        current = [session.get_one(Delivery, one.row.id, populate_existing=True) for one in ended]
        return real(session, [replace(one, row=row) for one, row in zip(ended, current, strict=True)])

    return finish_all


def a_digest_without_a_window() -> Any:
    """Each alert of a digest opens a window of its own, and an alert stays in the window it was in before."""
    real, counted = windows.opened, [0]

    def opened(session, channel, slot, now):
        counted[0] += 1
        return real(session, channel, replace(slot, opens=slot.opens + timedelta(microseconds=counted[0])), now)

    return patch.object(windows, "opened", opened)


MUTANTS: tuple[Mutant, ...] = (
    ack_early, marked_before_it_is_sent, told_before_the_commit, no_key_on_alerts, no_key_on_deliveries, no_fence, no_sweep,
    a_random_message_id, a_failing_quit_is_a_failure, retried_after_a_permanent_answer, a_lease_without_a_token,
    a_digest_without_a_window,
)  # fmt: skip
CURRENT: list[simulation.Installation] = []


def _drawn(length: int) -> str:
    return CURRENT[0].token_hex(length)


@contextmanager
def _all(*patches: Any) -> Iterator[None]:  # Any: context managers
    if not patches:
        yield
        return
    with patches[0], _all(*patches[1:]):
        yield


class _Watched(simulation.Installation):
    """Knows the machine that runs, for the mutant that reaches into its sink."""

    def __init__(self) -> None:
        super().__init__()
        CURRENT[:] = [self]


def caught(mutant: Mutant, examples: int, fresh: Fresh) -> str:
    """Give the broken promise that caught a mutant; empty if none did.

    Any other error, as that of a sequence that does not repeat, says nothing about promises, and goes through.
    """
    try:
        with mutant():
            simulate(examples, fresh, machine=_Watched)
    except AssertionError as error:
        return str(error).splitlines()[0][:160]
    return ""


def main(examples: int, fresh: Fresh) -> dict[str, Any]:  # Any: numbers and texts
    """Plant each bug, print what caught it, and give what there is to record."""
    began, found = time.monotonic(), {}
    for mutant in MUTANTS:
        started = time.monotonic()
        found[mutant.__name__] = caught(mutant, examples, fresh)
        print(
            f"{mutant.__name__:<34} {time.monotonic() - started:5.0f} s  {found[mutant.__name__] or 'NOT CAUGHT'}",
            flush=True,
        )
    return {
        "mutants": len(MUTANTS), "caught": sum(map(bool, found.values())), "examples_at_most": examples,
        "seconds": round(time.monotonic() - began, 1), "by": found,
    }  # fmt: skip
