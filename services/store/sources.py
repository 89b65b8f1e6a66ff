"""Sources: where articles come from. When each is polled, and how that went, is in `polls`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

from sqlalchemy import or_, select, update
from sqlmodel import Session, col

from services.articles.mail_address import is_mailbox, level_mailbox, read_mailbox
from services.articles.url import canonical_url
from services.errors import ConflictError, InvalidError, NotFoundError
from services.identity import drawn
from services.store import hosts
from services.store.secrets import Vault
from services.store.source_tables import WebSub
from services.store.states import Health, SourceState, WebSubState
from services.store.tables import Source
from services.store.work import insert_into

PAGES = ("auto", "always", "never")
MOVED_SHOWN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Address:
    """A source's address without its name and password, which are apart as `name:password`."""

    url: str
    secret: str | None


def split_secret(url: str) -> Address:
    """Take name and password out of an address."""
    parts = urlsplit(url)
    before, at, host = parts.netloc.rpartition("@")
    return Address(parts._replace(netloc=host).geturl(), unquote(before)) if at else Address(url, None)


def host_of(url: str) -> str:
    """Give the name that a host takes turns under."""
    return (urlsplit(url).hostname or "").rstrip(".").lower()


def pushed(session: Session, name: str, now: datetime) -> Source:
    """Give the source of this name; an unknown one is made, without an address."""
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise InvalidError("Enter the name of a source, 1 to 120 characters", field="/source")
    row = find(session, name)
    if row is None:
        made = insert_into(session, Source).values(Source(id=drawn(), name=name, created_at=now).model_dump())
        session.execute(made.on_conflict_do_nothing())
        row = get(session, name)  # ours, or that of another process that was faster
    if row.deleted_at is not None:
        row.deleted_at, row.state, row.reason = None, SourceState.HEALTHY, None
        session.add(row)
        session.flush()
    return row


def add(
    session: Session, vault: Vault, *, name: str, url: str, language: str | None, now: datetime, pages: str = "auto"
) -> Source:
    """Add a source that is polled, due at once. One that was deleted comes back with its articles."""
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise InvalidError("Enter the name of the source, 1 to 120 characters", field="/name")
    address = split_secret(url)
    norm = _level(address)
    if norm is None:
        raise InvalidError("Enter an address that starts with https:// or http://", field="/url")
    row = _taken_or_deleted(session, norm, name) or Source(id=drawn(), name=name, created_at=now)
    row.name, row.url, row.url_norm, row.host = name, address.url, norm, _turn(address.url)
    row.secret_sealed = None if address.secret is None else vault.seal(address.secret)
    row.language, row.pages, row.next_poll_at = language, _checked_pages(pages), now
    row.state, row.reason, row.deleted_at = SourceState.HEALTHY, None, None
    hosts.know(session, row.host)
    session.add(row)
    session.flush()
    return row


def _level(address: Address) -> str | None:
    if is_mailbox(address.url):
        return level_mailbox(address.url, (address.secret or "").partition(":")[0])
    return canonical_url(address.url)


def _turn(url: str) -> str:
    return read_mailbox(url).turn if is_mailbox(url) else host_of(url)


def _taken_or_deleted(session: Session, norm: str, name: str) -> Source | None:
    rows = session.scalars(select(Source).where(or_(col(Source.url_norm) == norm, col(Source.name) == name))).all()
    for row in rows:
        if row.deleted_at is None and row.url_norm == norm:
            raise ConflictError(f'This source is watched already, as "{row.name}"', field="/url")
        if row.deleted_at is None:
            raise ConflictError(
                f'There is another source called "{row.name}". Give this one another name', field="/name"
            )
    same = [row for row in rows if row.url_norm == norm]
    for row in rows:
        if row not in same[:1] and row.name == name and same:
            row.name = f"{row.name[:100]} ({row.id})"  # the name of a deleted source is free for another
            session.add(row)
            session.flush()
    return same[0] if same else (rows[0] if rows else None)


def find(session: Session, name: str) -> Source | None:
    """Find a source by id or name."""
    return session.scalars(select(Source).where(col(Source.name) == name)).first() or session.get(Source, name)


def by_norm(session: Session, norm: str) -> Source | None:
    """Find a source by its address, levelled."""
    return session.scalars(select(Source).where(col(Source.url_norm) == norm)).first()


