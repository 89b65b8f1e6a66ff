"""Subscribe to hubs that push a source's news (WebSub, https://www.w3.org/TR/websub/), and read what they deliver.

    wanted --request--> asked --verified--> active --renewed--> leaving --request--> left
                          '--refused, never verified--> denied or ended: polled as before, asked again in a day

Hubs call back at `/websub/TOKEN` (`services.web.hubs`). A subscription is renewed when a fifth of its lease is left,
under another callback and secret. The secret goes over https only, or where the operator opened the hub's address.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

import structlog

from services.articles.feed import Feed
from services.broker import Stage
from services.errors import InvalidError, OutsideError, TocsinError
from services.fetching import ask
from services.sources import health
from services.sources.health import Change
from services.sources.poll import Job, Kit
from services.sources.reading import read_apart
from services.sources.recording import take_in
from services.store import steps, websubs
from services.store.source_tables import HubDelivery, Poll, Source, WebSub
from services.store.states import WebSubState
from services.store.work import Work

log = structlog.get_logger(__name__)

LEASE_S = 10 * 24 * 3600
VERIFIED_WITHIN = timedelta(minutes=15)
DELAYS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
ANSWER_BYTES = 64 * 1024
TIMEOUT_S = 20.0
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "Accept": "text/plain"}
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})


class HubRequest:
    """One request to a hub, or the end of waiting for one."""

    def __init__(self, kit: Kit, row: WebSub) -> None:
        self._kit = kit
        self._row = row
        self._failure = ""
        self._again = False
        self._unsigned = False

    def run(self) -> None:
        """Ask the hub, if it is to be asked."""
        if self._row.state not in (WebSubState.WANTED, WebSubState.LEAVING):
            return
        try:
            self._ask("subscribe" if self._row.state == WebSubState.WANTED else "unsubscribe")
        except OutsideError as error:
            self._failure, self._again = error.message, not error.permanent
        except TocsinError as error:
            self._failure = error.message

    def _ask(self, mode: str) -> None:
        opened, gate = self._kit.vault.open, self._kit.gate
        form = {
            "hub.callback": f"{self._kit.callback.rstrip('/')}/websub/{opened(self._row.token_sealed)}",
            "hub.mode": mode,
            "hub.topic": self._row.topic,
        }
        if mode == "subscribe":
            form["hub.lease_seconds"] = str(LEASE_S)
        for url in self._addresses():
            safe = url.startswith("https:") or gate.lifted(url)
            secret = {"hub.secret": opened(self._row.secret_sealed)} if safe and self._row.secret_sealed else {}
            body = urlencode({**form, **(secret if mode == "subscribe" else {})}).encode()
            try:
                answer = ask(gate, "POST", url, FORM, body, ANSWER_BYTES, TIMEOUT_S)
            except OutsideError as error:
                if url.startswith("https:") and self._row.hub.startswith("http:") and error.code in ("connect", "tls"):
                    continue  # the hub was named with http and has no https
                raise
            self._unsigned = mode == "subscribe" and not secret
            if not 200 <= answer.status < 300:
                said = " ".join(answer.body[:200].decode("utf-8", "replace").split())
                self._failure = f"The hub answers {answer.status}{f': {said}' if said else ''}"
                self._again = answer.status in _LATER
            return

    def _addresses(self) -> list[str]:
        hub = self._row.hub
        if hub.startswith("http:") and not self._kit.gate.lifted(hub):
            return [f"https:{hub.removeprefix('http:')}", hub]
        return [hub]

    def keep(self, work: Work, now: datetime) -> list[Change]:
        """Write down where the subscription stands now."""
        row = websubs.mine(work.session, self._row)
        if row is None:
            return []
        if self._unsigned:
            row.secret_sealed = None
        if row.state != self._row.state:
            return []  # the hub has called back meanwhile
        match row.state:
            case WebSubState.WANTED | WebSubState.LEAVING:
                self._asked(work, row, now)
            case WebSubState.ASKED:
                self._unverified(work, row, now)
            case WebSubState.ACTIVE:
                self._renew(work, row, now)
            case _:
                websubs.end(work.session, row, WebSubState.ENDED, row.reason or "left", now)
        work.session.add(row)
        log.info("hub asked", source=row.source, state=row.state, failure=self._failure or None)
        return []

    def _asked(self, work: Work, row: WebSub, now: datetime) -> None:
        if not self._failure:
            leaving = row.state == WebSubState.LEAVING
            row.state, row.due_at = WebSubState.LEFT if leaving else WebSubState.ASKED, now + VERIFIED_WITHIN
        elif self._again and row.tries < len(DELAYS):
            row.reason, row.due_at, row.tries = self._failure[:500], now + DELAYS[row.tries], row.tries + 1
        else:
            websubs.end(work.session, row, WebSubState.ENDED, self._failure, now)

    def _unverified(self, work: Work, row: WebSub, now: datetime) -> None:
        if row.tries < len(DELAYS):
            row.state, row.due_at, row.tries = WebSubState.WANTED, now, row.tries + 1
        else:
            websubs.end(work.session, row, WebSubState.ENDED, "The hub took the request and never verified it", now)

    def _renew(self, work: Work, row: WebSub, now: datetime) -> None:
        if row.expires_at is None or row.expires_at <= now:
            websubs.end(work.session, row, WebSubState.ENDED, "The lease ran out", now)
            return
        websubs.renew(work.session, self._kit.vault, row, now)
        websubs.poll_soon(work.session, row.source, now)  # the source may name another hub by now
        row.due_at = row.expires_at

    def spoil(self, reason: str) -> None:
        """Take it as a failure that may pass."""
        self._failure, self._again = reason, True

    def undo(self, work: Work, now: datetime) -> None:  # noqa: ARG002  # as every job is told
        """Leave it due."""
        websubs.mine(work.session, self._row)


class HubRead:
    """One delivery of a hub, read as a feed."""

    def __init__(self, kit: Kit, row: HubDelivery, url: str) -> None:
        self._kit = kit
        self._row = row
        self._url = url
        self._began = kit.clock()
        self._feed: Feed | None = None
        self._failure = ""

    def run(self) -> None:
        """Read it in a child."""
        try:
            self._feed = read_apart(self._row.body, self._url, self._row.content_type)
        except InvalidError as error:
            self._failure = error.message

    def keep(self, work: Work, now: datetime) -> list[Change]:
        """Take in what is new."""
        session = work.session
        if not websubs.delivered(session, self._row):
            return []
        source = session.get_one(Source, self._row.source)
        if source.deleted_at is not None:
            return []
        steps.came(session, steps.HUB, self._began)
        entry = Poll(source=source.id, at=now, ok=not self._failure, detail=self._failure or "Pushed by its hub")
        if self._feed is not None:
            old_before = now - self._kit.bounds.backfill if source.good_since is None else None
            taken = take_in(session, source, self._feed.told, now, old_before=old_before)
            entry.articles = len(taken.published)
        if entry.articles:
            health.note_rhythm(session, source, now)
            work.hint(Stage.INGEST)
        session.add(entry)
        change = health.told(session, source, now)
        log.info("hub delivered", source=source.name, articles=entry.articles, failure=self._failure or None)
        return [change] if change else []

    def spoil(self, reason: str) -> None:
        """Take it as one that cannot be read."""
        self._feed, self._failure = None, reason

    def undo(self, work: Work, now: datetime) -> None:
        """Leave it to whoever comes when the lease is over."""


def due_requests(kit: Kit, limit: int) -> Sequence[Job]:
    """Claim subscriptions that something is to be done about."""
    if not kit.callback:
        return []
    now = kit.clock()
    with kit.store.read() as session:
        if not websubs.any_due(session, now):
            return []
    with kit.store.write() as work:
        rows = websubs.claim_due(work.session, now, kit.bounds.lease, limit)
    return [HubRequest(kit, row) for row in rows]


def due_deliveries(kit: Kit, limit: int) -> Sequence[Job]:
    """Claim what hubs pushed and nobody has read."""
    now = kit.clock()
    with kit.store.read() as session:
        if not websubs.any_delivered(session):
            return []
    with kit.store.write() as work:
        rows = websubs.claim_deliveries(work.session, now, kit.bounds.lease, limit)
        urls = {row.source: work.session.get_one(Source, row.source).url or "" for row in rows}
    return [HubRead(kit, row, urls[row.source]) for row in rows]
