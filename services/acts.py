"""What a person or a program may do: add people, channels and subscriptions, push articles, watch sources.

The API, the pages and the command line call these and nothing deeper, so that each act is checked, written and
audited in one way. Each takes the unit of work it belongs to; none commits.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType
from urllib.parse import urlsplit

from sqlmodel import Session

from services import pipeline
from services.accounts import tokens
from services.accounts.tokens import Caller
from services.articles.article import Item
from services.articles.mail_address import is_mailbox
from services.broker import Stage
from services.channels import notices, verify
from services.channels.address import check_address
from services.channels.chat import check_chat_url
from services.errors import ConflictError, InvalidError
from services.guard import Gate
from services.identity import sha256
from services.queries.canonical import rule_key
from services.queries.parser import Lookups, Parsed, parse
from services.reading import checked_home
from services.sources.mailbox import checked_mailbox
from services.store import (
    audit,
    bounces,
    channels,
    deliveries,
    lanes,
    leaving,
    people,
    replays,
    sources,
    subscriptions,
    topic_packs,
    windows,
)
from services.store.secrets import Vault
from services.store.states import ChannelState, Role, SubscriptionState
from services.store.tables import Article, Channel, Delivery, Idempotency, Person, Source, Subscription, Token
from services.store.topic_packs import PackFile
from services.store.work import Work
from services.topics.packs import check

SourceUrl = NewType("SourceUrl", str)
"""The address of a source that was checked."""

KINDS = ("email", "webhook", "chat")
MOST_AT_ONCE = 500
ROTATION = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Pushed:
    """An article as a program pushes it: the item and the name of its source."""

    source: str
    item: Item


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


def add_person(work: Work, actor: str, *, email: str, name: str, timezone: str, role: str, now: datetime) -> Person:
    """Add somebody who subscribes."""
    person = people.add(work.session, email=email, name=name, timezone=timezone, role=role, now=now)
    audit.record(work.session, now, actor, "person added", person.id, after=person.role)
    return person


def add_token(work: Work, caller: Caller, *, name: str, scopes: Sequence[str], days: int | None, now: datetime) -> str:
    """Make a token of the caller; it is shown this once."""
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise InvalidError("Enter a name for the token, 1 to 120 characters", field="/name")
    wanted = tokens.checked_scopes(scopes, caller)
    owner = people.get(work.session, caller.person)
    token = tokens.issue(work.session, owner, name, wanted, now, timedelta(days=days) if days else None)
    audit.record(work.session, now, caller.name, "token made", token[4:12], after=" ".join(wanted))
    return token


def revoke_token(work: Work, caller: Caller, id_: str, now: datetime) -> Token:
    """Revoke a token: one's own, or as an admin anybody's. It stops working at once."""
    row = tokens.revoke(work.session, id_, None if caller.role is Role.ADMIN else caller.person, now)
    audit.record(work.session, now, caller.name, "token revoked", row.id)
    return row


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


def rotate_secret(work: Work, vault: Vault, actor: str, row: Channel, now: datetime) -> str:
    """Give a webhook a new secret, shown this once; for a day messages carry a signature of the old one too."""
    new = verify.new_secret()
    channels.rotate(work.session, vault, row, new, now + ROTATION)
    audit.record(work.session, now, actor, "channel secret rotated", row.id)
    return new


def leave(work: Work, token: str, now: datetime) -> leaving.Leaving:
    """Unsubscribe by the link in a mail; a second time changes nothing."""
    found = leaving.of_token(work.session, token)
    leaving.leave(work.session, found, now)
    for row in found.subscriptions:
        audit.record(work.session, now, "link in a mail", "unsubscribed", row.id, after=found.channel.id)
    return found


def check_query(query: str, lookups: Lookups, field: str = "/query") -> Parsed:
    """Read a query; an error of it points into the field it was sent in."""
    try:
        return parse(query, lookups)
    except InvalidError as error:
        error.field = field
        raise


def rule_id(parsed: Parsed) -> str:
    """Give the id that equal queries share: a hash of the rule key."""
    return hashlib.blake2b(rule_key(parsed.tree).encode(), digest_size=13).hexdigest()


def add_subscription(
    work: Work, lookups: Lookups, actor: str, *, person: str, name: str, query: str, channel_ids: Sequence[str],
    cadence: str, urgent: bool, now: datetime, note: str | None = None,
) -> Subscription:  # fmt: skip
    """Add a standing query of a person and where its alerts go."""
    owner = people.get(work.session, person)
    parsed = check_query(query, lookups)
    row = subscriptions.add(
        work.session, person=owner.id, name=name, query=parsed.text, rule_key=rule_id(parsed), channels=channel_ids,
        cadence=cadence, urgent=urgent, now=now,
    )  # fmt: skip
    row.note = note
    audit.record(work.session, now, actor, "subscription added", row.id, after=row.query)
    return row


@dataclass(frozen=True, slots=True)
class SubscriptionChange:
    """What to change of a subscription; `None` stays as it is. `awake` ends a snooze, `wanted` says it is wanted."""

    name: str | None = None
    query: str | None = None
    channels: Sequence[str] | None = None
    cadence: str | None = None
    state: str | None = None
    urgent: bool | None = None
    note: str | None = None
    muted: bool | None = None
    snoozed_until: datetime | None = None
    awake: bool = False
    wanted: bool = False


def change_subscription(
    work: Work, lookups: Lookups, actor: str, row: Subscription, wanted: SubscriptionChange, now: datetime
) -> None:
    """Change a subscription. Saving its query or making it active lets it run again after a quarantine."""
    before = row.query
    parsed = None if wanted.query is None else check_query(wanted.query, lookups)
    subscriptions.describe(
        work.session, row, name=wanted.name, cadence=wanted.cadence, urgent=wanted.urgent, note=wanted.note
    )
    _quieten(work, row, wanted, now)
    if wanted.channels is not None:
        subscriptions.set_channels(work.session, row, wanted.channels)
    state = None if wanted.state is None else SubscriptionState(wanted.state)
    if parsed is not None and state is None and row.state == SubscriptionState.QUARANTINED:
        state = SubscriptionState.ACTIVE
    subscriptions.change(
        work.session, row, query=parsed.text if parsed else None, rule_key=rule_id(parsed) if parsed else None,
        state=state, now=now,
    )  # fmt: skip
    audit.record(work.session, now, actor, "subscription changed", row.id, before=before, after=row.query)


def _quieten(work: Work, row: Subscription, wanted: SubscriptionChange, now: datetime) -> None:
    """Mute, snooze or wake a subscription; what a snooze held leaves when it ends early."""
    if wanted.muted is not None:
        row.muted = wanted.muted
    if wanted.wanted or wanted.state == SubscriptionState.ACTIVE:
        row.asked_at, row.wanted_at = None, now
    if wanted.awake or wanted.snoozed_until is not None:
        if wanted.snoozed_until is not None and wanted.snoozed_until <= now:
            raise InvalidError("Enter a time to come, until which it is to sleep", field="/snoozed_until")
        if row.muted_at is not None:
            its = subscriptions.channels_of(work.session, [row.id])[row.id]
            windows.end_snooze(work.session, its, row.muted_at, now)
            work.hint(Stage.DELIVER)
        row.muted_at = None if wanted.awake else now
        row.muted_until = wanted.snoozed_until
    work.session.add(row)


def apply_topics(work: Work, actor: str, packs: Sequence[PackFile], now: datetime) -> dict[str, str]:
    """Let topics stand for what these packs say, from the next article on; say of each what became of it.

    Raises `InvalidError` and applies none if an example of one comes out otherwise than the pack says.
    """
    failures = [failure for one in packs for failure in check(one.pack)]
    if failures:
        said = "\n".join(str(failure) for failure in failures[:10])
        raise InvalidError(f"{len(failures)} of the examples come out otherwise, so nothing was applied", advice=said)
    states = topic_packs.put(work.session, packs, actor, now)
    for one in packs:
        if states[one.pack.name] != "unchanged":
            audit.record(work.session, now, actor, "topic applied", one.pack.name, after=states[one.pack.name])
    return states


def checked_source(gate: Gate, url: str) -> SourceUrl:
    """Check that a source's address may be connected to. It looks its host up: call this outside any transaction."""
    if is_mailbox(url):
        return SourceUrl(checked_mailbox(gate, url))
    gate.check_url(url, field="/url")
    return SourceUrl(url)


