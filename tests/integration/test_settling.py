"""Articles that are written together lead to what each would lead to by itself, and one that fails costs no other."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from services import announcing, pipeline, settling
from services.addressing import Options
from services.store import articles, deliveries, stories
from services.store.live_stories import LiveStories
from services.store.packs import terms_table
from services.store.tables import (
    Alert,
    Article,
    Channel,
    Delivery,
    DeliveryAlert,
    Story,
    StoryKey,
    StoryMember,
    SubscriptionChannel,
)
from services.store.tables import Subscription as SubscriptionRow
from services.store.work import Store, open_store
from tests.databases import Databases
from tests.town import LEASE, Town

OPTIONS = Options(timedelta(minutes=5), flood_most=4)
WORDS = [f"{a}{b}" for a in ("har", "lev", "mon", "sil", "tor") for b in ("bor", "den", "eck", "ium", "ost", "wick")]
CADENCES = ("instant", "instant", "instant", "hourly", "daily")


@pytest.fixture
def beside(databases: Databases, tmp_path: Path) -> Iterator[Town]:
    """A second installation, in which every article is written by itself."""
    store = open_store(databases.sqlite(tmp_path / "beside.db"))
    yield Town(store)
    store.close()


def report(number: int, words: list[str]) -> str:
    told = " ".join(f"{word} {number}{at}" for at, word in enumerate(words * 3))
    return f"The {words[0]} gave way on Thursday, officials said.\n\n{told}"


def populate(town: Town, chance: random.Random) -> None:
    """Subscribe some people with some channels to some of the words."""
    made = [
        town.channel(target=f"http://127.0.0.1:9/{person}{at}", email=f"{person}@example.org")
        for person in ("ana", "ben", "cleo")
        for at in range(2)
    ]
    for number in range(12):
        person = 2 * chance.randrange(3)
        its = chance.sample(made[person : person + 2], chance.choice((1, 2)))
        query = " OR ".join(chance.sample(WORDS, chance.choice((1, 3, 6))))
        town.subscribe(
            query, *its, name=f"s{number}", cadence=chance.choice(CADENCES), urgent=chance.random() < 0.1
        )  # fmt: skip


def publish(town: Town, chance: random.Random, round_: int) -> None:
    """Push reports, some again as a copy, under another address, or corrected."""
    pushed: list[tuple[str, str]] = []
    for number in range(chance.randrange(6, 14)):
        town.later(seconds=1)
        kind = chance.random()
        name, text = f"n{round_}-{number}", report(100 * round_ + number, chance.sample(WORDS, 5))
        url = f"https://paper.example/{name}" if chance.random() < 0.5 else None
        if pushed and kind < 0.15:
            text = chance.choice(pushed)[1]
        elif pushed and kind < 0.3:
            name, old = chance.choice(pushed)
            text, url = f"{old}\n\nCorrection: an earlier version gave a wrong count {number}.", None
        elif pushed and kind < 0.4:
            url = f"https://paper.example/{chance.choice(pushed)[0]}"
        elif pushed and kind < 0.5:
            text = chance.choice(pushed)[1].replace("officials said", "the county said")
        pushed.append((name, text))
        town.push(name, text, source=chance.choice(("Wire", "Post", "push")), title=f"No {number}", url=url)


def match(town: Town, live: LiveStories) -> None:
    while pipeline.ingest(town.store, town.clock, LEASE):
        pass
    while pipeline.match(town.store, town.rules, town.clock, LEASE, OPTIONS, live):
        pass


def said(town: Town) -> dict[str, list[object]]:
    """Give all that stands in the rows, by names that are the same in each installation."""
    names = {row.id: row.name for row in town.all(SubscriptionRow)}
    articles_ = {row.id: f"{row.external_id}.{row.revision}" for row in town.all(Article)}
    stories_ = {row.id: articles_[row.first_article] for row in town.all(Story)}
    ways = {row.id: row.label for row in town.all(Channel)}
    links = Counter(row.subscription for row in town.all(SubscriptionChannel))
    single = {id_ for id_, count in links.items() if count == 1}  # of two channels' reasons the alert shows one
    alerts = {row.id: (names[row.subscription], stories_[row.story], row.kind) for row in town.all(Alert)}
    sent = {row.id: (ways[row.channel], stories_[row.story], row.kind) for row in town.all(Delivery)}
    return {
        "articles": sorted((articles_[r.id], r.state, r.story and stories_[r.story]) for r in town.all(Article)),
        "members": sorted((articles_[r.article], stories_[r.story], r.relation) for r in town.all(StoryMember)),
        "keys": sorted((r.key, stories_[r.story]) for r in town.all(StoryKey)),
        "counts": sorted((stories_[r.id], r.articles, r.updates, r.corrections) for r in town.all(Story)),
        "alerts": sorted(
            (alerts[r.id], articles_[r.article], r.decision, r.subscription in single and r.because)
            for r in town.all(Alert)
        ),
        "messages": sorted(sent.values()),
        "links": sorted(
            (alerts[r.alert], ways[r.channel], r.delivery and sent[r.delivery], r.window is not None, r.state)
            for r in town.all(DeliveryAlert)
        ),
    }


@pytest.mark.parametrize("seed", range(6))
def test_articles_that_are_written_together_lead_to_what_each_would_by_itself(
    town: Town, beside: Town, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    for one, together in ((town, 10), (beside, 1)):
        monkeypatch.setattr(settling, "TOGETHER", together)
        chance, live = random.Random(seed), LiveStories(terms_table(), OPTIONS.window)
        populate(one, chance)
        for round_ in range(3):
            publish(one, chance, round_)
            match(one, live)
            one.later(minutes=chance.choice((1, 4, 20)))
    found, expected = said(town), said(beside)
    assert found["alerts"]
    assert {row[2] for row in found["members"]} >= {"new", "copy"}  # type: ignore[index]
    for part, rows in expected.items():
        assert found[part] == rows, (part, f"seed {seed}")


def reports(town: Town, count: int) -> list[str]:
    made = []
    for number in range(count):
        town.later(seconds=1)
        made.append(town.push(f"n{number}", report(number, [WORDS[number], "harbor"]), title=f"No {number}"))
    pipeline.ingest(town.store, town.clock, LEASE)
    return made


def test_ten_articles_ask_the_database_hardly_more_often_than_one(town: Town) -> None:
    for number, word in enumerate(WORDS[:10]):
        town.subscribe(word, town.channel(target=f"http://127.0.0.1:9/{number}"), name=word)
    live, asked = LiveStories(terms_table(), OPTIONS.window), []
    event.listen(town.store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counts = []
    for count in (1, 10):
        reports(town, count)
        asked.clear()
        pipeline.match(town.store, town.rules, town.clock, LEASE, OPTIONS, live)
        counts.append(len(asked))
        town.later(hours=80)
    assert len(town.all(Delivery)) >= 10
    assert counts[1] <= counts[0] + 3, counts


def test_an_article_that_cannot_be_written_costs_no_other(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.subscribe("harbor", town.channel())
    made = reports(town, 5)
    real = stories.assign

    def assign(session, row, *given, **named):
        if row.id == made[2]:
            raise ValueError("cannot be written")
        return real(session, row, *given, **named)

    monkeypatch.setattr(stories, "assign", assign)
    match(town, LiveStories(terms_table(), OPTIONS.window))
    states = {row.id: (row.state, row.tries) for row in town.all(Article)}
    assert [states[id_] for id_ in made] == [("matched", 0)] * 2 + [("new", 1)] + [("matched", 0)] * 2
    assert {row.article for row in town.all(Alert)} == set(made) - {made[2]}
    assert len(town.all(StoryMember)) == len(town.all(Story)) == 4


def test_an_article_that_another_worker_took_over_is_left_to_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.subscribe("harbor", town.channel())
    made = reports(town, 4)
    real = pipeline.find_some

    def find_some(rules, rows, names, *, apart):
        with town.store.write() as work:
            row = articles.get(work.session, made[1])
            row.lease_token = "another"
            work.session.add(row)
        return real(rules, rows, names, apart=apart)

    monkeypatch.setattr(pipeline, "find_some", find_some)
    live = LiveStories(terms_table(), OPTIONS.window)
    pipeline.match(town.store, town.rules, town.clock, LEASE, OPTIONS, live)
    assert {row.article for row in town.all(StoryMember)} == set(made) - {made[1]}
    assert {row.article for row in town.all(Alert)} == set(made) - {made[1]}
    assert len(live) == 3
    taken = next(row for row in town.all(Article) if row.id == made[1])
    assert (taken.state, taken.tries, taken.lease_token) == ("new", 0, "another")


def test_a_batch_whose_messages_are_known_already_is_decided_article_by_article(
    town: Town, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.subscribe("harbor", town.channel())
    reports(town, 3)
    real, sizes = announcing.deliveries.put_each, []

    def put_each(session, messages, now):
        sizes.append(len(messages))
        ids = real(session, messages, now)
        return [None for _ in ids] if len(sizes) == 1 else ids

    monkeypatch.setattr(deliveries, "put_each", put_each)
    match(town, LiveStories(terms_table(), OPTIONS.window))
    assert sizes == [1, 1, 0, 0]  # the first of three is told, the others are gathered; then each by itself
    assert len(town.all(Alert)) == 3
    assert len(town.all(Delivery)) == 1
