"""Deliveries: messages on their way, sent, or dead with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services import clock
from services.accounts import own
from services.acts import delivery_acts
from services.api import cursors
from services.api.cursors import Cursor, Limit
from services.api.parts import Here, Who
from services.api.routing import router
from services.api.shapes import Id, Page, Sent, Shown, Time, page
from services.store import channels, deliveries, replays
from services.store.replays import Wanted
from services.store.states import DeliveryState
from services.store.tables import Attempt, Delivery

routes = router("deliveries")


class DeliveryShown(Shown):
    """A message to one channel. `attempts` counts the tries; `reason` says why it waits or is dead.

    `via` is the channel it goes out by while its own falls back.
    """

    id: str
    channel: str
    channel_kind: str
    via: str | None
    kind: str
    story: str | None
    state: str
    attempts: int
    reason: str | None
    reason_code: str | None
    subject: str | None
    due_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None
    created_at: datetime


class AttemptShown(Shown):
    """One try and its answer. `outcome` is null while it runs."""

    no: int
    worker: str
    started_at: datetime
    inflight_at: datetime | None
    ended_at: datetime | None
    outcome: str | None
    code: str | None
    detail: str | None


class DeliveryWithLog(DeliveryShown):
    """A message with its attempts, the first one first."""

    attempt_log: list[AttemptShown]


def show(row: Delivery, channel_kind: str) -> DeliveryShown:
    """Show a delivery."""
    return DeliveryShown(
        id=row.id, channel=row.channel, channel_kind=channel_kind, via=row.via, kind=row.kind,
        story=row.story, state=row.state, attempts=row.attempt_no, reason=row.reason, reason_code=row.reason_code,
        subject=row.subject,
        due_at=row.due_at, sent_at=row.sent_at, ended_at=row.ended_at, created_at=row.created_at,
    )  # fmt: skip


@routes.get("")
def list_all(
    here: Here, who: Who, state: DeliveryState | None = None, channel: str | None = None, limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[DeliveryShown]:  # fmt: skip
    """List deliveries, the newest first, by state and channel. Subscribers see their own."""
    before = cursors.by_time("deliveries", cursor)
    with here.store.read() as session:
        if channel is not None:
            own.check(who, channels.get(session, channel).person, "channel", channel)
        rows = deliveries.page(
            session, state=state, channel=channel, person=own.person_of(who), before=before, limit=limit + 1
        )
        kinds = channels.kinds(session, [row.channel for row in rows])
    return page(
        rows, limit, lambda row: show(row, kinds[row.channel]),
        lambda row: cursors.time_cursor("deliveries", row.created_at, row.id),
    )  # fmt: skip


@routes.get("/{id}")
def one(id: str, here: Here, who: Who) -> DeliveryWithLog:  # noqa: A002  # the name in the path
    """Show one delivery with every attempt."""
    with here.store.read() as session:
        row = deliveries.get(session, id)
        channel = channels.get(session, row.channel)
        own.check(who, channel.person, "delivery", id)
        log = [_attempt(attempt, row) for attempt in deliveries.attempts(session, id)]
    return DeliveryWithLog(**show(row, channel.kind).model_dump(), attempt_log=log)


def _attempt(row: Attempt, delivery: Delivery) -> AttemptShown:
    shown = AttemptShown.model_validate(row, from_attributes=True)
    runs = delivery.state == DeliveryState.INFLIGHT and row.no == delivery.attempt_no
    return shown.model_copy(update={"inflight_at": delivery.inflight_at}) if runs else shown


class ReplaySent(Sent):
    """Which dead deliveries to send again. All that is given must hold; times are those of their end."""

    channel: Id | None = None
    reason_code: Annotated[str, Field(max_length=40)] | None = None
    since: Time | None = None
    until: Time | None = None


class Replayed(Shown):
    """How many are on their way again, and how many stay: their channel is disabled or their address suppressed."""

    replayed: int
    left: int


@routes.post("/replay", status_code=202)
def replay_all(sent: ReplaySent, here: Here, who: Who) -> Replayed:
    """Send again all dead deliveries that a filter names, under their ids."""
    wanted = Wanted(sent.channel, sent.reason_code, sent.since, sent.until)
    with here.store.write() as work:
        if sent.channel is not None:
            channels.get(work.session, sent.channel)
        named, _ = replays.count(work.session, wanted)
        count = delivery_acts.replay_all(work, who.name, wanted, clock.now())
    return Replayed(replayed=count, left=named - count)


@routes.post("/{id}/replay", status_code=202)
def replay(id: str, here: Here, who: Who) -> DeliveryShown:  # noqa: A002  # the name in the path
    """Send a dead delivery again, under the same id."""
    with here.store.write() as work:
        row = delivery_acts.replay(work, who.name, id, clock.now())
        kind = channels.get(work.session, row.channel).kind
    return show(row, kind)
