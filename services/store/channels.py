"""Channels: where alerts can be sent. Addresses and secrets are sealed; a label is shown instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from services.errors import InvalidError, NotFoundError
from services.identity import drawn, sha256
from services.store.owners import Owner, belongs
from services.store.secrets import Vault
from services.store.states import ChannelState
from services.store.tables import Channel, Subscription, SubscriptionChannel
from services.store.work import Store


def add(
    session: Session, vault: Vault, *, person: str, kind: str, label: str, target: str, secret: str | None,
    confirm_token: str | None, now: datetime, lane: str | None = None,
) -> Channel:  # fmt: skip
    """Add a channel that is not confirmed yet. `lane`: the way out it shares with others, if that is limited."""
    row = Channel(
        id=drawn(), person=person, kind=kind, label=label, target_sealed=vault.seal(target),
        target_sha256=sha256(target), secret_sealed=None if secret is None else vault.seal(secret),
        confirm_sha256=None if confirm_token is None else sha256(confirm_token), breaker_until=now, created_at=now,
        lane=lane,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def check_vault(store: Store, vault: Vault) -> None:
    """Raise `InvalidError` if the key file does not open what is sealed in this database."""
    with store.read() as session:
        newest = session.scalars(select(col(Channel.target_sealed)).order_by(col(Channel.created_at).desc()).limit(1))
        for sealed in newest:
            vault.open(sealed)


def confirm(session: Session, row: Channel, now: datetime) -> None:
    """Make a channel active; its confirmation link is used up."""
    row.state, row.reason, row.confirmed_at, row.confirm_sha256 = ChannelState.ACTIVE, None, now, None
    row.failures, row.breaker_level, row.breaker_until, row.failing_since = 0, 0, now, None
    row.bounces, row.told_at = 0, None
    session.add(row)
    session.flush()


def set_token(session: Session, row: Channel, token: str | None) -> None:
    """Let another link confirm the channel; the one before stops working."""
    row.confirm_sha256 = None if token is None else sha256(token)
    session.add(row)
    session.flush()


def get(session: Session, id_: str) -> Channel:
    """Give a channel, or say that there is none."""
    row = session.get(Channel, id_)
    if row is None:
        raise NotFoundError(f'There is no channel "{id_}"', field="/channel")
    return row


_STATES = select(col(Channel.id), col(Channel.state)).where(col(Channel.id).in_(bindparam("its_ids", expanding=True)))
"""Built once, as it is asked for every article."""


def states(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Give the states of channels."""
    return {id_: state for id_, state in session.execute(_STATES, {"its_ids": sorted(set(ids))})}  # noqa: C416  # rows are not pairs to the checker


def working_of(session: Session, person: str) -> list[Channel]:
    """Give the channel by which a person is best reached: one that works, mail before others; or nothing."""
    mine = col(Channel.person) == person, col(Channel.state).in_([ChannelState.ACTIVE, ChannelState.FAILING])
    order = (col(Channel.failing_since).is_not(None), col(Channel.kind) != "email", col(Channel.created_at))
    return list(session.scalars(select(Channel).where(*mine).order_by(*order, col(Channel.id)).limit(1)))


def opened(vault: Vault, row: Channel) -> tuple[str, str | None]:
    """Give the address and the secrets in clear, for the moment of a send; a webhook has two during a rotation."""
    return vault.open(row.target_sealed), None if row.secret_sealed is None else vault.open(row.secret_sealed)


def secrets_at(secrets: str | None, old_until: datetime | None, now: datetime) -> str | None:
    """Leave out the old secret once its time is over."""
    if secrets is None or (old_until is not None and now < old_until):
        return secrets
    return secrets.split()[0]


def set_fallback(session: Session, row: Channel, fallback: str | None, after_s: int | None) -> None:
    """Say which other channel of the same person is used while this one fails, and after how long."""
    if fallback is not None:
        other = session.get(Channel, fallback)
        if other is None or other.person != row.person:
            raise NotFoundError(f'There is no channel "{fallback}" of this person', field="/fallback")
        if other.id == row.id:
            raise InvalidError("A channel cannot fall back to itself", field="/fallback")
    row.fallback = fallback
    if after_s is not None:
        row.fallback_after_s = after_s
    session.add(row)
    session.flush()


def forget_fallback(session: Session, id_: str) -> None:
    """Let no other channel fall back to this one."""
    session.execute(update(Channel).where(col(Channel.fallback) == id_).values(fallback=None))


def set_operators(session: Session, row: Channel, *, on: bool) -> None:
    """Say whether operators hear of incidents by this channel."""
    row.operators = on
    session.add(row)
    session.flush()


def rotate(session: Session, vault: Vault, row: Channel, new: str, until: datetime) -> None:
    """Give a webhook a new secret; until then messages are signed with the old one as well."""
    if row.secret_sealed is None:
        raise InvalidError("Only a webhook has a secret", field="/id")
    old = vault.open(row.secret_sealed).split()[0]
    row.secret_sealed, row.old_secret_until = vault.seal(f"{new} {old}"), until
    session.add(row)
    session.flush()


def by_token(session: Session, token: str) -> Channel:
    """Give the channel that a confirmation link belongs to."""
    row = session.scalars(select(Channel).where(col(Channel.confirm_sha256) == sha256(token))).first()
    if row is None:
        raise NotFoundError("This link was used already, or was never given out")
    return row


def kinds(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Give the kinds of channels by their ids."""
    query = select(col(Channel.id), col(Channel.kind)).where(col(Channel.id).in_(set(ids)))
    return {id_: kind for id_, kind in session.execute(query)}  # noqa: C416  # rows are not pairs to the checker


def used_by(session: Session, ids: Sequence[str]) -> dict[str, list[str]]:
    """Give the names of the subscriptions whose alerts go to each of the channels."""
    query = (
        select(col(SubscriptionChannel.channel), col(Subscription.name))
        .join(Subscription, col(Subscription.id) == col(SubscriptionChannel.subscription))
        .where(col(SubscriptionChannel.channel).in_(ids))
        .order_by(col(Subscription.name))
    )
    found: dict[str, list[str]] = {id_: [] for id_ in ids}
    for channel, name in session.execute(query):
        found[channel].append(name)
    return found


def page(session: Session, *, person: Owner | None = None, after: str = "", limit: int = 50) -> list[Channel]:
    """Give channels in the order of their ids."""
    query = select(Channel).where(col(Channel.id) > after).order_by(col(Channel.id)).limit(limit)
    return list(session.scalars(query if person is None else query.where(belongs(Channel.person, person))))
