"""Channels: where alerts can be sent. Addresses of webhooks and chats are never shown again, nor are their secrets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from services import acts, clock
from services.accounts import own
from services.accounts.tokens import Caller
from services.acts import NewChannel
from services.api import cursors
from services.api.cursors import Cursor, Limit
from services.api.parts import Here, Who
from services.api.routing import router
from services.api.shapes import Id, Page, Sent, Shown, page
from services.errors import InvalidError
from services.store import channels
from services.store.states import Role
from services.store.tables import Channel

routes = router("channels")


class ChannelSent(Sent):
    """A channel to add: `address` for e-mail, `url` for a webhook or a chat."""

    person: Id | None = None
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
    """A channel. `reason` says why it is failing or disabled."""

    id: str
    person: str
    kind: str
    label: str
    state: str
    reason: str | None
    confirmed_at: datetime | None
    created_at: datetime


class ChannelAdded(ChannelShown):
    """A channel just added. `secret` signs what a webhook gets and is shown this once."""

    secret: str | None = None


def show(row: Channel) -> ChannelShown:
    """Show a channel."""
    return ChannelShown.model_validate(row, from_attributes=True)


@routes.post("", status_code=201, response_model_exclude_none=False)
def add(new: ChannelSent, here: Here, who: Who) -> ChannelAdded:
    """Add a channel. It is confirmed by the link in a mail, or by accepting a test message; an admin may confirm it."""
    _check_confirmed(who, confirmed=new.confirmed)
    person = own.named(who, new.person)
    target = acts.checked_target(here.gate, new.kind, new.target)
    with here.store.write() as work:
        added = acts.add_channel(
            work, here.vault, who.name, person=person, target=target, confirmed=new.confirmed, home=here.home,
            now=clock.now(),
        )  # fmt: skip
    return _added(added)


def _check_confirmed(who: Caller, *, confirmed: bool) -> None:
    if confirmed and who.role is not Role.ADMIN:
        raise InvalidError("Only an admin may confirm a channel on a person's behalf", field="/confirmed")


def _added(added: NewChannel) -> ChannelAdded:
    return ChannelAdded(**show(added.row).model_dump(), secret=added.secret)


@routes.get("")
def list_all(
    here: Here, who: Who, person: str | None = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[ChannelShown]:
    """List channels, of one person or of all. Subscribers see their own."""
    after = cursors.by_name("channels", cursor)
    only = own.named(who, person) if person else own.person_of(who)
    with here.store.read() as session:
        rows = channels.page(session, person=only, after=after, limit=limit + 1)
    return page(rows, limit, show, lambda row: cursors.name_cursor("channels", row.id))


@routes.get("/{id}")
def one(id: str, here: Here, who: Who) -> ChannelShown:  # noqa: A002  # the name in the path
    """Show one channel."""
    with here.store.read() as session:
        row = channels.get(session, id)
    own.check(who, row.person, "channel", id)
    return show(row)


@routes.post("/{id}/verify", status_code=202)
def verify(id: str, here: Here, who: Who) -> ChannelShown:  # noqa: A002  # the name in the path
    """Send the message again that confirms a channel; an earlier link stops working."""
    with here.store.write() as work:
        row = channels.get(work.session, id)
        own.check(who, row.person, "channel", id)
        acts.confirm_again(work, here.vault, who.name, row, here.home, clock.now())
    return show(row)
