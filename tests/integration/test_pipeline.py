"""The way of an article through the stages, in one process, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from services import finding, pipeline
from services.addressing import Options
from services.alerts.message import AlertFacts, DigestFacts
from services.alerts.retry import Outcome
from services.articles.article import Item
from services.channels.outgoing import SendError
from services.store import articles, channels, sources, subscriptions
from services.store.states import ChannelState, SubscriptionState
from services.store.tables import Alert, Article, Delivery, DeliveryAlert, Story, Subscription, Window
from tests.builders import TEXT
from tests.town import LEASE, OTHER, Town


def test_an_article_that_matches_raises_one_alert_with_its_reason(town: Town) -> None:
    subscription = town.subscribe('"sanctuary city"', town.channel())
    article = town.push()
    town.run()
    (alert,) = town.all(Alert)
    assert (alert.subscription, alert.article, alert.kind) == (subscription, article, "new")
    assert alert.reason["zone"] == "lead"
    assert "sanctuary city" in alert.reason["sentence"]
    low, high = alert.reason["marks"][0]
    assert alert.reason["sentence"][low:high] == "sanctuary city"
    assert len(town.post.sent) == 1


def test_an_article_that_does_not_match_raises_none(town: Town) -> None:
    town.subscribe("zebra", town.channel())
    town.push()
    town.run()
    assert town.all(Alert) == []
    assert town.all(Article)[0].state == "matched"


def test_copies_share_a_story_and_its_one_alert(town: Town) -> None:
    town.subscribe('"sanctuary city"', town.channel())
    for source in ("Sierra Wire", "Inland Courier", "Capitol Post"):
        town.push(source, source=source, title=f"{source} headline")
        town.run()
    assert len(town.post.sent) == 1
    assert len({row.story for row in town.all(Article)}) == 1


def test_a_subscription_made_before_the_article_counts_on_a_worker_that_runs(town: Town) -> None:
    town.push("early", OTHER)
    town.run()
    town.subscribe('"sanctuary city"', town.channel())
    town.push()
    town.run()
    assert len(town.post.sent) == 1


def test_a_subscription_that_ended_hears_nothing(town: Town) -> None:
    id_ = town.subscribe('"sanctuary city"', town.channel())
    town.push("one", OTHER)
    town.run()
    with town.store.write() as work:
        subscriptions.change(
            work.session, subscriptions.get(work.session, id_), state=SubscriptionState.PAUSED, now=town.now
        )
    town.later(minutes=10)
    town.push("two")
    town.run()
    assert len(town.post.sent) == 1


def test_a_correction_is_told_to_those_who_were_told(town: Town) -> None:
    town.subscribe('"sanctuary city"', town.channel())
    town.push()
    town.run()
    town.push(text=TEXT + "\n\nCorrection: an earlier version of this story gave a wrong count of speakers.")
    town.run()
    assert [alert.kind for alert in town.all(Alert)] == ["new", "correction:1"]
    assert [delivery.kind for delivery in sorted(town.all(Delivery), key=lambda d: d.created_at)] == [
        "new",
        "correction:1",
    ]
    assert len(town.post.sent) == 2


def test_a_correction_reaches_those_whom_the_corrected_text_no_longer_concerns(town: Town) -> None:
    town.subscribe('"sanctuary city"', town.channel())
    town.push()
    town.run()
    town.push(text="Correction: the council did not vote at all, and this report should not have been printed.")
    town.run()
    assert [alert.kind for alert in town.all(Alert)] == ["new", "correction:1"]


def test_one_message_names_every_subscription_of_the_channel(town: Town) -> None:
    channel = town.channel()
    town.subscribe('"sanctuary city"', channel, name="One")
    town.subscribe("council", channel, name="Two")
    town.push()
    town.run()
    assert len(town.all(Alert)) == 2
    (said,) = town.post.told
    assert isinstance(said, AlertFacts)
    assert [one.name for one in said.asked] == ["One", "Two"]


def test_a_channel_hears_of_a_story_once_also_through_another_subscription(town: Town) -> None:
    channel = town.channel()
    town.subscribe('"sanctuary city"', channel, name="One")
    town.push()
    town.run()
    town.subscribe("headline", channel, name="Two")
    town.push("copy", source="Wire", title="Another headline")
    town.run()
    assert len(town.post.sent) == 1
    assert sorted(link.state for link in town.all(DeliveryAlert)) == ["sent", "told"]


def test_the_next_alerts_of_a_subscription_are_gathered(town: Town) -> None:
    town.subscribe('"sanctuary city"', town.channel())
    town.push("one")
    town.run()
    town.later(minutes=1)
    town.push("two", OTHER)
    town.run()
    assert len(town.post.sent) == 1
    assert len(town.all(Window)) == 1
    town.later(minutes=5)
    town.run()
    assert len(town.post.sent) == 2
    assert isinstance(town.post.told[-1], DigestFacts)


def test_a_daily_digest_leaves_in_the_morning_of_its_reader(town: Town) -> None:
    town.subscribe('"sanctuary city"', town.channel(), cadence="daily")
    town.push("one")
    town.push("two", OTHER)
    town.run()
    assert town.post.sent == []
    town.later(hours=22, minutes=30)  # 07:43 in Los Angeles
    town.run()
    (said,) = town.post.told
    assert isinstance(said, DigestFacts)
    assert said.count == 2


def test_a_muted_subscription_hears_nothing(town: Town) -> None:
    id_ = town.subscribe('"sanctuary city"', town.channel())
    with town.store.write() as work:
        work.session.get_one(Subscription, id_).muted = True
    town.push()
    town.run()
    assert [alert.decision for alert in town.all(Alert)] == ["muted"]
    assert town.post.sent == []


def test_an_unconfirmed_channel_gets_nothing(town: Town) -> None:
    channel = town.channel()
    with town.store.write() as work:
        channels.get(work.session, channel).state = ChannelState.UNCONFIRMED
    town.subscribe('"sanctuary city"', channel)
    town.push()
    town.run()
    assert [alert.decision for alert in town.all(Alert)] == ["no_channel"]


def test_an_old_article_of_a_new_source_is_kept_and_raises_no_alert(town: Town) -> None:
    town.subscribe('"sanctuary city"', town.channel())
    with town.store.write() as work:
        source = sources.pushed(work.session, "Archive", town.now)
        articles.put(work.session, source.id, Item("old", text=TEXT, title="Old"), town.now, old=True)
    town.run()
    (row,) = town.all(Article)
    assert (row.state, row.reason) == ("set_aside", "old")
    assert town.all(Alert) == []


@pytest.mark.parametrize(
    ("module", "calls"), [(pipeline, ["understand_for"]), (finding, ["find", "find_apart"])], ids=["ingest", "match"]
)
def test_a_poisonous_article_is_set_aside_while_the_others_go_through(
    town: Town, monkeypatch: pytest.MonkeyPatch, module: ModuleType, calls: list[str]
) -> None:
    for call in calls:
        real = getattr(module, call)

        def poisoned(*given, real=real):
            if "poison" in repr(given):
                raise ValueError("this cannot be read")
            return real(*given)

        monkeypatch.setattr(module, call, poisoned)
    town.subscribe('"sanctuary city"', town.channel())
    town.push("poison", OTHER + " poison")
    town.push("good")
    for _ in range(4):
        town.run()
        town.later(seconds=10)
    rows = {row.external_id: row for row in town.all(Article)}
    assert (rows["poison"].state, rows["poison"].tries) == ("set_aside", 3)
    assert "this cannot be read" in rows["poison"].reason
    assert rows["good"].state == "matched"
    assert len(town.post.sent) == 1


@pytest.mark.parametrize(
    ("module", "stage", "young"),
    [(pipeline, "ingest", False), (finding, "match", False), (finding, "match", True)],
    ids=["ingest", "match", "match-by-a-process-that-has-just-begun"],
)
def test_articles_beside_one_that_a_worker_died_of_are_done_before_it_is_tried(
    town: Town, monkeypatch: pytest.MonkeyPatch, module: ModuleType, stage: str, *, young: bool
) -> None:
    """But not by a process that has just begun: it might end of the same rule."""
    work_on = {
        "ingest": lambda: pipeline.ingest(town.store, town.clock, LEASE),
        "match": lambda: pipeline.match(town.store, town.rules, town.clock, LEASE, Options(timedelta(minutes=5))),
    }
    town.push("killer")
    if stage == "match":
        work_on["ingest"]()
    with town.store.write() as work:
        claim = articles.claim_to_read if stage == "ingest" else articles.claim_to_match
        assert len(claim(work.session, town.now, LEASE).rows) == 1
    town.later(seconds=61)
    town.push("good", OTHER)
    if stage == "match":
        work_on["ingest"]()
    done = []

    def apart(call, *given, **_limits):
        rows = town.all(Article)
        done.append({row.external_id for row in rows if (row.read_at if stage == "ingest" else row.matched_at)})
        return call(*given)

    monkeypatch.setattr(module, "run_apart", apart)
    town.rules.outlived = not young
    work_on[stage]()
    assert done[0] == (set() if young else {"good"})
    work_on[stage]()
    assert all(row.read_at if stage == "ingest" else row.matched_at for row in town.all(Article))


def test_a_refusal_that_may_pass_is_tried_again_with_the_same_bytes(town: Town) -> None:
    town.subscribe('"sanctuary city"', town.channel())
    town.post.refuse = SendError("busy", outcome=Outcome.RETRY, code="http_503")
    town.push()
    town.run()
    (delivery,) = town.all(Delivery)
    assert (delivery.state, delivery.tries, delivery.body) == ("pending", 1, b"body")
    town.post.refuse = None
    town.later(minutes=1)
    town.run()
    assert [sent.id for sent in town.post.sent] == [delivery.id]
    assert len(town.post.told) == 1


def test_a_refusal_for_good_is_a_dead_letter_with_its_reason(town: Town) -> None:
    town.subscribe('"sanctuary city"', town.channel())
    town.post.refuse = SendError("no", outcome=Outcome.PERMANENT, code="550", detail="550 no such mailbox")
    town.push()
    town.run()
    (delivery,) = town.all(Delivery)
    assert (delivery.state, delivery.reason_code) == ("dead", "smtp_5xx")
    assert delivery.reason == "550 no such mailbox"
    assert [link.state for link in town.all(DeliveryAlert)] == ["dead"]


def test_a_channel_that_fails_is_left_alone_for_a_while_and_its_messages_wait(town: Town) -> None:
    channel = town.channel()
    town.subscribe("word*", channel, urgent=True)
    town.post.refuse = SendError("down", outcome=Outcome.RETRY, code="http_503")
    for n in range(6):
        town.push(f"n{n}", f"The wording of number {n} differs from all the others that came before it on that day.")
    town.run()
    with town.store.read() as session:
        found = channels.get(session, channel)
    assert found.breaker_until > town.now
    assert {row.state for row in town.all(Delivery)} == {"pending"}
    town.post.refuse = None
    town.later(minutes=31)
    town.run()
    town.later(minutes=1)
    town.run()
    assert {row.state for row in town.all(Delivery)} == {"sent"}


def test_a_worker_that_stops_begins_no_send(town: Town) -> None:
    town.subscribe('"sanctuary city"', town.channel())
    town.push()
    pipeline.ingest(town.store, town.clock, LEASE)
    pipeline.match(town.store, town.rules, town.clock, LEASE, Options(timedelta(minutes=5)))
    town.post.stops = True
    pipeline.deliver(town.store, "w1", town.teller, LEASE, 100)
    assert town.post.sent == []
    assert town.all(Delivery)[0].state == "leased"


def test_stages_that_run_beside_themselves_tell_once(town: Town) -> None:
    import threading

    town.subscribe("word*", town.channel(), urgent=True)
    for n in range(30):
        town.push(f"n{n}", f"The wording of number {n} differs from all the others that came before it on that day.")
    others = [Town(town.store) for _ in range(3)]
    for other in others:
        other.post = town.post
        other.teller = town.teller
    threads = [threading.Thread(target=each.run) for each in [town, *others]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    town.run()
    assert len({sent.id for sent in town.post.sent}) == 30
    assert len(town.post.sent) == 30


def test_an_article_that_passes_to_another_worker_counts_once_in_its_story(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.push("a1", source="the-herald")
    town.run()
    town.push("a2", source="the-courier")
    pipeline.ingest(town.store, town.clock, LEASE)
    find_some = pipeline.find_some

    def slowly(*given, **named):
        with town.store.write() as work:
            work.session.execute(update(Article).where(col(Article.state) == "new").values(lease_token="other"))
        return find_some(*given, **named)

    monkeypatch.setattr(pipeline, "find_some", slowly)
    pipeline.match(town.store, town.rules, town.clock, LEASE, Options(timedelta(minutes=5)))
    assert [story.articles for story in town.all(Story)] == [1]
    monkeypatch.undo()
    town.later(seconds=61)
    with town.store.write() as work:
        work.session.execute(update(Article).values(lease_token=None, lease_until=None))
    town.run()
    assert [story.articles for story in town.all(Story)] == [2]


def test_topics_are_read_from_the_packs(town: Town) -> None:
    town.subscribe("topic:sanctuary-city", town.channel())
    town.push()
    town.run()
    (alert,) = town.all(Alert)
    assert alert.reason["clause"] == "topic:sanctuary-city"


def test_a_story_with_two_channels_is_told_on_both(town: Town) -> None:
    one, two = town.channel(), town.channel(kind="email", target="ana@example.org")
    town.subscribe('"sanctuary city"', one, two)
    town.push()
    town.run()
    with town.store.read() as session:
        told = set(session.scalars(select(col(Delivery.channel))))
    assert told == {one, two}
