"""Why somebody did not get an article: one fixture a stage, and the stage that is named is the one that was injected."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlmodel import Session

from services import pipeline
from services.acts import subscription_acts
from services.addressing import Options
from services.alerts.retry import Outcome
from services.articles.article import Item
from services.channels.outgoing import SendError
from services.rules.budget import Breach, Fault
from services.store import articles, links, quarantine, sources, subscriptions
from services.store.packs import shipped
from services.store.reader_tables import StoryMute
from services.store.states import ChannelState, DeliveryState, SubscriptionState
from services.store.tables import Alert, Channel, Delivery, DeliveryAlert, Person, Story, StoryMember, Subscription
from services.store.work import Store
from services.why import line
from services.why.ask import Answer, to_json, why
from services.why.line import Step
from services.why.words import Words
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


# ---- one fixture a stage: each gives the query to ask for, if it is another ----


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


def muted(town: Town) -> None:
    change(town, Subscription, muted=True)
    pushed(town)
    town.run()


def held_by_quiet_hours(town: Town) -> None:
    change(town, Person, quiet_from="08:00", quiet_until="11:00")
    pushed(town)
    town.run()


def snoozed(town: Town) -> None:
    change(town, Subscription, muted_until=town.now + timedelta(hours=3), muted_at=town.now)
    pushed(town)
    town.run()


def in_a_digest(town: Town) -> None:
    change(town, Subscription, cadence="daily")
    pushed(town)
    town.run()


def grouped(town: Town) -> None:
    pushed(town, "before", OTHER.replace("fair", "sanctuary city"), url="https://paper.example/before")
    town.run()
    town.later(minutes=1)
    pushed(town)
    town.run()


def told_through_another(town: Town) -> None:
    """Another subscription on the same channel hears at once; then ours comes to hold by an updated text."""
    queried(town, "goats")
    with town.store.read() as session:
        [[channel]] = subscriptions.channels_of(session, [mine(session).id]).values()
    town.subscribe("council", channel, name="Council")
    pushed(town, "first", url="https://paper.example/first")
    town.run()
    town.later(minutes=9)
    queried(town, QUERY)
    town.push("second", TEXT, url=URL, source="Courier")
    town.run()


def no_channel(town: Town) -> None:
    change(town, Channel, state=ChannelState.DISABLED)
    pushed(town)
    town.run()


def waits_to_be_sent(town: Town) -> None:
    pushed(town)
    told(town)


def retrying(town: Town) -> None:
    town.post.refuse = SendError("busy", outcome=Outcome.RETRY, code="http_503")
    pushed(town)
    town.run()


def dead(town: Town) -> None:
    town.post.refuse = SendError("no", outcome=Outcome.PERMANENT, code="550", detail="550 no such mailbox")
    pushed(town)
    town.run()


def uncertain(town: Town) -> None:
    pushed(town)
    told(town)
    change(town, Delivery, state=DeliveryState.UNCERTAIN)


def suppressed(town: Town) -> None:
    pushed(town)
    told(town)
    change(town, Delivery, state=DeliveryState.SUPPRESSED, reason="unsubscribed")


def no_alert(town: Town) -> None:
    arrived(town)
    with town.store.write() as work:
        for table in (DeliveryAlert, Alert):
            work.session.execute(delete(table))


def story_muted(town: Town) -> None:
    """The story comes first without holding; it is muted, and then the query comes to hold by a copy."""
    queried(town, "goats")
    pushed(town, "first", url="https://paper.example/first")
    town.run()
    with town.store.write() as work:
        story = work.session.scalars(select(Story.id)).one()
        work.session.add(StoryMute(person=mine(work.session).person, story=story, at=town.now))
    queried(town, QUERY)
    town.push("second", TEXT, url=URL, source="Courier")
    town.run()


def in_a_flood(town: Town) -> None:
    for number in range(2):
        pushed(town, f"before {number}", OTHER.replace("fair", f"sanctuary city {number}"), url=f"{URL}/{number}")
        told(town, Options(timedelta(0), flood_most=2))
        town.later(seconds=30)
    pushed(town)
    told(town, Options(timedelta(0), flood_most=2))


def arrived(town: Town) -> None:
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
    (no_alert, "subscription", "no_alert"),
    (false_clause, "query", "false_clause"),
    (false_by_what_is_left_out, "query", "false_clause"),
    (only_in_a_teaser, "query", "uncounted"),
    (another_place, "query", "place"),
    (muted, "settings", "muted"),
    (story_muted, "settings", "story_muted"),
    (in_a_flood, "settings", "flood"),
    (held_by_quiet_hours, "settings", "quiet_hours"),
    (snoozed, "settings", "snoozed"),
    (in_a_digest, "settings", "digest"),
    (grouped, "settings", "grouped"),
    (told_through_another, "settings", "told_through"),
    (no_channel, "settings", "no_channel"),
    (waits_to_be_sent, "delivery", "waiting"),
    (retrying, "delivery", "retrying"),
    (dead, "delivery", "dead"),
    (uncertain, "delivery", "uncertain"),
    (suppressed, "delivery", "suppressed"),
    (arrived, None, None),
)


def test_every_cause_that_a_stage_can_name_has_a_fixture() -> None:
    table = (line.__doc__ or "").split("\n\n")[1]
    causes = set(re.findall(r"[a-z_]+", re.sub(r"^ {4}[a-z]+ .*\?", "", table, flags=re.MULTILINE)))
    assert causes == {because for _, _, because in CASES if because}


def asked(town: Town, url: str = URL) -> Answer:
    with town.store.read() as session:
        return why(session, shipped(), url, [mine(session)], Words(UTC, town.now))


@pytest.fixture
def town(store: Store) -> Town:
    town = Town(store)
    town.subscribe(QUERY, town.channel())
    return town


@pytest.mark.parametrize(("inject", "stage", "because"), CASES, ids=[case[0].__name__ for case in CASES])
def test_the_stage_that_is_named_is_the_one_that_was_injected(
    town: Town, inject: Callable[[Town], None], stage: str | None, because: str | None
) -> None:
    inject(town)
    found = to_json(asked(town))
    assert (found["stopped"], found["because"]) == (stage, because)
    [line] = found["subscriptions"]
    assert (line["stopped"], line["because"], line["got"]) == (stage, because, stage is None)
    assert [one["stage"] for one in line["stages"]] == [
        "source", "seen", "read", "age", "story", "subscription", "query", "settings", "delivery",
    ]  # fmt: skip
    states = [one["state"] for one in line["stages"]]
    at = states.index("stopped") if stage else len(states)
    assert states == (["passed"] * at + ["stopped"] + ["unreached"] * 9)[: len(states)]
    assert all(one["text"] for one in line["stages"] if one["state"] != "unreached")


def facts(town: Town) -> dict:
    stopped = asked(town).stopped
    assert stopped is not None
    return {"text": stopped.text, **stopped.facts}


def test_a_copy_says_what_story_was_told_when_and_from_whom(town: Town) -> None:
    copy(town)
    found = facts(town)
    assert (found["source"], found["url"]) == ("Paper", "https://paper.example/first")
    assert found["text"] == "A copy of a story that this subscription heard of at 17:13:31, from Paper."


def test_a_retelling_and_a_later_text_are_called_what_they_are(town: Town) -> None:
    copy(town)
    for relation, said in (
        ("retelling", "A retelling of a story"), ("revision", "A later text of a story"),
        ("new", "The first article of a story"),
    ):  # fmt: skip
        change(town, StoryMember, relation=relation, because="it shares 40% of its terms")
        found = facts(town)
        assert (found["text"][: len(said)], found["relation"]) == (said, relation)
        assert found["how"] == "it shares 40% of its terms"


def test_an_article_that_is_told_in_the_thread_of_a_related_story_says_so(town: Town) -> None:
    arrived(town)
    change(town, Story, thread="another")
    change(town, StoryMember, relation="related", because="it shares 30% of its terms")
    [story] = [one for one in asked(town).lines[0].stages if one.step is Step.STORY]
    assert story.text == (
        "It began a story of its own, told in the thread of a related one: it shares 30% of its terms."
    )
    assert (story.facts["thread"], story.facts["relation"]) == ("another", "related")


def test_a_missed_query_shows_the_false_clause_beside_the_true_ones(town: Town) -> None:
    false_clause(town)
    found = facts(town)
    assert found["parts"] == [{"clause": QUERY, "holds": True}, {"clause": "ordinance", "holds": False}]
    assert [leaf["clause"] for leaf in found["missing"]] == ["ordinance"]
    assert found["evidence"][0]["words"] == ["sanctuary city"]
    assert found["text"] == "The query did not hold: ordinance is not in the article."


def test_a_teaser_and_another_place_are_named(town: Town) -> None:
    only_in_a_teaser(town)
    assert facts(town)["text"] == "The query did not hold: shelter stands only in the teaser."
    queried(town, f'{QUERY} about:"San Bernardino, CA"')
    change(town, Subscription, changed_at=town.now - timedelta(hours=1))
    text = facts(town)["text"]
    assert 'about:"San Bernardino, CA"' in text
    assert "San Bernardino County" in text


def test_quiet_hours_say_until_when_and_a_dead_message_says_why(town: Town) -> None:
    held_by_quiet_hours(town)
    found = facts(town)
    assert found["text"] == "Held by quiet hours until 19:00."
    assert (found["until"] - town.now).total_seconds() == pytest.approx(6389, abs=1)


def test_a_link_is_found_however_it_is_spelled(town: Town) -> None:
    arrived(town)
    for url in ("http://www.paper.example/council-votes/?utm_source=x", URL + "#top", URL + "/"):
        assert asked(town, url).lines[0].got, url
