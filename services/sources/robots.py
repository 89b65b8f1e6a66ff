"""What hosts allow robots to fetch: robots.txt as RFC 9309 reads it, remembered for a day.

Asked for pages, not for feeds, which are there for programs. A file that is missing allows all; one that cannot be
had or is larger than 512 KiB allows nothing until it can.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from protego import Protego

from services.articles.decoding import decode
from services.errors import OutsideError
from services.fetching import fetch
from services.guard import Gate

AGENT = "Tocsin"
LIMIT_BYTES = 512 * 1024
TIMEOUT_S = 10.0
GOOD_S, BAD_S = 24 * 3600.0, 3600.0
MOST_HOSTS = 5_000
MOST_DELAY_S = 60.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin says, until when it is believed. `rules` is `None` where nothing is allowed."""

    rules: Protego | None
    until: float
    why: str = ""

    def refuses(self, url: str) -> str:
        """Say why a page may not be fetched; empty if it may."""
        if self.rules is None:
            return self.why
        return "" if self.rules.can_fetch(url, AGENT) else "robots.txt does not allow it"

    @property
    def delay_s(self) -> float:
        """The pause that the host asks for between two requests."""
        asked = self.rules.crawl_delay(AGENT) if self.rules is not None else None
        return min(float(asked or 0.0), MOST_DELAY_S)


class Robots:
    """Remembers the rules of hosts. Shared by threads."""

    def __init__(self, gate: Gate, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._gate = gate
        self._clock_s = clock_s
        self._known: OrderedDict[str, Rules] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, origin: str) -> Rules:
        """Give the rules of an origin, such as `https://paper.example`."""
        now = self._clock_s()
        with self._lock:
            known = self._known.get(origin)
            if known is not None and known.until > now:
                self._known.move_to_end(origin)
                return known
        found = self._ask(origin, now)
        with self._lock:
            self._known[origin] = found
            while len(self._known) > MOST_HOSTS:
                self._known.popitem(last=False)
        return found

    def _ask(self, origin: str, now: float) -> Rules:
        headers = {"Accept": "text/plain, */*;q=0.1"}
        try:
            answer = fetch(self._gate, f"{origin}/robots.txt", headers, LIMIT_BYTES, TIMEOUT_S)
        except OutsideError as error:
            return Rules(None, now + BAD_S, f"robots.txt cannot be had: {error.message}")
        if answer.status >= 500 or answer.status == 429:
            return Rules(None, now + BAD_S, f"robots.txt cannot be had: the server answers {answer.status}")
        text = decode(answer.body, "text/plain; charset=utf-8") if 200 <= answer.status < 300 else ""
        return Rules(Protego.parse(text), now + GOOD_S)