def add_source(
    work: Work, vault: Vault, actor: str, *, url: SourceUrl, name: str, language: str | None, now: datetime,
    pages: str = "auto", home: str | None = None,
) -> Source:  # fmt: skip
    """Watch a feed; its first poll is due at once. `home` is a code or name; without one it is learned."""
    code = checked_home(home) if home else None
    row = sources.add(work.session, vault, name=name, url=url, language=language, now=now, pages=pages)
    if code is not None:
        row.home = code
        work.session.add(row)
    audit.record(work.session, now, actor, "source added", row.id, after=row.url)
    work.hint(Stage.INGEST)
    return row


def poll_source(work: Work, actor: str, name: str, now: datetime) -> Source:
    """Make the next poll of a source due at once."""
    row = sources.listed(work.session, name)
    sources.poll_now(work.session, row, now)
    audit.record(work.session, now, actor, "source polled", row.id)
    work.hint(Stage.INGEST)
    return row


def replay_all(work: Work, actor: str, wanted: replays.Wanted, now: datetime) -> int:
    """Send again all dead deliveries that a filter names, under their ids; give how many. Those that cannot stay."""
    count = replays.replay_all(work.session, wanted, now)
    audit.record(work.session, now, actor, "deliveries replayed", wanted.words(), after=f"{count:,}")
    work.hint(Stage.DELIVER)
    return count


def replay(work: Work, actor: str, id_: str, now: datetime) -> Delivery:
    """Send a dead delivery again, under the same id."""
    row = deliveries.get(work.session, id_)
    replays.check(work.session, row)
    deliveries.replay(work.session, row, now)
    work.session.refresh(row)
    audit.record(work.session, now, actor, "delivery replayed", row.id)
    work.hint(Stage.DELIVER)
    return row


def push(work: Work, pushed: Sequence[Pushed], now: datetime) -> list[Article]:
    """Take in articles, all or none."""
    ids = {name: sources.pushed(work.session, name, now).id for name in dict.fromkeys(p.source for p in pushed)}
    rows = []
    for number, one in enumerate(pushed):
        try:
            rows.append(pipeline.take_in(work, ids[one.source], one.item, now))
        except InvalidError as error:
            error.field = f"/articles/{number}{error.field or ''}" if len(pushed) > 1 else error.field
            raise
    return rows


def remember(
    session: Session, client: str, key: str, request: bytes, *, status: int, response: str, now: datetime
) -> None:
    """Keep the answer to a request with an Idempotency-Key, in the same transaction as what it did."""
    digest = hashlib.sha256(request).hexdigest()
    row = Idempotency(client=client, key=key, request_sha256=digest, status=status, response=response, created_at=now)
    session.add(row)
