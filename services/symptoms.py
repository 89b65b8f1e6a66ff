"""What is not as it should be at this moment, read from the rows and from this machine: the beginnings of incidents."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import Session, col

from services.store import canary, invariants, quarantine
from services.store.incidents import Symptom
from services.store.states import ArticleState, ChannelState, DeliveryState, Health, SourceState
from services.store.tables import Article, Channel, Delivery, Lane, Source, Worker

ROLES = ("ingest", "match", "deliver")
MOST_RULES = 100
LOST_AFTER = timedelta(seconds=60)  # a worker says every few seconds that it lives
STARTING = timedelta(seconds=60)  # what a process may take to come up, or a broker to come back
_SAID = {
    Health.FAILING: "fails", Health.QUIET: "has gone quiet", Health.MOVED: "has moved", Health.GONE: "is gone",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bounds:
    """From when on something is a symptom. `data`: the folder whose disk must keep `disk_least` bytes free."""

    data: Path
    lag: timedelta
    disk_least: int
    canary_late: timedelta = timedelta(minutes=1)


def found(session: Session, bounds: Bounds, now: datetime, *, broker: bool | None) -> list[Symptom]:
    """Give all symptoms. `broker`: whether it answers; `None` where there is none."""
    listed = [
        *_workers(session, now), *_stages(session, bounds.lag, now), *_sources(session), *_channels(session),
        *_quarantine(session), *_disk(bounds), *_rows(session),
        *_canary(session, bounds.canary_late, now),
    ]  # fmt: skip
    if broker is False:
        text = "The broker does not answer. Waiting rows are looked for every second meanwhile"
        listed.append(Symptom("broker", "broker.gone", text, "/more", STARTING))
    return listed


def _workers(session: Session, now: datetime) -> Iterator[Symptom]:
    alive = set(session.scalars(select(col(Worker.role)).where(col(Worker.seen_at) >= now - LOST_AFTER)))
    for role in ROLES:
        if role not in alive:
            text = f"Nobody works at the stage {role}. Run: tocsin worker {role}"
            yield Symptom(f"worker:{role}", "worker.missing", text, "/more", STARTING)


def _stages(session: Session, lag: timedelta, now: datetime) -> Iterator[Symptom]:
    """Compare the oldest row that could be worked on at each stage; what waits for a channel or a pause is not late."""
    new = (col(Article.state) == ArticleState.NEW) & (col(Article.due_at) <= now)
    polled = col(Source.state).in_([SourceState.HEALTHY, SourceState.FAILING]) & col(Source.deleted_at).is_(None)
    free = (
        select(func.min(col(Delivery.due_at)))
        .join(Channel, col(Channel.id) == func.coalesce(col(Delivery.via), col(Delivery.channel)))
        .outerjoin(Lane, col(Lane.name) == col(Delivery.lane))
        .where(col(Delivery.state) == DeliveryState.PENDING, col(Delivery.due_at) <= now)
        .where(col(Channel.state) != ChannelState.DISABLED, col(Channel.breaker_until) <= now)
        .where(col(Lane.name).is_(None) | (col(Lane.free_at) <= now))
    )
    oldest = {
        "fetch": select(func.min(col(Source.next_poll_at))).where(polled, col(Source.next_poll_at) <= now),
        "ingest": select(func.min(col(Article.seen_at))).where(new, col(Article.read_at).is_(None)),
        "match": select(func.min(col(Article.due_at))).where(new, col(Article.read_at).is_not(None)),
        "deliver": free,
    }
    for stage, query in oldest.items():
        since = session.scalar(query)
        if since is not None and now - since > lag:
            text = f"The stage {stage} is late: its oldest has waited since {since:%Y-%m-%d %H:%M} UTC"
            yield Symptom(f"stage:{stage}", "stage.late", text, "/")


def _sources(session: Session) -> Iterator[Symptom]:
    """A source's own health knows what is certain: `told` is what it would have operators know."""
    troubled = col(Source.told).in_(list(_SAID)), col(Source.deleted_at).is_(None)
    for row in session.scalars(select(Source).where(*troubled).order_by(col(Source.name))):
        health = Health(row.told)
        text = f"{row.name} {_SAID[health]}" + (f": {row.reason}" if row.reason else "")
        yield Symptom(f"source:{row.id}:{health}", f"source.{health}", text, f"/sources/{row.id}")


def _channels(session: Session) -> Iterator[Symptom]:
    for row in session.scalars(select(Channel).where(col(Channel.state) == ChannelState.DISABLED)):
        text = f"The channel {row.label} was disabled" + (f": {row.reason}" if row.reason else "")
        yield Symptom(f"channel:{row.id}", "channel.disabled", text, f"/channels/{row.id}")


def _quarantine(session: Session) -> Iterator[Symptom]:
    """One for each rule, however many subscribe to it."""
    for one in quarantine.page(session, quarantined=True, limit=MOST_RULES):
        asked = f"{one.subscriptions:,} subscription{'s ask' if one.subscriptions != 1 else ' asks'} for it"
        text = f"The query {_cut(one.query or one.rule.rule_key)} is in quarantine: it {one.rule.said}; {asked}"
        yield Symptom(f"rule:{one.rule.rule_key}", "rule.quarantined", text, "/rules")


def _rows(session: Session) -> Iterator[Symptom]:
    """What the hourly check of the rows' own rules found."""
    for name, count in invariants.kept(session).items():
        if count:
            text = f"Rule {name} of the rows is broken by {count:,}: {invariants.ABOUT[name]}. Run: tocsin doctor"
            yield Symptom(f"invariant:{name}", "invariant.broken", text, "/more")


def _cut(query: str) -> str:
    return query if len(query) <= 80 else f"{query[:79]}…"


def _canary(session: Session, late: timedelta, now: datetime) -> Iterator[Symptom]:
    since = canary.waiting(session, now)
    if since is not None and now - since > late:
        text = f"A canary article let go at {since:%Y-%m-%d %H:%M} UTC has not arrived: something on the way is broken"
        yield Symptom("canary", "canary.late", text, "/")


def _disk(bounds: Bounds) -> Iterator[Symptom]:
    try:
        free = shutil.disk_usage(bounds.data).free
    except OSError as error:
        yield Symptom("disk", "disk.unreadable", f"The data folder cannot be read: {error.strerror}", "/more")
        return
    if free < bounds.disk_least:
        text = (
            f"The disk of the data folder has {free / 2**20:,.0f} MiB left; {bounds.disk_least / 2**20:,.0f} are wanted"
        )
        yield Symptom("disk", "disk.low", text, "/more")