def get(session: Session, name: str) -> Source:
    """Find a source by id or name, also a deleted one, or say that there is none."""
    row = find(session, name)
    if row is None:
        raise NotFoundError(f'There is no source "{name}"', field="/source")
    return row


def listed(session: Session, name: str) -> Source:
    """Find a source that was not deleted."""
    row = get(session, name)
    if row.deleted_at is not None:
        raise NotFoundError(f'There is no source "{name}"', field="/source")
    return row


def names(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Give the names of sources by their ids."""
    query = select(col(Source.id), col(Source.name)).where(col(Source.id).in_(set(ids)))
    return {id_: name for id_, name in session.execute(query)}  # noqa: C416  # rows are not pairs to the checker


def page(session: Session, *, after: str = "", limit: int = 50) -> list[Source]:
    """Give sources in the order of their names."""
    there = select(Source).where(col(Source.name) > after, col(Source.deleted_at).is_(None))
    return list(session.scalars(there.order_by(col(Source.name)).limit(limit)))


def is_free(session: Session, name: str) -> bool:
    """Say whether no source that is there has this name."""
    row = session.scalars(select(Source).where(col(Source.name) == name)).first()
    return row is None or row.deleted_at is not None


def describe(
    session: Session, row: Source, *, name: str | None, language: str | None, home: str | None, pages: str | None
) -> None:
    """Change what is said of a source; `None` stays, an empty text is taken away."""
    if name is not None and (name := " ".join(name.split())) != row.name:
        if not name or len(name) > 120:
            raise InvalidError("Enter the name of the source, 1 to 120 characters", field="/name")
        if not is_free(session, name):
            raise ConflictError(f'There is another source called "{name}"', field="/name")
        row.name = name
    if language is not None:
        row.language = language.lower() or None
    if home is not None:
        row.home = home or None
    if pages is not None:
        row.pages = _checked_pages(pages)
    session.add(row)
    session.flush()


def _checked_pages(pages: str) -> str:
    if pages not in PAGES:
        raise InvalidError(f"Expected one of: {', '.join(PAGES)}", field="/pages")
    return pages


def poll_now(session: Session, row: Source, now: datetime) -> None:
    """Make a poll due at once."""
    if row.url is None:
        raise InvalidError(f'"{row.name}" is pushed to and has no address to poll', field="/source")
    if row.state not in (SourceState.HEALTHY, SourceState.FAILING):
        raise ConflictError(f'"{row.name}" is {row.state} and is not polled. Resume it first', field="/source")
    row.next_poll_at = now
    session.add(row)
    session.flush()


def pause(session: Session, row: Source) -> None:
    """Stop polling a source until it is resumed; what is pushed for it is still taken."""
    if row.state == SourceState.GONE:
        raise ConflictError(f'"{row.name}" is gone and is not polled anyway', field="/source")
    row.state, row.reason, row.next_poll_at = SourceState.PAUSED, None, None
    session.add(row)
    session.flush()


def resume(session: Session, row: Source, now: datetime) -> None:
    """Poll a source again, at once."""
    row.state, row.reason, row.fail_count, row.failing_since = SourceState.HEALTHY, None, 0, None
    row.quiet_since, row.quiet_at = None, None
    row.next_poll_at = now if row.url else None
    session.add(row)
    session.flush()


def delete(session: Session, row: Source, now: datetime) -> None:
    """Forget a source but for its articles; its hubs are told that nothing is wanted any more."""
    row.deleted_at, row.state, row.reason, row.next_poll_at = now, SourceState.PAUSED, "deleted", None
    row.secret_sealed = row.etag = row.last_modified = row.body_sha256 = None
    session.add(row)
    live = col(WebSub.state).in_([WebSubState.WANTED, WebSubState.ASKED, WebSubState.ACTIVE])
    leaving = update(WebSub).where(col(WebSub.source) == row.id, live)
    session.execute(leaving.values(state=WebSubState.LEAVING, due_at=now, tries=0, lease_token=None, lease_until=None))
    session.flush()


def health(row: Source, now: datetime) -> Health:
    """Say how a source does. It counts as moved for a week after its new address was taken over."""
    if row.state != SourceState.HEALTHY:
        return Health(row.state)
    if row.quiet_since is not None:
        return Health.QUIET
    if row.moved_at is not None and now - row.moved_at < MOVED_SHOWN:
        return Health.MOVED
    return Health.HEALTHY
