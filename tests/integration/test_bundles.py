"""Bundles of articles: a preview gives the same with and without them, and none is lost or counted twice."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlmodel import col

from services import bundling, pipeline, text
from services.previews.preview import preview, span_of
from services.queries.parser import parse
from services.store.bundles import Bundle
from services.store.packs import shipped
from services.store.tables import Alert, Article
from services.store.work import Store
from tests import generate
from tests.builders import NOW
from tests.integration.past import TREES, filled, looked_back
from tests.town import Town


@pytest.fixture(autouse=True)
def small_bundles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bundle 30 articles instead of 256."""
    monkeypatch.setattr(bundling, "SIZE", 30)


def test_a_preview_of_the_past_equals_a_replay_pair_for_pair(store: Store) -> None:
    town = Town(store)
    channel, rng = town.channel(), random.Random(11)
    queries = {}
    while len(queries) < 15:
        tree = generate.query(rng)
        try:
            parsed = parse(generate.spelled(tree, rng), shipped().lookups)
        except Exception:  # a topic that does not ship, a place with a zone
            continue
        queries[town.subscribe(parsed.text, channel, name=f"q{len(queries)}")] = parsed.text
    filled(town, 70)
    with store.read() as session:
        told = {(one.subscription, one.story) for one in session.scalars(select(Alert).where(col(Alert.kind) == "new"))}
        assert list(session.scalars(select(Bundle.articles))) == [30, 30]
    found = set()
    for subscription, query in queries.items():
        with store.read() as session:
            given = preview(session, TREES, parse(query), span_of(30, town.now, "UTC"), 1000)
        found |= {(subscription, one.story) for one in given.briefs}
        assert given.stories == len(given.briefs) == sum(day.stories for day in given.days)
    assert told
    assert found == told


def test_bundled_articles_give_the_same_as_articles_one_by_one(store: Store) -> None:
    town = Town(store)
    filled(town, 60, seed=4)
    queries = [
        "city",
        "sanctuary -ice",
        '"rent control" OR warrant*',
        "=ICE",
        "title:city",
        'source:"Sierra Wire" mayor',
    ]
    before = {query: looked_back(store, query, town.now) for query in queries}
    with store.write() as work:
        work.session.execute(update(Article).values(bundle=None))
        work.session.execute(delete(Bundle))
    for query, given in before.items():
        alone = looked_back(store, query, town.now)
        assert (alone.articles, alone.stories, alone.shares, alone.ignored_articles) == (
            given.articles, given.stories, given.shares, given.ignored_articles,
        )  # fmt: skip
        assert [one.article.id for one in alone.briefs] == [one.article.id for one in given.briefs]


def test_two_processes_never_bundle_an_article_twice(store: Store) -> None:
    town = Town(store)
    filled(town, 29)
    assert bundling.bundle_waiting(store, NOW) == 0
    town.push("last", "One more city.")
    town.run()
    with store.read() as session:
        assert list(session.scalars(select(Bundle.articles))) == [30]
    assert bundling.bundle_waiting(store, NOW) == 0


def test_bundles_of_an_older_analysis_are_made_anew(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(store)
    filled(town, 30)
    before = looked_back(store, "city", town.now)
    monkeypatch.setattr(text, "ANALYSIS", text.ANALYSIS + 1)
    assert looked_back(store, "city", town.now).articles == before.articles
    bundling.keep_bundles(store, NOW)
    with store.read() as session:
        assert list(session.scalars(select(Bundle.version))) == [f"{text.ANALYSIS}:en,es"]
    assert looked_back(store, "city", town.now).articles == before.articles


def test_an_article_that_is_gone_is_left_out(store: Store) -> None:
    town = Town(store)
    filled(town, 30)
    before = looked_back(store, "city", town.now)
    one = before.briefs[0].article.id
    with store.write() as work:
        work.session.execute(delete(Alert).where(col(Alert.article) == one))
        work.session.execute(delete(Article).where(col(Article.id) == one))
    after = looked_back(store, "city", town.now)
    assert (after.checked, after.articles) == (29, before.articles - 1)


def test_an_article_that_cannot_be_analysed_stops_no_other(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(store)
    monkeypatch.setattr(bundling, "SIZE", 3)  # all of them
    real = bundling.document

    def fails(article):
        if "poison" in article.text:
            raise ValueError
        return real(article)

    monkeypatch.setattr(bundling, "document", fails)
    for number, words in enumerate(("A city here.", "A poison city.", "Another city.")):
        town.push(f"a{number}", words)
    pipeline.ingest(store, town.clock, timedelta(seconds=60))
    with store.read() as session:
        assert sorted(session.scalars(select(Article.bundle))) == [0, 1, 1]
