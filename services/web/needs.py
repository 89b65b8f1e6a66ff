"""What needs somebody, worst first: the list under the first page's headline. What is well is not in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.store.queues import StageCount
from services.store.tables import Source
from services.store.today import Troubles
from services.web.words import count, moment


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs somebody, what is known of it, and the page that shows more or the command that mends it."""

    title: str
    text: str
    command: str = ""
    bad: bool = True
    link: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What the rows say: the stages, the channels that hold up deliveries, the dead letters, other troubles."""

    stages: Sequence[StageCount]
    blocked: Sequence[tuple[str, str, int]]
    dead: int
    troubles: Troubles


def needs(found: Found, zone: str, now: datetime) -> list[Need]:
    """List what needs somebody."""
    listed = [
        *_stages(found.stages),
        *_sources(found.troubles.failing, zone, now),
        *_channels(found.blocked),
        *_ended(found),
    ]
    return sorted(listed, key=lambda need: not need.bad)


def _stages(stages: Sequence[StageCount]) -> Iterator[Need]:
    for stage in stages:
        if stage.workers == 0 and stage.stage != "fetch":  # sources are fetched by the ingest workers
            waiting = f"{count(stage.waiting, 'waits', 'wait')} there." if stage.waiting else "Nothing waits there yet."
            yield Need(f"Nobody works at the stage {stage.stage}", waiting, f"tocsin worker {stage.stage}")


def _sources(failing: Sequence[Source], zone: str, now: datetime) -> Iterator[Need]:
    for source in failing:
        since = f" since {moment(source.failing_since, zone, now)}" if source.failing_since else ""
        yield Need(f"{source.name} has failed{since}", source.reason or "", link=f"/sources/{source.id}")


def _channels(blocked: Sequence[tuple[str, str, int]]) -> Iterator[Need]:
    for label, reason, waiting in blocked:
        yield Need(f"{label} holds up {count(waiting, 'delivery', 'deliveries')}", reason, link="/channels")


def _ended(found: Found) -> Iterator[Need]:
    if found.dead:
        title = count(found.dead, "delivery is a dead letter", "deliveries are dead letters")
        text = "They were given up, each with its reason, and can be replayed."
        yield Need(title, text, bad=False, link="/deliveries?state=dead")
    if found.troubles.poison:
        title = count(found.troubles.poison, "article was set aside", "articles were set aside")
        yield Need(title, "Three tries failed. Each keeps its reason.", bad=False)
    if found.troubles.quarantined:
        title = count(found.troubles.quarantined, "subscription is in quarantine", "subscriptions are in quarantine")
        text = "A query that fails or takes too long three times no longer runs. Its people are told."
        yield Need(title, text, bad=False, link="/rules")
