"""Channels: where alerts can be sent. Addresses of webhooks and chats are never shown again, nor are their secrets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator
from sqlmodel import Session

from services import clock
from services.accounts import own
from services.accounts.tokens import Caller
from services.acts import channel_acts, team_acts
from services.api import cursors
from services.api.cursors import Cursor, Limit
from services.api.etags import When
from services.api.once import OnceOnly
from services.api.parts import Here, Who
from services.api.routing import router
from services.api.shapes import Id, Page, Sent, Shown, page
from services.errors import InvalidError
from services.store import channels, teams
from services.store.states import Role
from services.store.tables import Channel

routes = router("channels")


class ChannelSent(Sent):
    """A channel to add: `address` for e-mail, `url` for a webhook or a chat.

    It is the caller's, or of the person or team that is named.
    """

    person: Id | None = None
    team: Id | None = None
    kind: Literal["email", "webhook", "chat"]
    address: Annotated[str, Field(max_length=254)] | None = None
    url: Annotated[str, Field(max_length=2048)] | None = None
    confirmed: bool = False

    @model_validator(mode="after")
    def _target(self) -> ChannelSent:
        needed, other = ("address", "url") if self.kind == "email" else ("url", "address")
        if getattr(self, needed) is None:
            raise ValueError(f'A channel of the kind {self.kind} needs the field "{needed}"')
        if getattr(self, other) is not None:
            raise ValueError(f'A channel of the kind {self.kind} has no field "{other}"')
        return self

    @property
    def target(self) -> str:
        """The address or URL, whichever the kind has."""
        return self.address or self.url or ""


class ChannelShown(Shown):
    """A channel. `reason` says why it is failing or disabled.

    After `fallback_after_s` seconds of failing, messages go out by the channel `fallback`, until this one works again.
    `operators`: incidents of the service are told by it.
    """

    id: str
    person: str | None
    team: str | None
    kind: str
    label: str
    state: str
    reason: str | None
    fallback: str | None
    fallback_after_s: int
    falls_back_since: datetime | None
    operators: bool
    confirmed_at: datetime | None
    created_at: datetime


class ChannelAdded(ChannelShown):
    """A channel just added. `secret` signs what a webhook gets and is shown this once."""

    secret: str | None = None


def show(row: Channel, of_teams: frozenset[str]) -> ChannelShown:
    """Show a channel, and whose it is."""
    team = row.person in of_teams
    return ChannelShown(
        id=row.id, person=None if team else row.person, team=row.person if team else None,
        kind=row.kind, label=row.label, state=row.state, reason=row.reason,
        fallback=row.fallback, fallback_after_s=row.fallback_after_s, falls_back_since=row.handed_at,
        operators=row.operators, confirmed_at=row.confirmed_at, created_at=row.created_at,
    )  # fmt: skip


@routes.post("", status_code=201, response_model_exclude_none=False)
def add(new: ChannelSent, here: Here, who: Who, once: OnceOnly) -> ChannelAdded:
    """Add a channel. It is confirmed by the link in a mail, or by accepting a test message; an admin may confirm it."""
    _check_confirmed(who, confirmed=new.confirmed)
    person = own.named(who, new.person, new.team)
    target = channel_acts.checked_target(here.gate, new.kind, new.target)
    with here.store.write() as work:
        once.before(work.session)
        if new.team is not None:
            teams.get(work.session, new.team)
        added = channel_acts.add_channel(
            work, here.vault, who.name, person=person, target=target, confirmed=new.confirmed, home=here.home,
            now=clock.now(),
        )  # fmt: skip
        shown = ChannelAdded(**_shown(work.session, added.row).model_dump(), secret=added.secret)
        return once.keep(work.session, shown, hidden="secret")


def _check_confirmed(who: Caller, *, confirmed: bool) -> None:
    if confirmed and not who.is_admin:
        raise InvalidError("Only an admin may confirm a channel on a person's behalf", field="/confirmed")


def _shown(session: Session, row: Channel) -> ChannelShown:
    return show(row, teams.among(session, [row.person]))


@routes.get("")
def list_all(
    here: Here, who: Who, person: str | None = None, team: str | None = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[ChannelShown]:
    """List channels, of one person or team or of all. Subscribers see their own and their teams'."""
    after = cursors.by_name("channels", cursor)
    only = own.listed(who, person, team)
    with here.store.read() as session:
        rows = channels.page(session, person=only, after=after, limit=limit + 1)
        of_teams = teams.among(session, [row.person for row in rows])
    return page(rows, limit, lambda row: show(row, of_teams), lambda row: cursors.name_cursor("channels", row.id))


