"""What a message says, as values: a story and why it is told, or several, and what was listened to meanwhile.

The pipeline fills these in; `mail`, `chat` and `body` turn them into what goes on the wire. What is `None` or empty
is left out of the message. Texts from outside are given as they are: each renderer escapes for where they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.alerts.change import Changed


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentence that proves a match. `marks` are spans of it; `clause` and `zone` as the engine names them."""

    sentence: str
    marks: tuple[tuple[int, int], ...] = ()
    clause: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """One line of "Why you got this": `label` "Topic", `name` "Sanctuary city", `text` "first sentence of the lead"."""

    label: str
    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A subscription that the story met, and the alert that records it."""

    id: str
    name: str
    alert: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """When things happened, aware. `published` is what the source says, and may be missing or wrong.

    `mark` is `late` or `future` where the source's time is odd; `claimed` is then what it gave.
    """

    seen: datetime
    matched: datetime
    sent: datetime
    published: datetime | None = None
    mark: str | None = None
    claimed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """Pages of Tocsin about one story. `feedback` holds words and addresses."""

    why: str | None = None
    mute: str | None = None
    copies: str | None = None
    feedback: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """One story as it is told. `kind` is `new`, `update:n` or `correction:n`; `copies` counts other outlets.

    `changed` is what the later text of an update or a correction changed.
    """

    story: str
    kind: str
    title: str
    url: str | None
    outlet: str
    clock: Clock
    asked: tuple[Asked, ...]
    evidence: Evidence | None = None
    clauses: tuple[Clause, ...] = ()
    places: tuple[str, ...] = ()
    copies: int = 0
    told_at: datetime | None = None
    note: str = ""
    article: str = ""
    changed: Changed | None = None
    links: Links = field(default_factory=Links)

    @property
    def change(self) -> str:
        """Give `new`, `update` or `correction`."""
        return self.kind.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Section:
    """The stories of one subscription in a digest."""

    name: str
    alerts: tuple[AlertFacts, ...]


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """Several stories told together. `more` did not fit.

    `cadence` is `hourly`, `daily` or `weekly`, or what held alerts: `group`, `quiet`, `snooze` or `flood`.
    """

    cadence: str
    since: datetime
    now: datetime
    sections: tuple[Section, ...]
    more: int = 0
    more_url: str | None = None
    next_at: datetime | None = None

    @property
    def alerts(self) -> tuple[AlertFacts, ...]:
        """Give the stories in the order they are told."""
        return tuple(alert for section in self.sections for alert in section.alerts)

    @property
    def count(self) -> int:
        """Count the stories, also those that did not fit."""
        return len(self.alerts) + self.more


@dataclass(frozen=True, slots=True)
class Unheard:
    """A source that failed or went quiet, since when, and which subscriptions that concerns."""

    source: str
    since: datetime
    failing: bool = True
    concerns: tuple[str, ...] = ()
    usual_gap: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Listened:
    """Proof of silence: what was checked since when, and what was not heard."""

    since: datetime
    articles: int
    sources: int
    unheard: tuple[Unheard, ...] = ()
    longest_gap: timedelta | None = None
    longest_gap_source: str = ""

    @property
    def healthy(self) -> int:
        """Count the sources that worked the whole time."""
        return self.sources - len(self.unheard)


@dataclass(frozen=True, slots=True)
class Foot:
    """What every message ends with: to whom and why it was sent, and how to leave. `zone` is the reader's IANA name."""

    message: str
    zone: str = "UTC"
    to: str = ""
    subscribed: datetime | None = None
    unsubscribe: str | None = None
    change: str | None = None
    rhythm: str | None = None
    ask: str | None = None
    sources: str | None = None
    listened: Listened | None = None


HELD = ("group", "quiet", "snooze", "flood")
"""What gathers alerts that would else leave at once."""


def single(facts: AlertFacts | DigestFacts) -> AlertFacts | None:
    """Give the one story of a message that tells one; a group of one reads like an alert."""
    if isinstance(facts, AlertFacts):
        return facts
    if facts.cadence in HELD and facts.count == 1 and facts.alerts:
        return facts.alerts[0]
    return None
