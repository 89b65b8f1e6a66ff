"""A newsroom that hubs can reach, and what its source says."""

from __future__ import annotations

from datetime import datetime, timedelta

from services import clock
from services.guard import Gate
from services.settings import Settings
from services.sources.poll import Kit, Poller, due_polls
from services.sources.rhythm import Rhythm
from services.sources.websub import due_deliveries, due_requests
from services.store import sources
from services.store.secrets import open_vault
from services.store.source_tables import WebSub
from services.store.work import Store
from tests.feed_site import FeedSite, rss
from tests.hub import Hub
from tests.newsroom import Newsroom


class Subscriber(Newsroom):
    """A newsroom that hubs can reach. Its clock, and the server's, run `ahead` of the real one."""

    def __init__(self, store: Store, site: FeedSite, settings: Settings) -> None:
        super().__init__(store, site)
        self.settings = settings
        self.ahead = timedelta()
        self.gate = Gate(["127.0.0.0/8"], own=settings.own_urls)

    def clock(self) -> datetime:
        return clock.now()

    def kit(self, **given) -> Kit:
        vault = open_vault(self.settings.key_file)
        bounds = Rhythm(gap=timedelta(0))
        return Kit(self.store, self.gate, vault, self.clock, bounds, callback=self.settings.base_url)

    def work(self) -> None:
        """Do everything that is due."""
        Poller(self.kit(), (due_deliveries, due_polls, due_requests)).once()

    def watch(self, url: str, name: str = "Gazette", **given) -> str:
        with self.store.write() as work:
            vault = open_vault(self.settings.key_file)
            return sources.add(work.session, vault, name=name, url=url, language=None, now=self.clock(), **given).id

    @property
    def subs(self) -> list[WebSub]:
        return sorted(self.all(WebSub), key=lambda row: row.created_at)

    def states(self) -> list[str]:
        return [row.state for row in self.subs]

    def due_in(self, name: str = "Gazette") -> timedelta:
        return self.row(name).next_poll_at - self.clock()


def feed(us: Subscriber, hub: Hub, *names: str) -> str:
    now = clock.now()
    items = [(name, now - timedelta(minutes=3) * n) for n, name in enumerate(names or ("a",))]
    return rss(*items, head=f'<atom:link rel="hub" href="{hub.url}"/><atom:link rel="self" href="{us.site.url}/feed"/>')


def subscribed(us: Subscriber, hub: Hub, *names: str) -> None:
    """Watch a source whose feed names the hub, and have the subscription verified."""
    us.watch(us.site.at("/feed", feed(us, hub, *names)))
    us.work()
    assert hub.verify().status_code == 200
