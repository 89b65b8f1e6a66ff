"""What a deliver worker sends with and writes into: one for all its threads, whose writes are made together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.channels.post import Post
from services.store import breaker, sends
from services.store.front import Front
from services.store.listening import Listening
from services.store.secrets import Vault
from services.store.sends import Ended, Fence
from services.store.states import Outcome
from services.store.work import Work


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt, and what it says about the channel if it `breaks` or mends it.

    `hold`: the whole channel rests until then. `hard_bounce`: a mail address that is no more.
    """

    ended: Ended
    breaks: bool = False
    hold: datetime | None = None
    hard_bounce: bool = False


@dataclass(frozen=True, slots=True)
class Teller:
    """What a deliver worker needs: who sends, what opens sealed addresses, and the time."""

    post: Post
    vault: Vault
    clock: Callable[[], datetime]
    base_url: str = ""
    listening: Listening = field(default_factory=Listening)
    front: Front = field(default_factory=Front)
    rest_most: timedelta = breaker.MOST_WAIT

    def fence(self, work: Work, fences: Sequence[Fence]) -> list[bool]:
        """Mark messages in flight; say of each if it may be sent."""
        return sends.fence_all(work.session, fences, self.clock())

    def record(self, work: Work, answers: Sequence[Answer]) -> list[bool]:
        """Record answers and, if they break or mend it, what they say about their channel; say of each if it counts."""
        found = sends.finish_all(work.session, [one.ended for one in answers])
        for one, done in zip(answers, found, strict=True):
            row, ending, now = one.ended.row, one.ended.ending, one.ended.now
            if done is not None and one.breaks and (done.troubled or ending.outcome is not Outcome.ACCEPTED):
                breaker.note(
                    work.session, row, ending, now, hold=one.hold, hard_bounce=one.hard_bounce, most=self.rest_most
                )
        return [done is not None for done in found]
