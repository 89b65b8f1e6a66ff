"""Write down what a poll brought: articles, validators, the next time, how the source does; all in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from services.articles.article import Item, hash_of
from services.articles.url import canonical_url
from services.fetching import Answer
from services.sources import health, rhythm
from services.sources.reading import Got, kept
from services.sources.rhythm import Rhythm
from services.store import articles, hosts, polls, sources, websubs
from services.store.polls import Claim
from services.store.secrets import Vault
from services.store.states import SourceState
from services.store.tables import Poll, Source

MOVES = 3  # the same permanent redirect, so often, is believed
LONGEST_TEXT = 1 << 20  # characters of an article
MOST_HOST_REST = timedelta(hours=1)
_UNCERTAIN = frozenset({None, 408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Keeping:
    """What recording goes by. With a vault, hubs that sources name are subscribed to; `chance` spreads polls."""

    bounds: Rhythm
    vault: Vault | None
    chance: float


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of one poll. `articles` is how many were new."""

    articles: int
    change: health.Change | None = None


def record(session: Session, claim: Claim, got: Got, now: datetime, keeping: Keeping) -> Recorded | None:
    """Record one poll; `None` if another worker has polled the source meanwhile."""
    if _is_same(claim, got) and _record_same(session, claim, got, now, keeping):
        return Recorded(0)
    entry = Poll(source=claim.row.id, at=now, ok=not got.failure, status=got.status, detail=got.failure)
    mine = polls.record(session, claim.row, entry)
    if claim.row.host is not None:
        hosts.release(session, claim.row.host, claim.turn, now + _rest(got.answer, now, keeping.bounds))
    if not mine:
        return None
    row = session.get_one(Source, claim.row.id, populate_existing=True)
    if row.state not in (SourceState.HEALTHY, SourceState.FAILING):
        return Recorded(0)  # paused or deleted while it was polled
    if got.failure:
        _failed(row, got, now, keeping)
    else:
        _worked(session, row, got, entry, now, keeping)
        _schedule(session, row, got, now, keeping)
    change = health.told(session, row, now, certain=got.status not in _UNCERTAIN)
    session.add(row)
    session.flush()
    return Recorded(entry.articles, change)


def _is_same(claim: Claim, got: Got) -> bool:
    """Say whether a poll brought nothing at all, as most do; they are written in three statements."""
    row, answer = claim.row, got.answer
    if answer is None or got.failure or got.feed is not None or got.hubs is not None or answer.moved or row.moves:
        return False
    return row.state == row.told == SourceState.HEALTHY and row.reason is None and row.last_article_at is not None


def _record_same(session: Session, claim: Claim, got: Got, now: datetime, keeping: Keeping) -> bool:
    due = _next(claim.row, got, now, keeping, pushed=claim.pushed)
    if not polls.record_same(session, claim, got.status, due, now):
        return False
    if claim.row.host is not None:
        hosts.release(session, claim.row.host, claim.turn, now + keeping.bounds.gap)
    return True


def _worked(session: Session, row: Source, got: Got, entry: Poll, now: datetime, keeping: Keeping) -> None:
    first = row.good_since is None
    row.state, row.fail_count, row.failing_since, row.good_since = SourceState.HEALTHY, 0, None, row.good_since or now
    if row.quiet_since is None and (row.moved_at is None or now - row.moved_at > sources.MOVED_SHOWN):
        row.reason = None
    taken = Taken()
    if got.feed is not None and got.answer is not None:
        if not got.feed.sitemaps:  # an index may stay as it is while what it lists changes
            row.etag = kept(got.answer.headers.get("etag"))
            row.last_modified = kept(got.answer.headers.get("last-modified"))
            row.body_sha256 = hashlib.sha256(got.answer.body).hexdigest()
        old_before = now - keeping.bounds.backfill if first else None
        taken = take_in(session, row, got.feed.told, now, old_before=old_before)
        entry.articles, entry.detail = len(taken.published), "; ".join((*got.notes, *taken.notes))
    if taken.published or row.last_article_at is None:
        health.note_rhythm(session, row, now)
    if got.hubs is not None and keeping.vault is not None:
        websubs.want(session, keeping.vault, row.id, got.hubs.hubs, got.hubs.topic, now)
    if taken.published and not first:
        websubs.note_missed(session, row.id, [at for at in taken.published if at is not None], now)


