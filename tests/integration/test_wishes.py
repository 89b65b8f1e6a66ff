"""What people wish for their alerts: quiet hours, snooze, mute, digests at their times, floods, proof of silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services import reader_acts
from services.acts import subscription_acts
from services.acts.subscription_acts import SubscriptionChange
from services.alerts.message import AlertFacts, DigestFacts
from services.store import sources, subscriptions, windows
from services.store.packs import shipped
from services.store.people import PersonChange
from services.store.states import FeedbackVerdict, SourceState
from services.store.tables import Alert, Article, Delivery, DeliveryAlert
from tests.town import OTHER, Town


def wish(town: Town, **wanted) -> None:
    """Change how Ana is told."""
    with town.store.write() as work:
        reader_acts.change_person(work, "test", "ana@example.org", PersonChange(**wanted), town.now)


def change(town: Town, id_: str, **wanted) -> None:
    with town.store.write() as work:
        row = subscriptions.get(work.session, id_)
        subscription_acts.change_subscription(
            work, shipped().lookups, "test", row, SubscriptionChange(**wanted), town.now
        )


def differing(number: int) -> str:
    return f"The wording of number {number} differs from all the others that came before it on that long day."


def test_quiet_hours_hold_and_let_go_together(town: Town) -> None:
    town.subscribe('"sanctuary city"', town.channel())
    wish(town, quiet=("08:00", "12:00"))  # it is 09:13 in Los Angeles
    town.push("one")
    town.push("two", OTHER)
    town.run()
    assert town.post.sent == []
    town.now = datetime(2026, 11, 19, 20, 0, tzinfo=UTC)
    town.run()
    (said,) = town.post.told
    assert isinstance(said, DigestFacts)
    assert (said.cadence, said.count) == ("quiet", 2)


def test_urgent_and_corrections_pass_quiet_hours(town: Town) -> None:
    town.subscribe('"sanctuary city"', town.channel(), urgent=True)
    wish(town, quiet=("08:00", "12:00"))
    town.push("one")
    town.run()
    assert len(town.post.sent) == 1
    town.push("one", "Correction: an earlier version of this story gave a wrong count. The city is a sanctuary city.")
    town.run()
    assert [alert.kind for alert in town.all(Alert)] == ["new", "correction:1"]
    assert len(town.post.sent) == 2


def test_a_snooze_holds_what_comes_until_it_ends(town: Town) -> None:
    id_ = town.subscribe('"sanctuary city"', town.channel())
    change(town, id_, snoozed_until=town.now + timedelta(days=2))
    town.push("one")
    town.run()
    town.later(hours=47)
    town.push("two", OTHER)
    town.run()
    assert town.post.sent == []
    town.later(hours=1)
    town.run()
    (said,) = town.post.told
    assert isinstance(said, DigestFacts)
    assert said.count == 2


def test_a_snooze_that_ends_early_lets_go_what_it_held(town: Town) -> None:
    id_ = town.subscribe('"sanctuary city"', town.channel())
    change(town, id_, snoozed_until=town.now + timedelta(days=2))
    town.push()
    town.run()
    town.later(hours=1)
    change(town, id_, awake=True)
    town.run()
    assert len(town.post.sent) == 1


def test_a_muted_story_is_told_no_more_and_another_is(town: Town) -> None:
    town.subscribe('"sanctuary city"', town.channel())
    town.push()
    town.run()
    (alert,) = town.all(Alert)
    with town.store.write() as work:
        reader_acts.mute_story(work, "test", alert.id, town.now, muted=True)
    town.later(minutes=10)
    town.push(text="Correction: an earlier version of this story was wrong. It is no sanctuary city, the clerk said.")
    town.push("other", OTHER)
    town.run()
    assert len(town.post.sent) == 2
    assert {alert.kind: alert.decision for alert in town.all(Alert) if alert.kind != "new"} == {"correction:1": "muted"}


def test_an_instant_subscription_is_not_kept_waiting_by_a_daily_one(town: Town) -> None:
    channel = town.channel()
    town.subscribe('"sanctuary city"', channel, name="Daily", cadence="daily")
    town.push()
    town.run()
    assert town.post.sent == []
    town.subscribe("headline", channel, name="At once")
    town.push("copy", source="Wire", title="Another headline")
    town.run()
    (said,) = town.post.told
    assert isinstance(said, AlertFacts)
    assert sorted(one.name for one in said.asked) == ["At once", "Daily"]
    town.later(days=1)
    town.run()
    assert len(town.post.sent) == 1


def test_a_flood_is_folded_with_its_count_and_nothing_is_dropped(town: Town) -> None:
    channel = town.channel()
    for n in range(40):
        town.subscribe(f'"number {n}"', channel, name=f"Number {n}")
        town.push(f"n{n}", differing(n))
        town.run()
        town.later(seconds=1)
    assert len(town.post.sent) == 30
    town.later(hours=1)
    town.run()
    said = town.post.told[-1]
    assert isinstance(said, DigestFacts)
    assert (said.cadence, said.count) == ("flood", 10)
    assert {link.state for link in town.all(DeliveryAlert)} == {"sent"}


@pytest.mark.parametrize("down", [timedelta(minutes=6), timedelta(days=2)])
@pytest.mark.parametrize("cadence", ["hourly", "daily", "weekly"])
def test_after_a_time_down_there_is_exactly_one_digest_to_catch_up(town: Town, cadence: str, down: timedelta) -> None:
    town.subscribe('"sanctuary city"', town.channel(), cadence=cadence)
    town.push()
    town.run()
    (window,) = town.all(windows.Window)
    town.now = window.closes_at + down
    town.push("late", OTHER)
    town.run()
    town.run()
    assert len(town.post.sent) == 1
    town.later(days=8)
    town.run()
    assert len(town.post.sent) == 2
    told = [alert.story for said in town.post.told for alert in getattr(said, "alerts", [])]
    assert len(told) == len(set(told)) == 2


def test_an_empty_digest_comes_only_if_asked_for_and_proves_the_silence(town: Town) -> None:
    town.subscribe("zebra", town.channel(), cadence="daily")
    with town.store.write() as work:
        source = sources.pushed(work.session, "Colton Star", town.now)
        source.state, source.failing_since = SourceState.FAILING, town.now + timedelta(hours=2)
        work.session.add(source)
    town.push()
    open_and_run(town)
    town.later(days=1)
    open_and_run(town)
    assert town.post.sent == []
    wish(town, empty_digests=True)
    open_and_run(town)
    town.later(days=1)
    open_and_run(town)
    (said,) = town.post.told
    assert isinstance(said, DigestFacts)
    assert said.count == 0
    heard = town.post.feet[-1].listened
    assert heard is not None
    assert (heard.articles, [one.source for one in heard.unheard]) == (0, ["Colton Star"])
    assert heard.sources == 2


def open_and_run(town: Town) -> None:
    with town.store.write() as work:
        windows.open_for_empty(work.session, town.now)
    town.run()


def test_a_broken_source_is_named_to_those_whom_it_concerns(town: Town) -> None:
    town.subscribe('"sanctuary city"', town.channel(), name="Cities", cadence="daily")
    town.push(source="Colton Star")
    town.run()
    with town.store.write() as work:
        source = sources.get(work.session, "Colton Star")
        source.state, source.failing_since = SourceState.FAILING, town.now + timedelta(minutes=1)
        work.session.add(source)
    town.later(days=1)
    town.run()
    heard = town.post.feet[-1].listened
    assert heard is not None
    assert [(one.source, one.concerns) for one in heard.unheard] == [("Colton Star", ("Cities",))]
    assert heard.articles == 1
    assert heard.healthy == 0


def test_the_note_of_a_subscription_stands_in_its_messages(town: Town) -> None:
    id_ = town.subscribe('"sanctuary city"', town.channel())
    change(town, id_, note="For the council memo")
    town.push()
    town.run()
    (said,) = town.post.told
    assert isinstance(said, AlertFacts)
    assert said.note == "For the council memo"


def test_what_was_wrong_proposes_a_change_that_keeps_what_was_relevant(town: Town) -> None:
    id_ = town.subscribe("sanctuary", town.channel(), urgent=True)
    wrong = (
        "The bird sanctuary counted forty herons in the marsh on Monday, more than in any winter before.",
        "A goose was freed at the sanctuary, and herons watched from the reeds while volunteers cheered.",
        "Visitors of the sanctuary walked for hours to see one pair of herons build a nest by the pond.",
    )
    right = ("The council made the town a sanctuary for migrants late on Tuesday.", OTHER)
    for n, text in enumerate([*wrong, *right]):
        town.push(f"n{n}", text, title=f"Report {n}")
        town.run()
    by_article = {alert.article: alert.id for alert in town.all(Alert)}
    assert len(by_article) == 5
    with town.store.write() as work:
        for article, alert in by_article.items():
            text = work.session.get_one(Article, article).text
            bad = "sanctuary" in text and any(line in text for line in wrong)
            said = FeedbackVerdict.WRONG_SENSE if bad else FeedbackVerdict.RELEVANT
            reader_acts.say(work, "test", alert, said, town.now)
    with town.store.read() as session:
        row = subscriptions.get(session, id_)
        found = reader_acts.proposal(session, row, shipped().lookups, shipped().trees, town.now)
    assert found is not None
    assert (len(found.lost), len(found.kept)) == (3, 2)
    assert found.proposal.query == "sanctuary NOT herons"
    assert row.query == "sanctuary"


def test_feedback_without_a_wrong_one_proposes_nothing(town: Town) -> None:
    id_ = town.subscribe('"sanctuary city"', town.channel())
    town.push()
    town.run()
    (alert,) = town.all(Alert)
    with town.store.write() as work:
        reader_acts.say(work, "test", alert.id, FeedbackVerdict.DUPLICATE, town.now)
        row = subscriptions.get(work.session, id_)
        assert reader_acts.proposal(work.session, row, shipped().lookups, shipped().trees, town.now) is None


def test_the_second_of_five_that_is_refused_does_not_keep_the_others(town: Town) -> None:
    """Miniflux stops at the first entry that fails and tries none again."""
    for n in range(5):
        town.subscribe(f'"number {n}"', town.channel(target=f"http://127.0.0.1:9/hook{n}"), name=f"N{n}")
        town.push(f"n{n}", differing(n))
    real, refused = town.post.send, []

    def send(kind, target, *given):
        if target.endswith("hook1") and not refused:
            refused.append(target)
            from services.alerts.retry import Outcome
            from services.channels.outgoing import SendError

            raise SendError("busy", outcome=Outcome.RETRY, code="http_503")
        return real(kind, target, *given)

    town.post.send = send  # type: ignore[method-assign]
    town.run()
    assert len(town.post.sent) == 4
    town.later(minutes=1)
    town.run()
    assert len(town.post.sent) == 5
    assert {row.state for row in town.all(Delivery)} == {"sent"}
