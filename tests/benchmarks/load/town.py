"""Who subscribes to what, and which articles come: known beforehand, so that what must arrive is known too.

Each subscriber has a webhook and one query around a word that is theirs alone; an article holds the words of three of
them. Nobody's word comes twice within a pass through all, so that nothing is grouped and each message has its own time.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert

from services.acts.subscription_acts import rule_id
from services.bench.corpus import made_up
from services.identity import alert_id, delivery_id
from services.queries.parser import parse
from services.store.secrets import Vault
from services.store.tables import (
    Alert,
    Article,
    Channel,
    Delivery,
    DeliveryAlert,
    Person,
    Source,
    Story,
    Subscription,
    SubscriptionChannel,
)
from services.store.work import Store
from tests.parts import HOST

PER_ARTICLE = 3
HOT, DEAD = "zqeverybody", "zqnobody"
QUERIES = (
    "{w}", '"{w} council"', "{w} council", "({w} OR {w}x) council", "{w} -zqbanana", "{w} NEAR/5 council", "lead:{w}",
    '{w} "council met"', "{w} SENT council", "{w}*",
)  # fmt: skip
CHUNK = 2000
Tell = Callable[[int], None]


def word(number: int) -> str:
    """Give a subscriber's own word: letters only, none the beginning of another."""
    signs = ""
    for _ in range(5):
        number, sign = divmod(number, 20)
        signs += "bcdfghjklmnprstvwxyz"[sign]
    return f"q{signs}q"


@dataclass(frozen=True, slots=True)
class Planned:
    """An article, and the paths of the webhooks that are to hear of it."""

    title: str
    text: str
    told: tuple[str, ...]


def planned(seed: int, subscribers: int, count: int, tell: Tell, *, first: int = 0) -> list[Planned]:
    """Make articles; the same seed gives the same. `first`: the number of the first, so that no two have one title."""
    whole, at = -1, first * PER_ARTICLE
    found = []
    for number, base in enumerate(made_up(seed * 100_003 + first, count), start=first):
        told = []
        for _ in range(PER_ARTICLE):
            if at // subscribers != whole:
                whole = at // subscribers
                order = random.Random(f"{seed} {whole}").sample(range(subscribers), subscribers)
            told.append(order[at % subscribers])
            at += 1
        said = " ".join(f"The {word(one)} council met in the town hall on Tuesday." for one in told)
        found.append(Planned(f"Case {number}", f"{said}\n\n{base.text}", tuple(f"/h/{one}" for one in told)))
        tell(1)
    return found


def fill(store: Store, vault: Vault, port: int, count: int, tell: Tell, *, hot: bool = False) -> None:
    """Add subscribers; `hot`: they all ask for the same word, and get their messages under another path."""
    kind, now = ("e" if hot else "h"), datetime.now(UTC)
    secret = vault.seal("whsec_" + "c2VjcmV0" * 4)
    common = rule_id(parse(HOT))
    for start in range(0, count, CHUNK):
        rows: list[list[dict[str, object]]] = [[], [], [], []]
        for n in range(start, min(start + CHUNK, count)):
            query = HOT if hot else QUERIES[n % len(QUERIES)].format(w=word(n))
            _subscriber(rows, f"{kind}{n:07}", query, common if hot else rule_id(parse(query)), now)
            rows[1][-1] |= {"target_sealed": vault.seal(f"http://{HOST}:{port}/{kind}/{n}"), "secret_sealed": secret}
        _write(store, rows)
        tell(len(rows[0]))


def _subscriber(rows: list[list[dict[str, object]]], id_: str, query: str, key: str, now: datetime) -> None:
    rows[0].append(Person(id=f"p{id_}", email=f"{id_}@x.example", created_at=now).model_dump())
    channel = Channel(id=f"c{id_}", person=f"p{id_}", kind="webhook", label=id_, target_sealed="", target_sha256=id_,
                      state="active", confirmed_at=now, breaker_until=now, created_at=now)  # fmt: skip
    rows[1].append(channel.model_dump())
    row = Subscription(
        id=f"s{id_}", person=f"p{id_}", name=id_, query=query, rule_key=key, created_at=now, changed_at=now
    )
    rows[2].append(row.model_dump())
    rows[3].append({"subscription": f"s{id_}", "channel": f"c{id_}"})


def _write(store: Store, rows: list[list[dict[str, object]]]) -> None:
    with store.write() as work:
        for table, its in zip((Person, Channel, Subscription, SubscriptionChannel), rows, strict=True):
            work.session.execute(insert(table), its)


def plant_dead_channel(store: Store, vault: Vault, waiting: int, tell: Tell) -> None:
    """Let so many messages wait for a channel whose host refuses connections."""
    now, id_ = datetime.now(UTC), "d0"
    rows: list[list[dict[str, object]]] = [[], [], [], []]
    _subscriber(rows, id_, DEAD, rule_id(parse(DEAD)), now)
    rows[1][-1] |= {"target_sealed": vault.seal(f"http://{HOST}:1/"), "secret_sealed": vault.seal("whsec_c2VjcmV0")}
    _write(store, rows)
    with store.write() as work:
        work.session.add(Source(id="dead", name="dead", created_at=now))
        work.session.flush()
        work.session.add(Article(id="dead", source="dead", external_id="d", revision=1, title="Dead", text="Dead.",
                                 passages=[["lead", 0, 5]], seen_at=now, read_at=now, matched_at=now, due_at=now,
                                 state="matched", language="en", bundle=-1))  # fmt: skip
    for start in range(0, waiting, CHUNK):
        _wait(store, f"s{id_}", f"c{id_}", range(start, min(start + CHUNK, waiting)), now)
        tell(min(CHUNK, waiting - start))


def _wait(store: Store, subscription: str, channel: str, numbers: range, now: datetime) -> None:
    reason = {"clause": DEAD, "zone": "lead", "sentence": "Dead.", "marks": [], "places": [], "clauses": []}
    stories, alerts, sent, links = [], [], [], []
    for n in numbers:
        story, id_ = f"dead{n}", alert_id(subscription, f"dead{n}", "new")
        stories.append(Story(id=story, first_article="dead", first_seen_at=now, last_seen_at=now).model_dump())
        alerts.append(Alert(id=id_, subscription=subscription, story=story, kind="new", article="dead", decision="tell",
                            because="first", reason=reason, created_at=now).model_dump())  # fmt: skip
        key = f"story:{story}:new"
        delivery = delivery_id(channel, key)
        sent.append(Delivery(id=delivery, channel=channel, dedupe_key=key, kind="new", story=story, due_at=now,
                             created_at=now).model_dump())  # fmt: skip
        links.append(DeliveryAlert(alert=id_, channel=channel, delivery=delivery).model_dump())
    with store.write() as work:
        for table, rows in ((Story, stories), (Alert, alerts), (Delivery, sent), (DeliveryAlert, links)):
            work.session.execute(insert(table), rows)


def hot_article(subscribers: int) -> Planned:
    """Make the article that everybody among the `hot` asks for."""
    said = f"The {HOT} council met on Tuesday. Nobody left before the end."
    return Planned("Hot case", said, tuple(f"/e/{n}" for n in range(subscribers)))


def owed(articles: Iterator[Planned] | list[Planned]) -> set[tuple[str, str]]:
    """Give what must arrive: (path of the webhook, title)."""
    return {(path, one.title) for one in articles for path in one.told}
