"""The outside of a simulated installation: what receivers answer and keep, and what ends a process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from services.alerts.retry import Outcome
from services.channels.outgoing import Accepted, Outgoing, SendError


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
