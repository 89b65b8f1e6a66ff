"""One installation whose clock a test moves, with an outside that keeps what it was sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from services import pipeline
from services.acts import article_acts, subscription_acts
from services.addressing import Options
from services.alerts.message import AlertFacts, DigestFacts, Foot
from services.articles.article import Item
from services.channels.outgoing import Accepted, Outgoing, SendError
from services.rules.engine import Engine
from services.store import channels, windows
from services.store.packs import shipped
from services.store.rules import LiveRules
from services.store.work import Store
from services.teller import Teller
from tests.builders import NOW, TEXT, VAULT, a_channel

LEASE = timedelta(seconds=60)
OTHER = (
    "The board of the school district declared itself a sanctuary city in spirit, whatever lawyers may say of it.\n\n"
    "Teachers said on Thursday that they would not ask any child for papers, and the union agreed."
)


class FakePost:
    """Stands for the outside: keeps what was rendered and sent, and answers as it is told."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.told: list[AlertFacts | DigestFacts] = []
        self.feet: list[Foot] = []
        self.refuse: SendError | None = None
        self.stops = False

    def run(self, jobs: list[Callable[[], None]]) -> None:
        for job in jobs:
            job()

    def room(self) -> int:
        return 100

    def busy(self) -> frozenset[str]:
        return frozenset()

    def return_path(self, id_, mark) -> str:
        return ""

    def stopping(self) -> bool:
        return self.stops

    def render(self, kind, target, id_, said, foot, *, thread, now) -> tuple[str, bytes]:
        self.told.append(said)
        self.feet.append(foot)
        return "subject", b"body"

    def send(self, kind, target, secret, outgoing, now, inflight) -> Accepted:
        inflight()
        if self.refuse is not None:
            raise self.refuse
        self.sent.append(outgoing)
        return Accepted(code="200", detail="")

    def delays_s(self, kind: str) -> tuple[float, ...]:
        return (5.0, 5.0)


class Town:
    """One installation whose clock the test moves."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, NOW
        self.post = FakePost()
        packs = shipped()
        self.rules = LiveRules(Engine(packs.trees), packs)
        self.teller = Teller(self.post, VAULT, self.clock)  # type: ignore[arg-type]

    def clock(self) -> datetime:
        return self.now

    def channel(self, **given) -> str:
        with self.store.write() as work:
            return a_channel(work.session, **given).id

    def subscribe(self, query: str, *channel_ids: str, name: str = "Sanctuary", **given) -> str:
        with self.store.write() as work:
            person = channels.get(work.session, channel_ids[0]).person
            row = subscription_acts.add_subscription(
                work, shipped().lookups, "test", person=person, name=name, query=query, channel_ids=channel_ids,
                **({"cadence": "instant", "urgent": False} | given), now=self.now,
            )  # fmt: skip
            return row.id

    def push(
        self,
        external_id: str = "a1",
        text: str = TEXT,
        *,
        source: str = "push",
        title: str = "Council votes",
        url: str | None = None,
    ) -> str:
        item = Item(external_id=external_id, title=title, text=text, url=url)
        with self.store.write() as work:
            return article_acts.push(work, [article_acts.Pushed(source, item)], self.now)[0].id

    def run(self) -> None:
        """Let every stage do all that waits."""
        for _ in range(20):
            done = pipeline.ingest(self.store, self.clock, LEASE)
            done += pipeline.match(self.store, self.rules, self.clock, LEASE, Options(timedelta(minutes=5)))
            with self.store.write() as work:
                windows.close_due(work.session, self.now)
            done += pipeline.deliver(self.store, "w1", self.teller, LEASE, 100)
            if not done:
                return

    def all(self, table: type) -> list:
        with self.store.read() as session:
            return list(session.scalars(select(table)))

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)
