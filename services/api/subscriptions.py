"""Subscriptions: what somebody asked to hear of, when, and where."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field
from sqlmodel import Session

from services import clock, reader_acts
from services.accounts import own
from services.acts import subscription_acts, team_acts
from services.acts.subscription_acts import SubscriptionChange
from services.api import cursors
from services.api.cursors import Cursor, Limit
from services.api.etags import When
from services.api.once import OnceOnly
from services.api.parts import Here, Who
from services.api.routing import router
from services.api.shapes import Id, Name, Page, Sent, Shown, Time, page
from services.store import subscriptions, teams
from services.store.states import Role
from services.store.tables import Subscription

routes = router("subscriptions")

Cadence = Literal["instant", "hourly", "daily", "weekly"]
Query = Annotated[str, Field(max_length=100_000)]  # the parser says how long a query may be, in its own words
Channels = Annotated[list[Id], Field(max_length=50)]
Note = Annotated[str, Field(max_length=500)]


class NewSubscription(Sent):
    """A subscription to add: of the caller, or of the person or team that is named."""

    person: Id | None = None
    team: Id | None = None
    name: Name
    query: Query
    channels: Channels
    cadence: Cadence = "instant"
    urgent: bool = False
    note: Note | None = None


class Change(Sent):
    """What to change of a subscription; what is left out stays.

    `muted`: it is told nothing. `snoozed_until`: what comes before is told together then; null ends it.
    `wanted`: yes, it is still wanted. `team`: hand it over to this team, with `channels` of the team.
    """

    name: Name | None = None
    query: Query | None = None
    channels: Channels | None = None
    cadence: Cadence | None = None
    state: Literal["active", "paused"] | None = None
    urgent: bool | None = None
    note: Note | None = None
    muted: bool | None = None
    snoozed_until: Time | None = None
    wanted: Literal[True] | None = None
    team: Id | None = None


class SubscriptionShown(Shown):
    """A subscription of a `person` or of a `team`. `query` is in its canonical form; `reason` says why it is held."""

    id: str
    person: str | None
    team: str | None
    name: str
    query: str
    channels: list[str]
    cadence: str
    urgent: bool
    note: str | None
    muted: bool
    snoozed_until: datetime | None
    state: str
    reason: str | None
    version: int
    created_at: datetime
    changed_at: datetime


def show(row: Subscription, channels: list[str], of_teams: frozenset[str]) -> SubscriptionShown:
    """Show a subscription, whose it is, and where its alerts go."""
    team = row.person in of_teams
    return SubscriptionShown(
        id=row.id, person=None if team else row.person, team=row.person if team else None,
        name=row.name, query=row.query, channels=channels, cadence=row.cadence,
        urgent=row.urgent, note=row.note, muted=row.muted, snoozed_until=row.muted_until,
        state=row.state, reason=row.reason, version=row.version, created_at=row.created_at,
        changed_at=row.changed_at,
    )  # fmt: skip


@routes.post("", status_code=201)
def add(new: NewSubscription, here: Here, who: Who, once: OnceOnly) -> SubscriptionShown:
    """Add a subscription. It counts for the next article."""
    person = own.named(who, new.person, new.team)
    with here.store.write() as work:
        once.before(work.session)
        if who.role is Role.SUBSCRIBER:
            subscription_acts.check_quota(work.session, person, here.most_subscriptions)
        if new.team is not None:
            teams.get(work.session, new.team)
        row = subscription_acts.add_subscription(
            work, here.packs.lookups, who.name, person=person, name=new.name, query=new.query,
            channel_ids=new.channels, cadence=new.cadence, urgent=new.urgent, note=new.note, now=clock.now(),
        )  # fmt: skip
        return once.keep(work.session, _shown(work.session, row))


@routes.get("")
def list_all(
    here: Here, who: Who, person: str | None = None, team: str | None = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[SubscriptionShown]:
    """List subscriptions, of one person or team or of all. Subscribers see their own and their teams'."""
    after = cursors.by_name("subscriptions", cursor)
    only = own.listed(who, person, team)
    with here.store.read() as session:
        rows = subscriptions.page(session, person=only, after=after, limit=limit + 1)
        channels = subscriptions.channels_of(session, [row.id for row in rows])
        of_teams = teams.among(session, [row.person for row in rows])
    return page(
        rows,
        limit,
        lambda row: show(row, channels[row.id], of_teams),
        lambda row: cursors.name_cursor("subscriptions", row.id),
    )


@routes.get("/{id}")
def one(id: str, here: Here, who: Who) -> SubscriptionShown:  # noqa: A002  # the name in the path
    """Show one subscription."""
    with here.store.read() as session:
        row = subscriptions.get(session, id)
        own.check(who, row.person, "subscription", id)
        return _shown(session, row)


@routes.patch("/{id}")
def change(id: str, change: Change, here: Here, who: Who, when: When) -> SubscriptionShown:  # noqa: A002  # the name in the path
    """Change a subscription. A new query counts for the next article; one in quarantine runs again when it is saved."""
    wanted = SubscriptionChange(
        name=change.name, query=change.query, channels=change.channels, cadence=change.cadence, state=change.state,
        urgent=change.urgent, note=change.note, muted=change.muted, snoozed_until=change.snoozed_until,
        awake="snoozed_until" in change.model_fields_set and change.snoozed_until is None,
        wanted=change.wanted is not None,
    )  # fmt: skip
    with here.store.write() as work:
        when.hold(work.session)
        row = subscriptions.get(work.session, id)
        own.check(who, row.person, "subscription", id)
        when.check(_shown(work.session, row))
        if change.team is not None and change.team != row.person:
            owner = teams.get(work.session, own.named(who, None, change.team))
            team_acts.hand_over_subscription(work, who.name, row, owner, change.channels or (), clock.now())
        subscription_acts.change_subscription(work, here.packs.lookups, who.name, row, wanted, clock.now())
        return _shown(work.session, row)


def _shown(session: Session, row: Subscription) -> SubscriptionShown:
    chosen = subscriptions.channels_of(session, [row.id])[row.id]
    return show(row, chosen, teams.among(session, [row.person]))


class ArticleOfProposal(Shown):
    """An article that was told."""

    id: str
    title: str | None
    url: str | None


class ProposalShown(Shown):
    """A change of the query that follows from feedback: to be seen, and saved by a person or not at all.

    `lost` and `kept` are the articles told in the last 30 days, as the proposed query would have had it.
    """

    query: str
    proposed: str | None
    leaves_out: list[str]
    lost: list[ArticleOfProposal]
    kept: int


@routes.get("/{id}/proposal")
def proposal(id: str, here: Here, who: Who) -> ProposalShown:  # noqa: A002  # the name in the path
    """Show the change of the query that follows from what was said of its alerts; `proposed` is null if none does."""
    with here.store.read() as session:
        row = subscriptions.get(session, id)
        own.check(who, row.person, "subscription", id)
        found = reader_acts.proposal(session, row, here.packs.lookups, here.packs.trees, clock.now())
    if found is None:
        return ProposalShown(query=row.query, proposed=None, leaves_out=[], lost=[], kept=0)
    lost = [ArticleOfProposal(id=one.id, title=one.title, url=one.url) for one in found.lost]
    words = list(found.proposal.leaves_out)
    return ProposalShown(
        query=row.query, proposed=found.proposal.query, leaves_out=words, lost=lost, kept=len(found.kept)
    )