@dataclass(frozen=True, slots=True)
class Taken:
    """When each article that was new says it was published, and what was left out."""

    published: Sequence[datetime | None] = ()
    notes: Sequence[str] = ()


def take_in(
    session: Session, row: Source, items: Sequence[Item], now: datetime, *, old_before: datetime | None = None
) -> Taken:
    """Store the items that are new. Those published before `old_before` are kept and raise no alert."""
    fresh: list[datetime | None] = []
    long = 0
    known = articles.latest_hashes(session, row.id, [item.external_id for item in items])
    for item in items:
        if known.get(item.external_id) == hash_of(item):
            continue
        if len(item.text or item.html or "") > LONGEST_TEXT:
            long += 1
            continue
        published = item.dated
        old = old_before is not None and published is not None and published < old_before
        page_host = sources.host_of(item.url or "") if _wants_page(row, item) and not old else None
        if articles.put(session, row.id, item, now, old=old, page_host=page_host)[1]:
            fresh.append(published)
            if page_host:
                hosts.know(session, page_host)
    left_out = [f"{long} items are longer than {LONGEST_TEXT:,} characters and are left out"] if long else []
    return Taken(fresh, left_out)


def _wants_page(row: Source, item: Item) -> bool:
    if item.url is None or row.pages == "never":
        return False
    return item.summary_only or row.pages == "always"


def _rest(answer: Answer | None, now: datetime, bounds: Rhythm) -> timedelta:
    """Say how long the host is left alone: longer if it says that it is busy."""
    if answer is not None and answer.status in (429, 503):
        return max(bounds.gap, min(rhythm.asked_wait(answer.headers, answer.status, now), MOST_HOST_REST))
    return bounds.gap


def _note_move(session: Session, row: Source, answer: Answer, now: datetime) -> None:
    """Count a permanent redirect; the third time in a row the new address is taken over."""
    if not answer.moved:
        row.moves_to, row.moves = None, 0
        return
    row.moves = row.moves + 1 if row.moves_to == answer.url else 1
    row.moves_to = answer.url
    if row.moves >= MOVES:
        _take_over(session, row, answer.url, now)


def _take_over(session: Session, row: Source, to: str, now: datetime) -> None:
    norm, host = canonical_url(to), sources.host_of(to)
    other = sources.by_norm(session, norm) if norm else None
    if norm is None or (other is not None and other.id != row.id):
        row.state, row.next_poll_at = SourceState.GONE, None
        row.reason = f"Moved to {to}, which is watched already" + (f' as "{other.name}"' if other else "")
        return
    row.reason = f"Moved from {row.url} to {to}, which is polled now"
    if host != row.host:
        row.secret_sealed = None  # it was given for the other host
    row.url, row.url_norm, row.host, row.moved_at = to, norm, host, now
    row.moves_to, row.moves = None, 0
    hosts.know(session, host)


def _schedule(session: Session, row: Source, got: Got, now: datetime, keeping: Keeping) -> None:
    assert got.answer is not None
    row.next_poll_at = _next(row, got, now, keeping, pushed=websubs.active(session, row.id, now) is not None)
    _note_move(session, row, got.answer, now)


def _next(row: Source, got: Got, now: datetime, keeping: Keeping, *, pushed: bool) -> datetime:
    assert got.answer is not None
    bounds = keeping.bounds
    silent = now - row.last_article_at if row.last_article_at else None
    wait = rhythm.interval(bounds, row.gap_s, silent, pushed=pushed)
    asked = min(rhythm.asked_wait(got.answer.headers, got.answer.status, now), bounds.most)
    return rhythm.next_poll(now, wait, asked, keeping.chance)


def _failed(row: Source, got: Got, now: datetime, keeping: Keeping) -> None:
    bounds = keeping.bounds
    row.fail_count += 1
    row.failing_since = row.failing_since or now
    row.reason = got.failure
    if got.status == 410:
        row.state, row.next_poll_at, row.reason = SourceState.GONE, None, f"{got.failure}: it is gone for good"
        return
    row.state = SourceState.FAILING
    silent = now - row.last_article_at if row.last_article_at else None
    wait = rhythm.backoff(bounds, rhythm.interval(bounds, row.gap_s, silent), row.fail_count - 1)
    asked = rhythm.asked_wait(got.answer.headers, got.answer.status, now) if got.answer else timedelta()
    row.next_poll_at = rhythm.next_poll(now, wait, asked, keeping.chance)
