"""What needs somebody, worst first: the list under the first page's headline. What is well is not in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.store.queues import StageCount
from services.store.states import ChannelState, SourceState
from services.store.tables import Source
from services.store.today import Troubles
from services.web.words import moment
from services.words import count


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
        *_quiet(found.troubles.quiet, zone, now),
        *_elsewhere(found.troubles.elsewhere),
        *_channels(found, zone, now),
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


def _quiet(quiet: Sequence[Source], zone: str, now: datetime) -> Iterator[Need]:
    for source in quiet:
        since = f" since {moment(source.quiet_since, zone, now)}" if source.quiet_since else ""
        text = "Its polls are answered, and bring nothing new for longer than they use to."
        yield Need(f"{source.name} has been quiet{since}", text, bad=False, link=f"/sources/{source.id}")


def _elsewhere(sources: Sequence[Source]) -> Iterator[Need]:
    for source in sources:
        gone = source.state == SourceState.GONE
        text = source.reason or ("" if gone else "Its new address was taken over. See whether it is the same source.")
        yield Need(f"{source.name} {'is gone' if gone else 'has moved'}", text, bad=gone, link=f"/sources/{source.id}")


def _channels(found: Found, zone: str, now: datetime) -> Iterator[Need]:
    waiting = {label: number for label, _, number in found.blocked}
    for channel in found.troubles.channels:
        held = waiting.pop(channel.label, 0)
        since = f" since {moment(channel.failing_since, zone, now)}" if channel.failing_since else ""
        verb = "takes no messages any more" if channel.state == ChannelState.DISABLED else "has refused messages"
        more = f" {count(held, 'delivery waits', 'deliveries wait')} for it." if held else ""
        yield Need(f"{channel.label} {verb}{since}", f"{channel.reason or ''}{more}".strip(),
                   link=f"/channels/{channel.id}")  # fmt: skip
    for label, reason, number in found.blocked:
        if label in waiting:
            yield Need(f"{label} holds up {count(number, 'delivery', 'deliveries')}", reason, link="/channels")


def _ended(found: Found) -> Iterator[Need]:
    if found.dead:
        title = count(found.dead, "delivery is a dead letter", "deliveries are dead letters")
        text = "They were given up, each with its reason, and can be replayed."
        yield Need(title, text, bad=False, link="/deliveries?state=dead")
    if found.troubles.poison:
        title = count(found.troubles.poison, "article was set aside", "articles were set aside")
        yield Need(title, "Three tries failed. Each keeps its reason.", bad=False, link="/articles?state=set_aside")
    if found.troubles.quarantined:
        title = count(found.troubles.quarantined, "subscription is in quarantine", "subscriptions are in quarantine")
        text = "A query that fails or takes too long three times no longer runs. Its people are told."
        yield Need(title, text, bad=False, link="/rules")
