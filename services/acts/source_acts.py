"""Watch sources, and poll one at once."""

from __future__ import annotations

from datetime import datetime
from typing import NewType

from services.articles.mail_address import is_mailbox
from services.broker import Stage
from services.guard import Gate
from services.reading import checked_home
from services.sources.mailbox import checked_mailbox
from services.store import (
    audit,
    sources,
)
from services.store.secrets import Vault
from services.store.tables import Source
from services.store.work import Work

SourceUrl = NewType("SourceUrl", str)
"""The address of a source that was checked."""


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
