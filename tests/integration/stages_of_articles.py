"""What stops an article before anybody is told: one function a cause, from its source to the query."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import update
from sqlmodel import Session

from services import pipeline
from services.acts import subscription_acts
from services.addressing import Options
from services.articles.article import Item
from services.rules.budget import Breach, Fault
from services.store import articles, links, quarantine, sources, subscriptions
from services.store.packs import shipped
from services.store.states import SubscriptionState
from services.store.tables import Subscription
from tests.builders import VAULT
from tests.town import LEASE, Town

URL = "https://paper.example/council-votes"
TEXT = (
    "The council voted late on Tuesday to call itself a sanctuary city after four hours of comment.\n\n"
    "READ MORE: Animal shelter fined over permits\n\n"
    "Sheriff Ana Ruelas of San Bernardino County, California, said her deputies answered 212 requests this year."
)
OTHER = "The mayor opened the county fair on Friday, and thousands came to see goats and pies.\n\nIt rained at noon."
QUERY = '"sanctuary city"'


def mine(session: Session) -> Subscription:
    """The subscription that is asked about."""
    return next(row for row in links.subscriptions_of(session, None) if row.name == "Sanctuary")


def pushed(town: Town, external_id: str = "a1", text: str = TEXT, url: str = URL, title: str = "Council votes") -> str:
    return town.push(external_id, text, url=url, source="Paper", title=title)


def told(town: Town, options: Options | None = None) -> None:
    """Read and match, but send nothing."""
    pipeline.ingest(town.store, town.clock, LEASE)
    pipeline.match(town.store, town.rules, town.clock, LEASE, options or Options(timedelta(minutes=5)))


def change(town: Town, table: type, **values) -> None:
    with town.store.write() as work:
        work.session.execute(update(table).values(**values))


def unknown_source(town: Town) -> None:
    town.push("a1", TEXT, url="https://elsewhere.example/1", source="Elsewhere")
    town.run()


def never_seen(town: Town) -> None:
    pushed(town, url="https://paper.example/another")
    town.run()


def never_seen_of_a_feed(town: Town) -> None:
    with town.store.write() as work:
        sources.add(
            work.session, VAULT, name="Paper", url="https://www.paper.example/feed.xml", language=None, now=town.now
        )


def waits_to_be_read(town: Town) -> None:
    pushed(town)


def waits_to_be_matched(town: Town) -> None:
    pushed(town)
    pipeline.ingest(town.store, town.clock, LEASE)


def poisonous(town: Town) -> None:
    pushed(town)
    for _ in range(articles.TRIES):
        with town.store.write() as work:
            claim = articles.claim_to_read(work.session, town.now, LEASE)
            articles.record_failure(work.session, claim.rows[0], claim.token, "ValueError: bad", "trace", town.now)
        town.later(minutes=1)


def old(town: Town) -> None:
    with town.store.write() as work:
        source = sources.pushed(work.session, "Paper", town.now).id
        item = Item("a1", url=URL, text=TEXT, published=town.now - timedelta(days=4))
        pipeline.take_in(work, source, item, town.now, old=True)
    town.run()


def copy(town: Town) -> None:
    pushed(town, "first", url="https://paper.example/first")
    town.run()
    town.later(minutes=2)
    town.push("second", TEXT, url=URL, source="Courier")
    town.run()


def made_later(town: Town) -> None:
    with town.store.write() as work:
        work.session.execute(update(Subscription).values(state=SubscriptionState.PAUSED))
    pushed(town)
    town.run()
    change(town, Subscription, state=SubscriptionState.ACTIVE, created_at=town.now + timedelta(minutes=5))


def paused(town: Town) -> None:
    with town.store.write() as work:
        row = mine(work.session)
        subscriptions.change(work.session, row, state=SubscriptionState.PAUSED, now=town.now)
    pushed(town)
    town.run()


def quarantined(town: Town) -> None:
    with town.store.write() as work:
        row = mine(work.session)
        for _ in range(quarantine.BREACHES):
            quarantine.record_breach(work.session, Breach(row.rule_key, Fault.FAILED, "RecursionError"), town.now)
    pushed(town)
    town.run()


def changed(town: Town) -> None:
    queried(town, "goats")
    pushed(town)
    town.run()
    town.later(minutes=3)
    queried(town, QUERY)


def queried(town: Town, query: str) -> None:
    with town.store.write() as work:
        row = mine(work.session)
        subscription_acts.change_subscription(
            work,
            shipped().lookups,
            "test",
            row,
            subscription_acts.SubscriptionChange(query=query),
            town.now - timedelta(minutes=1),
        )


def false_clause(town: Town) -> None:
    queried(town, f"{QUERY} ordinance")
    pushed(town)
    town.run()


def false_by_what_is_left_out(town: Town) -> None:
    queried(town, f"{QUERY} -deputies")
    pushed(town)
    town.run()


def only_in_a_teaser(town: Town) -> None:
    queried(town, f"{QUERY} shelter")
    pushed(town)
    town.run()


def another_place(town: Town) -> None:
    queried(town, f'{QUERY} about:"San Bernardino, CA"')
    pushed(town)
    town.run()


CASES: tuple[tuple[Callable[[Town], None], str | None, str | None], ...] = (
    (unknown_source, "source", "unknown_source"),
    (never_seen, "seen", "never_seen"),
    (never_seen_of_a_feed, "seen", "never_seen"),
    (waits_to_be_read, "read", "waiting"),
    (waits_to_be_matched, "read", "waiting"),
    (poisonous, "read", "poisonous"),
    (old, "age", "old"),
    (copy, "story", "copy"),
    (made_later, "subscription", "later"),
    (paused, "subscription", "paused"),
    (quarantined, "subscription", "quarantined"),
    (changed, "subscription", "changed"),
    (false_clause, "query", "false_clause"),
    (false_by_what_is_left_out, "query", "false_clause"),
    (only_in_a_teaser, "query", "uncounted"),
    (another_place, "query", "place"),
)
"""Each cause, with the stage that stops the article and the word for it."""