@routes.get("/{id}")
def one(id: str, here: Here, who: Who) -> ChannelShown:  # noqa: A002  # the name in the path
    """Show one channel."""
    with here.store.read() as session:
        row = channels.get(session, id)
        own.check(who, row.person, "channel", id)
        return _shown(session, row)


@routes.post("/{id}/verify", status_code=202)
def verify(id: str, here: Here, who: Who) -> ChannelShown:  # noqa: A002  # the name in the path
    """Send the message again that confirms a channel; an earlier link stops working."""
    with here.store.write() as work:
        row = channels.get(work.session, id)
        own.check(who, row.person, "channel", id)
        channel_acts.confirm_again(work, here.vault, who.name, row, here.home, clock.now())
        return _shown(work.session, row)


class Change(Sent):
    """What to change of a channel: which other one is used while it fails (null: none), and after how many seconds.

    `team`: hand it over to this team; no subscription may use it then.
    `operators`: incidents of the service are told by it too; only of an operator's or admin's channel.
    """

    fallback: Id | None = None
    fallback_after_s: Annotated[int, Field(ge=0, le=7 * 24 * 3600)] | None = None
    team: Id | None = None
    operators: bool | None = None


@routes.patch("/{id}")
def change(id: str, change: Change, here: Here, who: Who, when: When) -> ChannelShown:  # noqa: A002  # the name in the path
    """Say which channel of the same owner is used while this one fails, with a notice; or hand it over to a team."""
    with here.store.write() as work:
        when.hold(work.session)
        row = channels.get(work.session, id)
        own.check(who, row.person, "channel", id)
        when.check(_shown(work.session, row))
        if change.team is not None and change.team != row.person:
            owner = teams.get(work.session, own.named(who, None, change.team))
            team_acts.hand_over_channel(work, who.name, row, owner, clock.now())
        fallback = change.fallback if "fallback" in change.model_fields_set else row.fallback
        channel_acts.change_channel(
            work, who.name, row, fallback=fallback, after_s=change.fallback_after_s, now=clock.now()
        )
        if change.operators is not None:
            if who.role is Role.SUBSCRIBER:
                raise InvalidError("Only an operator or admin may be told of incidents", field="/operators")
            channel_acts.tell_operators(work, who.name, row, clock.now(), on=change.operators)
        return _shown(work.session, row)


class Tested(Shown):
    """A test message on its way. Its answer stands at `/api/v1/deliveries/{delivery}`."""

    delivery: str
    state: str


@routes.post("/{id}/test", status_code=202)
def test(id: str, here: Here, who: Who) -> Tested:  # noqa: A002  # the name in the path
    """Send a test message. If a webhook or chat accepts it, a channel that was disabled is active again."""
    with here.store.write() as work:
        row = channels.get(work.session, id)
        own.check(who, row.person, "channel", id)
        sent = channel_acts.try_channel(work, here.vault, who.name, row, here.home, clock.now())
    return Tested(delivery=sent.id, state=sent.state)


class Secret(Shown):
    """The new secret of a webhook, shown this once. For a day messages carry a signature of the old one too."""

    secret: str | None
    old_until: datetime


@routes.post("/{id}/rotate", status_code=201)
def rotate(id: str, here: Here, who: Who, once: OnceOnly) -> Secret:  # noqa: A002  # the name in the path
    """Give a webhook a new secret; for 24 hours messages carry the signatures of both."""
    with here.store.write() as work:
        row = channels.get(work.session, id)
        own.check(who, row.person, "channel", id)
        once.before(work.session)
        secret = channel_acts.rotate_secret(work, here.vault, who.name, row, clock.now())
        assert row.old_secret_until is not None
        return once.keep(work.session, Secret(secret=secret, old_until=row.old_secret_until), hidden="secret")
