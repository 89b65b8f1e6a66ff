"""The whole way of an article: taken in, read, matched, told.

    take_in()   an item becomes an article row, state "new"                        one transaction
    ingest()    rows as they came -> zones, language, places                       claim | read | record
    match()     zones -> story, rules that hold, alerts, links, deliveries         claim | match | one transaction
    deliver()   deliveries -> rendered, in flight, sent, the answer recorded       claim | fence | call | record

Each stage claims what is due, and may run twice, die anywhere, or run beside itself: the rows are the truth, and a
row changes hands only by a conditional update. `services/sources/poll.py` brings items from feeds to `take_in`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from services import telling
from services.addressing import Options
from services.articles.article import Item
from services.articles.timely import judged
from services.articles.url import canonical_url
from services.broker import Stage
from services.bundling import bundle_waiting
from services.careful import ends_after, run_apart
from services.channels.turns import EACH, Job
from services.crashpoints import crashpoint
from services.deciding import decide_more
from services.errors import InvalidError, OutsideError, said, trace
from services.finding import Finding, find_some
from services.places.kept import to_json
from services.reading import Home, Reading, home_of, understand_for
from services.settling import settle
from services.store import articles, claims, homes, remainders, sources, stories
from services.store.live_stories import LiveStories
from services.store.packs import terms_table
from services.store.rules import LiveRules
from services.store.tables import Article as ArticleRow
from services.store.work import Store, Work
from services.stories.signature import Signature
from services.teller import Teller

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]
LONGEST_TEXT = 1 << 20  # characters of an article that are read; a longer one is refused at the door
LONGEST_READ_S = 120.0  # one takes milliseconds; 240,000 letters of nothing but places took 12 s at a load of 16


# ---- take in ----


def take_in(work: Work, source: str, item: Item, now: datetime, *, old: bool = False) -> ArticleRow:
    """Store an item from a push or a feed. The same item again gives the same row and changes nothing."""
    if len(item.text or item.html or "") > LONGEST_TEXT:
        raise InvalidError(f"An article has at most {LONGEST_TEXT:,} characters", field="/text")
    row, added = articles.put(work.session, source, item, now, old=old)
    if added:
        work.hint(Stage.INGEST)
    return row


# ---- ingest ----


def ingest(store: Store, clock: Clock, lease: timedelta) -> int:
    """Read claimed articles into zones; give how many were claimed."""
    with store.write() as work:
        claim = articles.claim_to_read(work.session, clock(), lease, worker=store.worker)
        given = {id_: sources.get(work.session, id_) for id_ in {row.source for row in claim.rows}}
    if not claim.rows:
        return 0
    crashpoint("C05")
    known = {id_: home_of(source) for id_, source in given.items()}
    for rows in claim.in_turn():
        read = [(row, _read(row, known[row.source], apart=row.id in claim.careful)) for row in rows]
        now = clock()
        with store.write() as work:
            for row, result in read:
                _record_reading(work, row, claim.token, result, now)
            homes.learn(work.session, [(row.source, one.shares) for row, one in read if isinstance(one, Reading)])
            crashpoint("C06")
    bundle_waiting(store, clock())
    return len(claim.rows)


def _read(row: ArticleRow, home: Home, *, apart: bool) -> Reading | Exception:
    given = (_item(row), row.page_body, home)
    try:
        found = run_apart(understand_for, *given) if apart else _in_time(*given)
    except Exception as error:  # noqa: BLE001  # one bad article must not stop the others
        return error
    home.learn(found)
    return found


def _in_time(item: Item, page: str | None, home: Home) -> Reading:
    """Read an article. One that takes too long ends the process, and is tried apart once its lease is over."""
    with ends_after(LONGEST_READ_S):
        return understand_for(item, page, home)


def _item(row: ArticleRow) -> Item:
    return Item(
        external_id=row.external_id, url=row.url, title=row.title, text=None if row.body_is_html else row.body,
        html=row.body if row.body_is_html else None, published=row.published_at, updated=row.updated_at,
        authors=tuple(row.authors), language=row.language,
    )  # fmt: skip


def _record_reading(work: Work, row: ArticleRow, token: str, result: Reading | Exception, now: datetime) -> None:
    if isinstance(result, Exception):
        log.warning("article cannot be read", article=row.id, error=said(result))
        articles.record_failure(work.session, row, token, said(result), trace(result), now)
        return
    article = result.article
    passages = [[p.zone.value, p.start, p.end] for p in article.passages]
    done = articles.record(
        work.session, row, token, text=article.text, title=article.title, title_start=article.title_start,
        passages=passages, authors=list(article.authors), language=article.language, body=None, page_body=None,
        read_at=now, due_at=now, url_canonical=canonical_url(article.url) if article.url else None, tries=0,
        published_at=row.published_at or judged(article.published, row.seen_at).published,
        places=to_json(result.places),
    )  # fmt: skip
    if done:
        work.hint(Stage.MATCH)


# ---- match ----


def match(
    store: Store, rules: LiveRules, clock: Clock, lease: timedelta, options: Options, live: LiveStories | None = None
) -> int:
    """Match claimed articles against every rule and decide their alerts; give how many were claimed.

    `live` is the worker's memory of the open stories; without one it is read from the rows. Each turn goes on with one
    page of a story that very many ask for, so that neither waits for the other.
    """
    live = LiveStories(terms_table(), options.window) if live is None else live
    return tell_on(store, clock, options) + _match(store, rules, clock, lease, options, live)


def tell_on(store: Store, clock: Clock, options: Options) -> int:
    """Decide for the next people of the oldest remainder; give 0 if there is none."""
    article = None
    try:
        with store.write() as work:
            if not remainders.is_due(work.session, clock()):
                return 0
            stories.lock(work.session)  # before the row, as whoever parts an article does
            row = remainders.next_due(work.session, clock())
            if row is None:
                return 0
            article = row.article
            if decide_more(work.session, row, options, clock()):
                work.hint(Stage.DELIVER)
    except OutsideError:
        raise
    except Exception as error:
        log.exception("the rest of an article's alerts cannot be decided now", article=article, error=said(error))
        if article is not None:
            with store.write() as work:
                remainders.put_off(work.session, article, clock())
        return 0
    return 1


def _match(
    store: Store, rules: LiveRules, clock: Clock, lease: timedelta, options: Options, live: LiveStories
) -> int:  # fmt: skip
    # A process that has just begun takes up only what an earlier one ended with, while there is any. If a rule was to
    # blame, it would end this one too, with whatever it has in hand; tried apart it is found, and in quarantine.
    alone = not rules.outlived
    with store.write() as work:
        claim = articles.claim_to_match(work.session, clock(), lease, worker=store.worker, alone=alone)
        names = sources.names(work.session, [row.source for row in claim.rows])
    for group in claim.in_turn():
        rows, known = group, False
        while rows:
            with rules.lock:
                if not known:
                    rules.refresh(store)  # after the claim: a subscription made before the article counts for it
                found = find_some(rules, rows, names, apart=claim.careful)
            known = not any(isinstance(one, Finding) and one.breaches for one in found)
            some, rows = rows[: len(found)], rows[len(found) :]
            signed = [_sign(live, row, apart=row.id in claim.careful) for row in some]
            settle(store, live, list(zip(some, found, signed, strict=True)), claim.token, options, clock)
    rules.outlived = rules.outlived or len(claim.rows) > len(claim.careful)
    return len(claim.rows)


def _sign(live: LiveStories, row: ArticleRow, *, apart: bool) -> Signature | Exception:
    """Compute what an article's story is found by, outside the lock of stories."""
    try:
        article = articles.value_of(row)
        if apart:
            return run_apart(live.sign, article)
        with ends_after(LONGEST_READ_S):
            return live.sign(article)
    except Exception as error:  # noqa: BLE001  # one bad article must not stop the others
        return error


# ---- deliver ----


def deliver(store: Store, worker: str, teller: Teller, lease: timedelta, limit: int) -> int:
    """Claim deliveries and hand them to the senders, as many as these have room for; give how many were claimed."""
    limit = min(limit, teller.post.room())
    if limit <= 0:
        return 0
    since = teller.front.since(store, teller.clock())
    with store.write() as work:
        rows = claims.claim(
            work.session, worker, teller.clock(), lease, limit, besides=teller.post.busy(), per_channel=2 * EACH,
            since=since,
        )  # fmt: skip
    if rows:
        crashpoint("C13")
        known = telling.prepare(store, rows, teller)
        jobs = [Job(row.via or row.channel, partial(telling.send, store, row, known, teller)) for row in rows]
        teller.post.run(jobs)
    return len(rows)
