"""Sources of one installation, polled in a test whose clock the test moves."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from services.guard import Gate
from services.sources.health import Change
from services.sources.pages import due_pages
from services.sources.poll import Kit, Poller, due_polls
from services.sources.rhythm import Rhythm
from services.sources.robots import Robots
from services.store import sources
from services.store.sources import health
from services.store.states import Health
from services.store.tables import Source
from services.store.work import Store
from tests.builders import NOW, VAULT
from tests.feed_site import FeedSite

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def fresh(n: int, now: datetime = NOW, every: timedelta = HOUR) -> list[tuple[str, datetime]]:
    """Items published one `every` apart, the newest first."""
    return [(f"a{n - i}", now - i * every) for i in range(n)]


class Newsroom:
    """Sources of one installation, polled by workers whose clock the test moves."""

    def __init__(self, store: Store, site: FeedSite) -> None:
        self.store, self.site, self.now = store, site, NOW
        self.told: list[Change] = []
        self.gate = Gate(["127.0.0.0/8"], look_up=lambda _host, _port: ["127.0.0.1"])
        self.robots = Robots(self.gate, self.seconds)

    def clock(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    def kit(self, **given) -> Kit:
        bounds = Rhythm(gap=timedelta(0), **given)
        return Kit(self.store, self.gate, VAULT, self.clock, bounds, lambda _w, changes, _n: self.told.extend(changes))

    def watch(self, url: str, name: str = "Gazette", **given) -> str:
        with self.store.write() as work:
            return sources.add(work.session, VAULT, name=name, url=url, language=None, now=self.now, **given).id

    def poll(self, **given) -> int:
        return Poller(self.kit(**given)).once()

    def poll_with_pages(self) -> int:
        return Poller(self.kit(), (due_polls, due_pages(self.robots))).once()

    def at_next(self) -> int:
        """Go on to the moment of the next poll, and poll."""
        self.now = self.row().next_poll_at
        return self.poll()

    def row(self, name: str = "Gazette") -> Source:
        with self.store.read() as session:
            return sources.get(session, name)

    def health(self, name: str = "Gazette") -> Health:
        return health(self.row(name), self.now)

    def all(self, table: type) -> list:
        with self.store.read() as session:
            return list(session.scalars(select(table)))

    def due_in(self, name: str = "Gazette") -> timedelta:
        return self.row(name).next_poll_at - self.now
