"""What operators do with sources beyond adding one: find its feed, change, pause, resume, delete, import and export.

The API, the pages and the command line call these. Each takes the unit of work it belongs to; none commits.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import Session

from services.articles.mail_address import is_mailbox
from services.articles.opml import Outline, write_opml
from services.articles.url import without_password
from services.broker import Stage
from services.errors import ConflictError, InvalidError, OutsideError, TocsinError
from services.guard import Gate, host_of, read_url
from services.reading import checked_home
from services.sources.discover import Found, discover
from services.store import audit, sources
from services.store.secrets import Vault
from services.store.tables import Source
from services.store.work import Work

_PAGE = 500


@dataclass(frozen=True, slots=True)
class SourceChange:
    """What to change of a source; `None` stays as it is, an empty language or home is taken away."""

    name: str | None = None
    language: str | None = None
    home: str | None = None
    pages: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a list: the sources added, how many were watched already, and those refused with the reason."""

    added: Sequence[Source]
    known: int
    refused: Sequence[tuple[str, str]]


def feed_of(gate: Gate, url: str) -> tuple[Found | None, str]:
    """Find the feed of a site by its address. One that does not answer now is to be watched as it is: a note says so.

    Raises `OutsideError` for an address that is gone, `InvalidError` where no feed is found.
    """
    try:
        return discover(gate, url), ""
    except OutsideError as error:
        if error.permanent:
            error.field = error.field or "/url"
            raise
        return None, f"It could not be looked at now: {error.message}. It is polled as it was given"


def name_of(session: Session, url: str, found: Found | None) -> str:
    """Give a name for a source that was given none: as it calls itself if no other is called so, else by its host."""
    title, host = (found.title[:120] if found else ""), _host(url)
    if title and sources.is_free(session, title):
        return title
    return f"{title[:60]} ({host})"[:120] if title else host


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or url[:120]
    except ValueError:
        return url[:120]


def change(work: Work, actor: str, name: str, wanted: SourceChange, now: datetime) -> Source:
    """Change what a source is called, its language, its home area, or whether its pages are fetched."""
    row = sources.listed(work.session, name)
    before = _told(row)
    home = checked_home(wanted.home) if wanted.home else wanted.home
    sources.describe(work.session, row, name=wanted.name, language=wanted.language, home=home, pages=wanted.pages)
    audit.record(work.session, now, actor, "source changed", row.id, before=before, after=_told(row))
    return row


def _told(row: Source) -> str:
    return f"{row.name}, language {row.language or 'not set'}, home {row.home or 'not set'}, pages {row.pages}"


def pause(work: Work, actor: str, name: str, now: datetime) -> Source:
    """Stop polling a source until it is resumed."""
    row = sources.listed(work.session, name)
    sources.pause(work.session, row)
    audit.record(work.session, now, actor, "source paused", row.id)
    return row


def resume(work: Work, actor: str, name: str, now: datetime) -> Source:
    """Poll a source again, at once; also one that is gone."""
    row = sources.listed(work.session, name)
    sources.resume(work.session, row, now)
    audit.record(work.session, now, actor, "source resumed", row.id)
    work.hint(Stage.INGEST)
    return row


def delete(work: Work, actor: str, name: str, now: datetime) -> Source:
    """Forget a source; its articles and what was told of them stay."""
    row = sources.listed(work.session, name)
    sources.delete(work.session, row, now)
    audit.record(work.session, now, actor, "source deleted", row.id, before=row.name)
    return row


def import_all(
    work: Work, vault: Vault, gate: Gate, actor: str, outlines: Sequence[Outline], now: datetime
) -> Imported:
    """Watch all feeds of a list; one that is refused does not keep the others.

    Hosts are not looked up here, which would take seconds each: the gate checks them at every poll.
    """
    added: list[Source] = []
    refused: list[tuple[str, str]] = []
    known = 0
    for outline in outlines:
        try:
            _check(gate, outline.url)
            with work.session.begin_nested():
                added.append(_add(work.session, vault, outline, now))
        except ConflictError:
            known += 1
        except TocsinError as error:
            refused.append((without_password(outline.url), error.message))
    audit.record(work.session, now, actor, "sources imported", f"{len(added)} sources")
    if added:
        work.hint(Stage.INGEST)
    return Imported(added, known, refused)


def _check(gate: Gate, url: str) -> None:
    try:
        host = host_of(read_url(url)).strip("[]")
        ipaddress.ip_address(host)
    except OutsideError as error:
        raise InvalidError(error.message) from error
    except ValueError:
        return
    gate.check_url(url)


def _add(session: Session, vault: Vault, outline: Outline, now: datetime) -> Source:
    language = (outline.language or "")[:2].lower()
    host = sources.host_of(outline.url)
    for name in dict.fromkeys((outline.title or host, f"{outline.title} ({host})", without_password(outline.url))):
        if sources.is_free(session, name[:120]):
            break
    return sources.add(
        session, vault, name=name[:120], url=outline.url, language=language if language.isalpha() else None, now=now
    )


def export_all(session: Session, now: datetime) -> str:
    """Give all feeds as OPML, without names and passwords in their addresses."""
    outlines = [
        Outline(row.url, row.name, row.language) for row in everything(session) if row.url and not is_mailbox(row.url)
    ]
    return write_opml(outlines, now)


def everything(session: Session) -> Iterator[Source]:
    """Give all sources in the order of their names."""
    after = ""
    while rows := sources.page(session, after=after, limit=_PAGE):
        yield from rows
        after = rows[-1].name
