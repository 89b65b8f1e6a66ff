"""Subscriptions: what somebody asked to hear of, when, and where."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from services import acts, clock
from services.accounts import own
from services.acts import SubscriptionChange
from services.api import cursors
from services.api.cursors import Cursor, Limit
from services.api.parts import Here, Who
from services.api.routing import router
from services.api.shapes import Id, Name, Page, Sent, Shown, page
from services.store import subscriptions
from services.store.tables import Subscription

routes = router("subscriptions")

Cadence = Literal["instant", "hourly", "daily", "weekly"]
Query = Annotated[str, Field(max_length=100_000)]  # the parser says how long a query may be, in its own words
Channels = Annotated[list[Id], Field(max_length=50)]


class NewSubscription(Sent):
    """A subscription to add."""

    person: Id | None = None
    name: Name
    query: Query
    channels: Channels
    cadence: Cadence = "instant"
    urgent: bool = False


class Change(Sent):
    """What to change of a subscription; what is left out stays."""

    name: Name | None = None
    query: Query | None = None
    channels: Channels | None = None
    cadence: Cadence | None = None
    state: Literal["active", "paused"] | None = None


class SubscriptionShown(Shown):
    """A subscription. `query` is in its canonical form; `reason` says why it is in quarantine."""

    id: str
    person: str
    name: str
    query: str
    channels: list[str]
    cadence: str
    urgent: bool
    state: str
    reason: str | None
    version: int
    created_at: datetime
    changed_at: datetime


def show(row: Subscription, channels: list[str]) -> SubscriptionShown:
    """Show a subscription and where its alerts go."""
    return SubscriptionShown(
        id=row.id, person=row.person, name=row.name, query=row.query, channels=channels, cadence=row.cadence,
        urgent=row.urgent, state=row.state, reason=row.reason, version=row.version, created_at=row.created_at,
        changed_at=row.changed_at,
    )  # fmt: skip


@routes.post("", status_code=201)
def add(new: NewSubscription, here: Here, who: Who) -> SubscriptionShown:
    """Add a subscription. It counts for the next article."""
    person = own.named(who, new.person)
    with here.store.write() as work:
        row = acts.add_subscription(
            work, here.packs.lookups, who.name, person=person, name=new.name, query=new.query,
            channel_ids=new.channels, cadence=new.cadence, urgent=new.urgent, now=clock.now(),
        )  # fmt: skip
        channels = subscriptions.channels_of(work.session, [row.id])[row.id]
    return show(row, channels)


@routes.get("")
def list_all(
    here: Here, who: Who, person: str | None = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[SubscriptionShown]:
    """List subscriptions, of one person or of all. Subscribers see their own."""
    after = cursors.by_name("subscriptions", cursor)
    only = own.named(who, person) if person else own.person_of(who)
    with here.store.read() as session:
        rows = subscriptions.page(session, person=only, after=after, limit=limit + 1)
        channels = subscriptions.channels_of(session, [row.id for row in rows])
    return page(
        rows, limit, lambda row: show(row, channels[row.id]), lambda row: cursors.name_cursor("subscriptions", row.id)
    )


@routes.get("/{id}")
def one(id: str, here: Here, who: Who) -> SubscriptionShown:  # noqa: A002  # the name in the path
    """Show one subscription."""
    with here.store.read() as session:
        row = subscriptions.get(session, id)
        own.check(who, row.person, "subscription", id)
        channels = subscriptions.channels_of(session, [id])[id]
    return show(row, channels)


@routes.patch("/{id}")
def change(id: str, change: Change, here: Here, who: Who) -> SubscriptionShown:  # noqa: A002  # the name in the path
    """Change a subscription. A new query counts for the next article; one in quarantine runs again when it is saved."""
    wanted = SubscriptionChange(
        name=change.name, query=change.query, channels=change.channels, cadence=change.cadence, state=change.state
    )
    with here.store.write() as work:
        row = subscriptions.get(work.session, id)
        own.check(who, row.person, "subscription", id)
        acts.change_subscription(work, here.packs.lookups, who.name, row, wanted, clock.now())
        channels = subscriptions.channels_of(work.session, [id])[id]
    return show(row, channels)
