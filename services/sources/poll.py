"""Poll sources that are due: fetch, read, take in, and write down how it went; each source in its own transaction.

The articles, the ETag and the next time are one transaction, so that no item is skipped when a worker dies. At the
first good poll items older than the backfill limit are taken in as old: they are kept and raise no alert.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.articles.article import Item
from services.articles.feed import Feed, read_feed
from services.broker import Stage
from services.crashpoints import crashpoint
from services.errors import TocsinError
from services.guard import Answer, Gate, fetch
from services.store import articles, sources
from services.store.states import SourceState
from services.store.tables import Poll, Source
from services.store.work import Store

log = structlog.get_logger(__name__)

LIMIT_BYTES = 10 * 1024 * 1024
TIMEOUT_S = 30.0
MOST_BACKOFF = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a source is polled, from which age on the items of a first poll are old, how long a poll may take."""

    every: timedelta
    backfill: timedelta
    lease: timedelta


@dataclass(frozen=True, slots=True)
class Got:
    """What a poll brought: a feed, or nothing new, or a failure."""

    answer: Answer | None = None
    feed: Feed | None = None
    failure: str = ""


def poll(store: Store, gate: Gate, clock: Callable[[], datetime], rhythm: Rhythm) -> int:
    """Poll the source that is due longest; give how many were polled, so that the caller knows when to rest."""
    with store.write() as work:
        due = sources.claim_due(work.session, clock(), rhythm.lease, 1)
    for row in due:
        got = _get(row, gate)
        crashpoint("C03")
        _record(store, row, got, clock(), rhythm)
    return len(due)


def _get(row: Source, gate: Gate) -> Got:
    assert row.url is not None
    headers = {"Accept": "application/atom+xml, application/rss+xml, application/feed+json, text/xml;q=0.8, */*;q=0.5"}
    if row.etag:
        headers["If-None-Match"] = row.etag
    if row.last_modified:
        headers["If-Modified-Since"] = row.last_modified
    try:
        answer = fetch(gate, row.url, headers=headers, limit_bytes=LIMIT_BYTES, timeout_s=TIMEOUT_S)
    except TocsinError as error:
        return Got(failure=error.message)
    if answer.status == 304:
        return Got(answer)
    if answer.status != 200:
        return Got(answer, failure=f"The source answers {answer.status} instead of 200")
    if hashlib.sha256(answer.body).hexdigest() == row.body_sha256:
        return Got(answer)
    try:
        return Got(answer, read_feed(answer.body, url=answer.url, content_type=answer.headers.get("content-type")))
    except TocsinError as error:
        return Got(answer, failure=error.message)


def _record(store: Store, row: Source, got: Got, now: datetime, rhythm: Rhythm) -> None:
    status = got.answer.status if got.answer else None
    entry = Poll(source=row.id, at=now, ok=not got.failure, status=status, detail=got.failure or "; ".join(_notes(got)))
    values = _failed(row, got, now, rhythm) if got.failure else _worked(row, got, now, rhythm)
    with store.write() as work:
        if not sources.record_poll(work.session, row, entry, **values):
            return  # another worker has polled it meanwhile
        for item in got.feed.told if got.feed else ():
            _, fresh = articles.put(work.session, row.id, item, now, old=_is_old(item, row, now, rhythm))
            entry.articles += fresh
        crashpoint("C04")
        if entry.articles:
            work.hint(Stage.INGEST)
    log.info("source polled", source=row.name, status=status, articles=entry.articles, failure=got.failure or None)


def _notes(got: Got) -> tuple[str, ...]:
    """What reading the feed left out or found odd."""
    return got.feed.notes if got.feed is not None else ()


def _is_old(item: Item, row: Source, now: datetime, rhythm: Rhythm) -> bool:
    return row.good_since is None and item.dated is not None and item.dated < now - rhythm.backfill


def _worked(row: Source, got: Got, now: datetime, rhythm: Rhythm) -> dict[str, object]:
    values: dict[str, object] = {
        "state": SourceState.HEALTHY, "reason": None, "fail_count": 0, "failing_since": None,
        "good_since": row.good_since or now, "next_poll_at": now + rhythm.every,
    }  # fmt: skip
    if got.feed is not None and got.answer is not None:
        headers = got.answer.headers
        values["etag"] = _kept(headers.get("etag"))
        values["last_modified"] = _kept(headers.get("last-modified"))
        values["body_sha256"] = hashlib.sha256(got.answer.body).hexdigest()
    return values


def _failed(row: Source, got: Got, now: datetime, rhythm: Rhythm) -> dict[str, object]:
    count = row.fail_count + 1
    wait = min(rhythm.every * 2 ** min(count, 10), max(MOST_BACKOFF, rhythm.every))
    if got.answer is not None and got.answer.status == 410:
        return {"state": SourceState.GONE, "reason": got.failure, "fail_count": count}
    return {
        "state": SourceState.FAILING, "reason": got.failure, "fail_count": count,
        "failing_since": row.failing_since or now, "next_poll_at": now + wait,
    }  # fmt: skip


def _kept(value: str | None) -> str | None:
    """Validators are kept as they came, unless one is too long or could not be sent back."""
    return value if value is not None and len(value) <= 1024 and value.isprintable() else None
