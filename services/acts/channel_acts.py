"""Add channels, confirm them, try them and change them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from services.broker import Stage
from services.channels import notices, verify
from services.channels.chat import check_chat_url
from services.errors import ConflictError, InvalidError
from services.guard import Gate
from services.identity import sha256
from services.recipient import check_address
from services.store import (
    audit,
    bounces,
    channels,
    deliveries,
    lanes,
    people,
)
from services.store.secrets import Vault
from services.store.states import ChannelState, Role
from services.store.tables import Channel, Delivery
from services.store.work import Work

KINDS = ("email", "webhook", "chat")

ROTATION = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Home:
    """What a message says of this installation: its address as recipients see it, and the sender of its mails."""

    url: str
    sender: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where a channel goes, checked: as it is kept, and the label that is shown instead."""

    kind: str
    kept: str
    label: str
    lane: str | None = None


@dataclass(frozen=True, slots=True)
class NewChannel:
    """A channel just added, and the secret of its webhook, which is shown this once."""

    row: Channel
    secret: str | None


def checked_target(gate: Gate, kind: str, given: str) -> Target:
    """Check an address or URL by its kind. It may look a host up: call this outside any transaction."""
    if kind == "email":
        address = check_address(given, "/address")
        return Target(kind, address, address, lanes.MAIL)
    if kind == "webhook":
        kept, label = verify.checked_webhook(given, gate, "/url")
        return Target(kind, kept, label, None if gate.lifted(kept) else f"web:{urlsplit(kept).hostname}")
    if kind == "chat":
        chat = check_chat_url(given, gate, "/url")
        return Target(kind, chat.url, chat.label, f"chat:{sha256(chat.url)[:20]}")
    raise InvalidError(f'There is no kind of channel "{kind}". Expected one of: {", ".join(KINDS)}', field="/kind")


def add_channel(
    work: Work, vault: Vault, actor: str, *, person: str, target: Target, confirmed: bool, home: Home, now: datetime
) -> NewChannel:
    """Add a channel; unless it is confirmed for the person, a message goes out that confirms it.

    An e-mail address is confirmed by the link in that message, a webhook or chat by accepting it.
    """
    owner = people.get(work.session, person)
    secret = verify.new_secret() if target.kind == "webhook" else None
    token = secrets.token_urlsafe(24) if target.kind == "email" else None
    row = channels.add(
        work.session, vault, person=owner.id, kind=target.kind, label=target.label, target=target.kept, secret=secret,
        confirm_token=token, now=now, lane=target.lane,
    )  # fmt: skip
    if confirmed:
        if bounces.is_suppressed(work.session, row.target_sha256):
            text = f"Mail to {row.label} came back as undeliverable. It can only be confirmed by its own link"
            raise ConflictError(text, field="/confirmed")
        channels.confirm(work.session, row, now)
    else:
        send_confirmation(work, row, target.kept, token, home, now)
    audit.record(work.session, now, actor, "channel added", row.id, after=f"{target.kind} {target.label}")
    return NewChannel(row, secret)


def send_confirmation(work: Work, row: Channel, target: str, token: str | None, home: Home, now: datetime) -> None:
    """Put the message on its way that confirms a channel."""
    key = f"confirm:{row.id}:{secrets.token_hex(4)}"
    id_ = deliveries.put(work.session, channel=row.id, dedupe_key=key, kind="confirm", story=None, now=now)
    assert id_ is not None
    link = f"{home.url}/c/{token}" if token else None
    delivery = work.session.get_one(Delivery, id_)
    delivery.subject, delivery.body = verify.message(row.kind, target, sender=home.sender, link=link, id_=id_, now=now)
    work.session.add(delivery)
    work.hint(Stage.DELIVER)


def confirm_again(work: Work, vault: Vault, actor: str, row: Channel, home: Home, now: datetime) -> None:
    """Send the message again that confirms a channel; an earlier link stops working."""
    if row.state != ChannelState.UNCONFIRMED:
        raise ConflictError(f"Only a channel that is not confirmed can be confirmed; this one is {row.state}")
    token = secrets.token_urlsafe(24) if row.kind == "email" else None
    channels.set_token(work.session, row, token)
    send_confirmation(work, row, channels.opened(vault, row)[0], token, home, now)
    audit.record(work.session, now, actor, "channel asked to confirm", row.id)


def confirm_channel(work: Work, token: str, now: datetime) -> Channel:
    """Confirm a channel by the link in its mail, which is used up."""
    row = channels.by_token(work.session, token)
    channels.confirm(work.session, row, now)
    bounces.forgive(work.session, row)
    audit.record(work.session, now, "link", "channel confirmed", row.id, after=row.label)
    return row


def try_channel(work: Work, vault: Vault, actor: str, row: Channel, home: Home, now: datetime) -> Delivery:
    """Put a test message on its way; its answer stands in the channel's deliveries. An accepted one mends a channel."""
    if row.kind == "email" and row.confirmed_at is None:
        raise ConflictError(f"{row.label} is not confirmed. Send it the link that confirms it instead", field="/id")
    key = f"test:{row.id}:{secrets.token_hex(4)}"
    id_ = deliveries.put(work.session, channel=row.id, dedupe_key=key, kind="test", story=None, now=now)
    assert id_ is not None
    delivery = work.session.get_one(Delivery, id_)
    target = channels.opened(vault, row)[0]
    delivery.subject, delivery.body = notices.notice(
        "channel.test", row.kind, target, title=notices.TEST_TITLE, text=notices.TEST_TEXT, sender=home.sender, id_=id_,
        now=now,
    )  # fmt: skip
    row.breaker_until = now
    work.session.add_all([delivery, row])
    audit.record(work.session, now, actor, "channel tested", row.id, after=id_)
    work.hint(Stage.DELIVER)
    return delivery


def change_channel(
    work: Work, actor: str, row: Channel, *, fallback: str | None, after_s: int | None, now: datetime
) -> None:
    """Say which channel is used while this one fails, and after how long."""
    before = row.fallback
    channels.set_fallback(work.session, row, fallback, after_s)
    audit.record(work.session, now, actor, "channel changed", row.id, before=before, after=row.fallback)


def tell_operators(work: Work, actor: str, row: Channel, now: datetime, *, on: bool) -> None:
    """Say whether operators hear of incidents by this channel; its person must be one, or a team."""
    owner = people.get(work.session, row.person)
    if on and owner.role == Role.SUBSCRIBER and not owner.is_team:
        raise ConflictError("Incidents go to operators; this channel is a subscriber's", field="/operators")
    before = row.operators
    channels.set_operators(work.session, row, on=on)
    audit.record(
        work.session,
        now,
        actor,
        "channel changed",
        row.id,
        before=f"incidents {_on(before)}",
        after=f"incidents {_on(on)}",
    )


def _on(on: bool) -> str:  # noqa: FBT001  # a word for a switch
    return "on" if on else "off"


def rotate_secret(work: Work, vault: Vault, actor: str, row: Channel, now: datetime) -> str:
    """Give a webhook a new secret, shown this once; for a day messages carry a signature of the old one too."""
    new = verify.new_secret()
    channels.rotate(work.session, vault, row, new, now + ROTATION)
    audit.record(work.session, now, actor, "channel secret rotated", row.id)
    return new
