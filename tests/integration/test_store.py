"""The store's own promises, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text
from sqlmodel import SQLModel, col

from services.alerts.digest import Slot
from services.articles.article import Item
from services.broker import Stage
from services.errors import ConflictError, InvalidError, NotFoundError, OutsideError
from services.rules.budget import Breach, Fault
from services.store import articles, channels, quarantine, schema, sources, stories, subscriptions, windows
from services.store.states import ArticleState
from services.store.tables import Article, Channel, RuleChange, Story, Subscription
from services.store.work import Store, open_store
from services.stories.decision import Decision, Relation
from tests.builders import NOW, TEXT, VAULT, a_channel, a_person, a_subscription, an_article

LEASE = timedelta(seconds=60)


def test_the_migrations_make_the_tables_that_the_code_describes(store: Store) -> None:
    with store.read() as session:
        assert compare_metadata(MigrationContext.configure(session.connection()), SQLModel.metadata) == []


def test_upgrading_twice_and_at_once_is_upgrading_once(database_url: str) -> None:
    stores = [open_store(database_url) for _ in range(3)]
    threads = [threading.Thread(target=schema.upgrade, args=(each,)) for each in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    schema.check(stores[0])
    for each in stores:
        each.close()


def test_a_database_of_another_version_is_refused(database_url: str) -> None:
    empty = open_store(database_url)
    with pytest.raises(InvalidError, match="tocsin db upgrade"):
        schema.check(empty)
    empty.close()


def test_a_database_that_does_not_answer_is_an_outside_error() -> None:
    gone = open_store("postgresql+psycopg://nobody@127.0.0.1:9/none")
    with pytest.raises(OutsideError) as error, gone.write() as work:
        work.session.execute(text("SELECT 1"))
    assert error.value.retry_after_s


def test_hints_leave_after_the_commit_and_not_without_one(database_url: str) -> None:
    sent: list[Stage] = []
    store = open_store(database_url, sent.append)
    schema.upgrade(store)
    with store.write() as work:
        work.hint(Stage.MATCH)
        work.hint(Stage.MATCH)
        assert sent == []
    assert sent == [Stage.MATCH]
    with pytest.raises(ValueError), store.write() as work:
        work.hint(Stage.DELIVER)
        raise ValueError("undone")
    assert sent == [Stage.MATCH]
    store.close()


# ---- articles ----


def test_the_same_item_again_is_the_same_article(store: Store) -> None:
    with store.write() as work:
        first, again = an_article(work.session), an_article(work.session)
    assert first.id == again.id


def test_another_text_is_the_next_revision(store: Store) -> None:
    with store.write() as work:
        first, second = an_article(work.session), an_article(work.session, text=TEXT + " More.")
    assert (first.revision, second.revision) == (1, 2)
    assert first.id != second.id


def test_many_pushing_the_same_item_at_once_make_one_article(store: Store) -> None:
    with store.write() as work:
        source = sources.pushed(work.session, "push", NOW).id
    ids: list[str] = []

    def push() -> None:
        with store.write() as work:
            ids.append(articles.put(work.session, source, Item("x", text=TEXT), NOW)[0].id)

    threads = [threading.Thread(target=push) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8
    assert len(set(ids)) == 1


def test_a_claim_hands_a_row_out_once_and_careful_after_its_lease(store: Store) -> None:
    with store.write() as work:
        row = an_article(work.session)
    with store.write() as work:
        claim = articles.claim_to_read(work.session, NOW, LEASE)
        assert [r.id for r in claim.rows] == [row.id]
        assert not claim.careful
    with store.write() as work:
        assert articles.claim_to_read(work.session, NOW, LEASE).rows == []
    with store.write() as work:
        late = articles.claim_to_read(work.session, NOW + LEASE * 2, LEASE)
        assert [r.id for r in late.rows] == [row.id]
        assert late.careful
    with store.write() as work:
        assert not articles.record(work.session, row, claim.token, read_at=NOW)
        assert articles.record(work.session, row, late.token, read_at=NOW)


def test_a_row_that_a_dead_worker_held_does_not_wait_for_the_fresh_ones_to_end(store: Store) -> None:
    with store.write() as work:
        held = an_article(work.session, "held").id
        articles.claim_to_read(work.session, NOW, timedelta(seconds=5))
        fresh = [an_article(work.session, f"n{n}").id for n in range(3)]
    with store.write() as work:
        claim = articles.claim_to_read(work.session, NOW + timedelta(seconds=6), timedelta(seconds=5), limit=2)
    assert {row.id for row in claim.rows} > {held}
    assert len({row.id for row in claim.rows} & set(fresh)) == 2
    assert claim.careful == {held}


def test_an_article_that_fails_three_times_is_set_aside_with_its_reason(store: Store) -> None:
    with store.write() as work:
        an_article(work.session)
    at = NOW
    for _ in range(articles.TRIES):
        with store.write() as work:
            claim = articles.claim_to_read(work.session, at, LEASE)
            articles.record_failure(work.session, claim.rows[0], claim.token, "ValueError: bad", "trace", at)
        at += articles.RETRY
    with store.read() as session:
        row = session.scalars(select(Article)).one()
    assert (row.state, row.reason, row.trace) == (ArticleState.SET_ASIDE, "poison: ValueError: bad", "trace")


def test_an_article_that_failed_before_is_handled_with_care_one_at_a_time(store: Store) -> None:
    with store.write() as work:
        for name in ("a", "b", "c"):
            an_article(work.session, name)
    with store.write() as work:
        claim = articles.claim_to_read(work.session, NOW, LEASE)
        for row in claim.rows[:2]:
            articles.record_failure(work.session, row, claim.token, "ValueError: bad", "trace", NOW)
        articles.release(work.session, claim.token)
    at = NOW + articles.RETRY
    with store.write() as work:
        again = articles.claim_to_read(work.session, at, LEASE)
    failed = {row.id for row in claim.rows[:2]}
    assert len(again.rows) == 2
    assert len(again.careful) == 1
    assert again.careful < failed
    assert [row.id in again.careful for group in again.in_turn() for row in group] == [False, True]


def test_what_a_dead_worker_had_in_hand_is_taken_up_at_once_and_with_care(store: Store) -> None:
    with store.write() as work:
        an_article(work.session, "a")
        articles.claim_to_read(work.session, NOW, LEASE, worker="dead")
        an_article(work.session, "b")
        articles.claim_to_read(work.session, NOW, LEASE, worker="alive")
    with store.write() as work:
        assert articles.take_back(work.session, lambda worker: worker == "dead", NOW) == 1
    with store.write() as work:
        claim = articles.claim_to_read(work.session, NOW, LEASE)
    assert [(row.external_id, row.id in claim.careful) for row in claim.rows] == [("a", True)]


# ---- stories ----


def assign(store: Store, external_id: str, keys: list[str], at=NOW) -> tuple[str, Decision]:
    with store.write() as work:
        stories.lock(work.session)
        row = an_article(work.session, external_id)
        joined = stories.assign(work.session, row, keys, None, at, known=stories.keyed(work.session, keys))
        stories.put_keys(work.session, dict.fromkeys(keys, joined.story.id), at)
        row.story = joined.story.id
        return joined.story.id, joined.decision


def test_a_copy_joins_the_story_and_raises_its_counter(store: Store) -> None:
    first, _ = assign(store, "a", ["url:u", "text:t"])
    second, found = assign(store, "b", ["url:v", "text:t"])
    assert (second, found.relation, found.because) == (first, Relation.COPY, "it has the same words")
    with store.read() as session:
        assert session.get_one(Story, first).articles == 2


def test_a_story_takes_no_article_after_its_window(store: Store) -> None:
    first, _ = assign(store, "a", ["text:t"])
    second, found = assign(store, "b", ["text:t"], NOW + timedelta(hours=73))
    assert second != first
    assert found.relation is Relation.NEW


def test_two_copies_at_once_make_one_story(store: Store) -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(assign(store, f"c{n}", ["text:t"])[0])) for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1


# ---- subscriptions, channels, people ----


def test_a_subscription_and_its_change_are_logged_in_the_order_of_commits(store: Store) -> None:
    with store.write() as work:
        row = a_subscription(work.session, a_channel(work.session))
    with store.write() as work:
        fresh = subscriptions.get(work.session, row.id)
        subscriptions.change(work.session, fresh, query="x", rule_key="r2", now=NOW)
    with store.read() as session:
        changes = [(c.seq, c.rule_key) for c in session.scalars(select(RuleChange).order_by(col(RuleChange.seq)))]
    assert changes == [(1, "r1"), (2, "r1"), (3, "r2")]


def test_a_rule_that_fails_three_times_puts_its_subscriptions_in_quarantine(store: Store) -> None:
    with store.write() as work:
        row = a_subscription(work.session, a_channel(work.session))
    for _ in range(quarantine.BREACHES):
        with store.write() as work:
            quarantine.record_breach(work.session, Breach("r1", Fault.SLOW, "took 80 ms"), NOW)
    with store.read() as session:
        found = session.get_one(Subscription, row.id)
    said = "This query took too long 3 times and no longer runs. Make it narrower, then save it again"
    assert (found.state, found.reason) == ("quarantined", said)


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"channels": []}, InvalidError, "/channels"),
        ({"channels": ["none"]}, NotFoundError, "/channels/0"),
        ({"name": " "}, InvalidError, "/name"),
        ({"cadence": "never"}, InvalidError, "/cadence"),
        ({"name": "Sanctuary"}, ConflictError, "/name"),
    ],
)
def test_a_subscription_that_cannot_be_is_refused_and_changes_nothing(
    store: Store, change: dict, error: type, field: str
) -> None:
    with store.write() as work:
        channel = a_channel(work.session)
        a_subscription(work.session, channel)
    given = {"person": channel.person, "name": "Other", "query": "q", "rule_key": "k", "channels": [channel.id],
             "cadence": "instant", "urgent": False, "now": NOW} | change  # fmt: skip
    with pytest.raises(error) as raised, store.write() as work:
        subscriptions.add(work.session, **given)
    assert raised.value.field == field
    with store.read() as session:
        assert len(session.scalars(select(Subscription)).all()) == 1


def test_no_address_or_secret_stands_in_the_database_in_clear(store: Store, tmp_path: Path) -> None:
    with store.write() as work:
        a_channel(work.session, target="https://example.org/canary-target")
    with store.read() as session:
        row = session.scalars(select(Channel)).one()
    assert "canary" not in row.target_sealed
    assert channels.opened(VAULT, row)[0] == "https://example.org/canary-target"


# ---- windows ----


def test_a_window_is_opened_once_and_closed_by_one(store: Store) -> None:
    with store.write() as work:
        channel = a_channel(work.session)
        slot = Slot("five_minutes", NOW, NOW + timedelta(minutes=5))
        one, two = (windows.opened(work.session, channel.id, slot, NOW) for _ in range(2))
    assert one == two
    with store.write() as work:
        windows.close(work.session, one, NOW)
    with store.write() as work:
        assert windows.opened(work.session, channel.id, slot, NOW + timedelta(minutes=1)) != one


def test_people_are_known_by_their_address_without_regard_to_case(store: Store) -> None:
    with store.write() as work:
        a_person(work.session, "ana@example.org")
    with pytest.raises(ConflictError), store.write() as work:
        from services.store import people

        people.add(work.session, email="ANA@example.org", name="", timezone="UTC", role="subscriber", now=NOW)
