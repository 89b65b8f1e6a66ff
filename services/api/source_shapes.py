"""Sources as the API takes and shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field

from services.api.shapes import HomeArea, Name, Sent, Shown
from services.store import homes, sources
from services.store.source_tables import Poll, Source, WebSub

Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}$")]
Pages = Literal["auto", "always", "never"]
Address = Annotated[str, Field(min_length=1, max_length=2048)]


class NewSource(Sent):
    """A source to watch. Without a name it is called by its host.

    `pages` says whether articles are read from their pages: `auto` where the feed carries a summary only.
    """

    url: Address
    name: Name | None = None
    language: Language | None = None
    home: HomeArea | None = None
    pages: Pages = "auto"


class SourceChanged(Sent):
    """What to change of a source; what is not given stays. An empty language or home area is taken away."""

    name: Name | None = None
    language: Annotated[str, Field(pattern=r"^([A-Za-z]{2,3})?$")] | None = None
    home: Annotated[str, Field(max_length=200)] | None = None
    pages: Pages | None = None


class SiteSent(Sent):
    """The address of a site or feed."""

    url: Address


class OpmlSent(Sent):
    """A list of feeds as OPML."""

    opml: Annotated[str, Field(min_length=1, max_length=8_000_000)]


class FeedFound(Shown):
    """A feed that was found at an address: its title and how many items it shows."""

    url: str
    title: str
    items: int
    language: str | None


class SourceShown(Shown):
    """A source and how it does: `healthy`, `failing`, `quiet`, `moved`, `paused` or `gone`, and `reason` says why.

    `home` is where it is at home as somebody set it, `home_learned` as its articles say. `usual_gap_s` is the usual
    time between two articles, `quiet_at` when silence would be news.
    """

    id: str
    name: str
    url: str | None
    language: str | None
    home: str | None
    home_learned: str | None
    pages: str
    state: str
    reason: str | None
    polled_at: datetime | None
    next_poll_at: datetime | None
    failing_since: datetime | None
    quiet_since: datetime | None
    last_article_at: datetime | None
    usual_gap_s: float | None
    quiet_at: datetime | None
    created_at: datetime


class PollShown(Shown):
    """One poll: what was answered, how many articles were new, and what was wrong or odd."""

    at: datetime
    ok: bool
    status: int | None
    articles: int
    detail: str


class HubShown(Shown):
    """A subscription at a hub that pushes the source (WebSub). `ignored` deliveries were signed wrongly."""

    hub: str
    topic: str
    state: str
    reason: str | None
    expires_at: datetime | None
    delivered: int
    ignored: int
    last_delivery_at: datetime | None


class SourceInFull(SourceShown):
    """A source with its last polls, the newest first, and its subscriptions at hubs."""

    polls: list[PollShown]
    hubs: list[HubShown]


class RefusedShown(Shown):
    """An address that was not added, and why."""

    url: str
    reason: str


class ImportShown(Shown):
    """What came of a list: sources added, how many were watched already, and those refused."""

    added: int
    known: int
    refused: list[RefusedShown]


def show(row: Source, now: datetime) -> SourceShown:
    """Show a source; a name and password in its address are left out."""
    return SourceShown(**_fields(row, now))


def _fields(row: Source, now: datetime) -> dict[str, object]:
    return {
        "id": row.id, "name": row.name, "url": row.url and without_password(row.url),
        "language": row.language, "home": row.home, "home_learned": homes.learned(row), "pages": row.pages,
        "state": sources.health(row, now).value, "reason": row.reason, "polled_at": row.polled_at,
        "next_poll_at": row.next_poll_at, "failing_since": row.failing_since, "quiet_since": row.quiet_since,
        "last_article_at": row.last_article_at, "usual_gap_s": row.gap_s, "quiet_at": row.quiet_at,
        "created_at": row.created_at,
    }  # fmt: skip


def show_in_full(row: Source, last: Sequence[Poll], hubs: Sequence[WebSub], now: datetime) -> SourceInFull:
    """Show a source with what happened lately."""
    return SourceInFull(
        **_fields(row, now),
        polls=[PollShown.model_validate(poll, from_attributes=True) for poll in last],
        hubs=[
            HubShown(
                hub=hub.hub, topic=hub.topic, state=hub.state, reason=hub.reason, expires_at=hub.expires_at,
                delivered=hub.heard, ignored=hub.ignored, last_delivery_at=hub.heard_at,
            )
            for hub in hubs
        ],
    )  # fmt: skip


def without_password(url: str) -> str:
    """Leave out a name and password, which an address may still hold that was added long ago."""
    before, at, host = urlsplit(url).netloc.rpartition("@")
    return url.replace(f"{before}@{host}", f"…@{host}", 1) if at else url


def name_from(url: str) -> str:
    """Call a source by its host."""
    try:
        return (urlsplit(url).hostname or url)[:120]
    except ValueError:
        return url[:120]
