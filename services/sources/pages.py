"""Fetch the pages of articles whose feed carried only a summary, where robots.txt allows it.

A page that fails for a passing reason is tried three times in about two minutes; then, as at once for any other
reason, the article goes on with its summary, and says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from services.articles.decoding import decode
from services.broker import Stage
from services.errors import OutsideError, TocsinError
from services.fetching import Answer, fetch
from services.sources.health import Change
from services.sources.poll import Claimer, Job, Kit
from services.sources.robots import Robots
from services.store import pages, steps
from services.store.pages import PageClaim
from services.store.work import Work

log = structlog.get_logger(__name__)

LIMIT_BYTES = 5 * 1024 * 1024
LONGEST = 2 * 1024 * 1024  # characters of a page
TIMEOUT_S = 20.0
DELAYS = (timedelta(seconds=20), timedelta(seconds=90))
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_HTML = ("text/html", "application/xhtml+xml")


class PageFetch:
    """One page of one article."""

    def __init__(self, kit: Kit, robots: Robots, claim: PageClaim) -> None:
        self._kit = kit
        self._robots = robots
        self._claim = claim
        self._text = ""
        self._url = ""
        self._failure = ""
        self._again = False
        self._began = kit.clock()
        self._rest = kit.bounds.gap

    def run(self) -> None:
        """Ask robots.txt, then for the page."""
        self._began = self._kit.clock()
        url = self._claim.row.url or ""
        parts = urlsplit(url)
        rules = self._robots.of(f"{parts.scheme}://{parts.netloc}")
        self._rest = max(self._rest, timedelta(seconds=rules.delay_s))
        self._failure = rules.refuses(url)
        if self._failure:
            return
        try:
            self._read(fetch(self._kit.gate, url, {"Accept": ", ".join(_HTML)}, LIMIT_BYTES, TIMEOUT_S))
        except OutsideError as error:
            self._failure, self._again = error.message, not error.permanent and error.code != "dns"
        except TocsinError as error:
            self._failure = error.message

    def _read(self, answer: Answer) -> None:
        kind = answer.headers.get("content-type", "text/html")
        if answer.status != 200:
            self._failure, self._again = f"The page answers {answer.status}", answer.status in _PASSING
        elif kind.partition(";")[0].strip().lower() not in _HTML:
            self._failure = f"The page is no HTML but {kind[:60]}"
        elif len(text := decode(answer.body, kind).replace("\x00", "")) > LONGEST:
            self._failure = f"The page is longer than {LONGEST:,} characters"
        else:
            self._text, self._url = text, answer.url

    def keep(self, work: Work, now: datetime) -> list[Change]:
        """Keep the page for the reader, or let the article go on without it."""
        row = self._claim.row
        if not self._failure:
            values: dict[str, object] = {"page": "got", "page_body": self._text, "url": self._url, "tries": 0}
        elif self._again and row.tries < len(DELAYS):
            values = {"tries": row.tries + 1, "due_at": now + DELAYS[row.tries], "page_note": self._failure}
        else:
            values = {"page": "failed", "page_note": self._failure[:500], "tries": 0}
        if pages.finish(work.session, self._claim, now, self._rest, **values):
            steps.fetched(work.session, row.id, self._began, self._failure)
            if "page" in values:
                work.hint(Stage.INGEST)
        log.info("page fetched", article=row.id, failure=self._failure or None)
        return []

    def spoil(self, reason: str) -> None:
        """Let the article go on without its page."""
        self._failure, self._again = reason, False

    def undo(self, work: Work, now: datetime) -> None:
        """Leave the page due."""
        pages.finish(work.session, self._claim, now, timedelta())


def due_pages(robots: Robots) -> Claimer:
    """Make what claims pages that are due."""

    def claim(kit: Kit, limit: int) -> Sequence[Job]:
        now = kit.clock()
        with kit.store.read() as session:
            if not pages.any_due(session, now):
                return []
        with kit.store.write() as work:
            if pages.give_up_waiting(work.session, now):
                work.hint(Stage.INGEST)
            claims = pages.claim_due(work.session, now, kit.bounds.lease, limit)
        return [PageFetch(kit, robots, claim) for claim in claims]

    return claim
