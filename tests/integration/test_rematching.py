"""The rows' own rules: the hourly check finds what breaks them, and keeps it for metrics and operators."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, select, update

from services import pipeline, rematching, symptoms
from services.acts import subscription_acts
from services.addressing import Options
from services.rules.engine import Engine
from services.store import channels, invariants
from services.store.packs import shipped
from services.store.rules import LiveRules
from services.store.tables import Alert, Article, Delivery, DeliveryAlert
from services.store.work import Store
from tests.builders import NOW, a_channel, an_article

LEASE, HARD = timedelta(seconds=60), timedelta(minutes=15)
LATER = NOW + timedelta(minutes=5)


def told(store: Store) -> None:
    """Match one article that one of two subscriptions asks for."""
    with store.write() as work:
        channel = a_channel(work.session)
        for name, query in (("Yes", '"sanctuary city"'), ("No", "volcano")):
            subscription_acts.add_subscription(
                work, shipped().lookups, "test", person=channels.get(work.session, channel.id).person, name=name,
                query=query, cadence="instant", channel_ids=[channel.id], urgent=False, now=NOW,
            )  # fmt: skip
        an_article(work.session)
    pipeline.ingest(store, lambda: LATER, LEASE)
    rules = LiveRules(Engine(shipped().trees), shipped())
    pipeline.match(store, rules, lambda: LATER, LEASE, Options(timedelta(minutes=5)))


def test_rows_that_keep_their_rules_are_found_well(store: Store) -> None:
    told(store)
    with store.read() as session:
        assert len(session.scalars(select(Alert)).all()) == 1
        assert rematching.broken(session, LATER, HARD) == {}


def test_an_alert_that_is_missing_is_found_by_reading_the_article_again(store: Store) -> None:
    told(store)
    with store.write() as work:
        for table in (DeliveryAlert, Alert):
            work.session.execute(delete(table))
    with store.read() as session:
        assert list(rematching.broken(session, LATER, HARD)) == ["I7"]


def test_the_hourly_check_is_made_once_and_told_to_operators_until_it_is_well(store: Store, tmp_path: Path) -> None:
    told(store)
    with store.write() as work:
        work.session.execute(update(Delivery).values(state="sent"))
        work.session.execute(update(Article).values(story=None))
    assert rematching.look(store, LATER, HARD) is not None
    assert rematching.look(store, LATER + timedelta(minutes=59), HARD) is None
    bounds = symptoms.Bounds(tmp_path, timedelta(hours=9), 0)
    with store.read() as session:
        assert {name: count for name, count in invariants.kept(session).items() if count} == {"I3": 1, "I6": 1, "I8": 1}
        kinds = [one.key for one in symptoms.found(session, bounds, LATER, broker=None)]
    assert {"invariant:I3", "invariant:I6", "invariant:I8"} <= set(kinds)
    with store.write() as work:
        for table in (DeliveryAlert, Alert, Delivery, Article):
            work.session.execute(delete(table))
    assert rematching.look(store, LATER + timedelta(hours=1), HARD) == {}
    with store.read() as session:
        assert not any(invariants.kept(session).values())
