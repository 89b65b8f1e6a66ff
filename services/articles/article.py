"""An article as a value: what was published, cut into zones, with offsets into its plain text."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Zone(StrEnum):
    """A part of an article. A term looks in title, lead and body; the others count only when a query names them."""

    TITLE = "title"
    DATELINE = "dateline"
    LEAD = "lead"
    BODY = "body"
    CAPTION = "caption"
    TEASER = "teaser"


@dataclass(frozen=True, slots=True)
class Passage:
    """One run of an article's text that belongs to one zone: a paragraph, a dateline, a teaser line."""

    zone: Zone
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Item:
    """An article as a feed, a page or a push gives it: not yet cut into zones. Either `text` or `html` is set.

    `held` says what keeps it from being told, if anything: "withheld", "canceled", "embargo until …".
    """

    external_id: str
    url: str | None = None
    title: str | None = None
    text: str | None = None
    html: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    summary_only: bool = False
    held: str | None = None

    @property
    def tells(self) -> bool:
        """Say whether there is anything to read, or an address to read it at."""
        return bool(self.title or self.text or self.html or self.url)

    @property
    def dated(self) -> datetime | None:
        """Give when it was published, else when it was changed."""
        return self.published or self.updated


@dataclass(frozen=True, slots=True)
class Article:
    """An article as understood. Passages are spans of `text`, in order; the title is never among them.

    `title_start` is where the title stands in `text` when it was found there, as in plain text with a title line.
    """

    text: str
    passages: Sequence[Passage]
    title: str | None = None
    title_start: int | None = None
    language: str = "en"
    url: str | None = None
    source: str = ""
    authors: Sequence[str] = field(default=())
    published: datetime | None = None


def article_id(source: str, external_id: str, revision: int) -> str:
    """Give the id that the same article gets again after a restore: a hash, 26 characters."""
    return _id("article", source, external_id, str(revision))


def hash_of(item: Item) -> str:
    """Hash what a reader sees of an item."""
    return content_hash(item.title, item.html if item.html is not None else (item.text or ""))


def content_hash(title: str | None, text: str) -> str:
    """Hash what a reader sees, without regard to white space."""
    seen = " ".join((title or "").split()) + "\n" + " ".join(text.split())
    return hashlib.sha256(seen.encode("utf-8", "surrogatepass")).hexdigest()


def _id(*parts: str) -> str:
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=13).hexdigest()
