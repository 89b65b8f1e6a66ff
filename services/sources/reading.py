"""Get one source: ask with what was kept of the last answer, and read what is new in a child with limits."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from services.articles.article import Item
from services.articles.feed import MOST_ITEMS, Feed, read_feed
from services.careful import PARSING, ChildDiedError, run_apart
from services.errors import InvalidError, OutsideError, TocsinError
from services.fetching import Answer, fetch
from services.guard import Gate
from services.sources.links import Hubs, find_hubs
from services.store.tables import Source
from services.wire import within

LIMIT_BYTES = 10 * 1024 * 1024
TIMEOUT_S = 30.0
MOST_SITEMAPS = 3  # of an index, at one poll
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, "
    "text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
LONGEST_VALIDATOR = 1024

Opener = Callable[[str], str]
"""Opens a sealed secret."""


@dataclass(frozen=True, slots=True)
class Got:
    """What a poll brought: a feed, or nothing new, or a failure. `gone`: the server says that it is for good."""

    answer: Answer | None = None
    feed: Feed | None = None
    hubs: Hubs | None = None
    failure: str = ""

    @property
    def status(self) -> int | None:
        """The status of the answer, if there was one."""
        return self.answer.status if self.answer else None

    @property
    def notes(self) -> tuple[str, ...]:
        """What reading the feed left out or found odd."""
        return self.feed.notes if self.feed is not None else ()


def get(row: Source, gate: Gate, opened: Opener) -> Got:
    """Poll one source; whatever goes wrong is told, nothing is raised."""
    assert row.url is not None
    try:
        answer = fetch(gate, row.url, headers=_headers(row, opened), limit_bytes=LIMIT_BYTES, timeout_s=TIMEOUT_S)
    except TocsinError as error:
        return Got(failure=error.message)
    if answer.status == 304 and (row.etag or row.last_modified):
        return Got(answer, hubs=find_hubs(answer.headers, answer.url))
    if answer.status != 200:
        return Got(answer, failure=f"The source answers {answer.status} instead of 200")
    if hashlib.sha256(answer.body).hexdigest() == row.body_sha256:
        return Got(answer)
    try:
        feed = read_apart(answer.body, answer.url, answer.headers.get("content-type"))
        feed = _with_sitemaps(feed, gate) if feed.sitemaps else feed
    except TocsinError as error:
        return Got(answer, failure=error.message)
    in_feed = [feed.hub] if feed.hub else []
    return Got(answer, feed, find_hubs(answer.headers, answer.url, in_feed=in_feed, own=feed.own))


def _with_sitemaps(index: Feed, gate: Gate) -> Feed:
    """Read the newest news sitemaps of an index; those that cannot be read are noted, all of them fail the poll."""
    items: list[Item] = []
    notes: list[str] = []
    with within(TIMEOUT_S):
        for url in index.sitemaps[:MOST_SITEMAPS]:
            try:
                answer = fetch(gate, url, {"Accept": ACCEPT}, LIMIT_BYTES, TIMEOUT_S)
                if answer.status != 200:
                    notes.append(f"{url} answers {answer.status}")
                    continue
                items += read_apart(answer.body, answer.url, answer.headers.get("content-type")).items
            except TocsinError as error:
                notes.append(f"{url}: {error.message}")
    if not items and notes:
        raise InvalidError(f"None of the newest sitemaps of the index can be read: {'; '.join(notes)[:400]}")
    return replace(index, items=tuple(items[:MOST_ITEMS]), notes=(*index.notes, *notes))


def read_apart(body: bytes, url: str, content_type: str | None) -> Feed:
    """Read a feed in a child process, which a hostile one may kill. Raises `InvalidError`."""
    try:
        return run_apart(read_feed_at, body, url, content_type, limits=PARSING)
    except ChildDiedError as error:
        raise InvalidError(f"The feed takes more than {PARSING.told} to read") from error


def read_feed_at(body: bytes, url: str, content_type: str | None) -> Feed:
    """Call `read_feed` with its options by place, as a child is given them."""
    return read_feed(body, url=url, content_type=content_type)


def _headers(row: Source, opened: Opener) -> dict[str, str]:
    headers = {"Accept": ACCEPT}
    if row.etag:
        headers["If-None-Match"] = row.etag
    if row.last_modified:
        headers["If-Modified-Since"] = row.last_modified
    if row.secret_sealed:
        try:
            secret = base64.b64encode(opened(row.secret_sealed).encode()).decode()
        except InvalidError as error:
            raise OutsideError(error.message, code="secret") from error
        headers["Authorization"] = f"Basic {secret}"
    return headers


def kept(value: str | None) -> str | None:
    """Give a validator as it came, unless it is longer than 1 KiB or could not be sent back."""
    if value is None or not 0 < len(value) <= LONGEST_VALIDATOR:
        return None
    sendable = all(sign == "\t" or (" " <= sign <= "\xff" and sign != "\x7f") for sign in value)
    return value if sendable else None
