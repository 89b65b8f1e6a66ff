"""Subscriptions nobody touched for half a year: asked for, kept by a link, retired when nobody answers."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from services import asking
from services.acts import subscription_acts
from services.acts.subscription_acts import SubscriptionChange
from services.asking import Asker, ask
from services.errors import NotFoundError
from services.reader_links import ReaderLinks
from services.store import channels, feedback
from services.store.packs import shipped
from services.store.states import ChannelState, FeedbackVerdict
from services.store.tables import Alert, Delivery, Subscription
from tests.builders import NOW, VAULT
from tests.town import Town

LINKS = ReaderLinks("https://tocsin.example", VAULT)
ASKER = Asker(timedelta(days=180), timedelta(days=30), LINKS, "Tocsin <a@tocsin.example>")


def on_day(town: Town, day: float) -> int:
    town.now = NOW + timedelta(days=day)
    return ask(town.store, ASKER, town.now)


def notices(town: Town) -> list[str]:
    return [row.body.decode() for row in town.all(Delivery) if row.kind == "notice"]


def one(town: Town) -> Subscription:
    (row,) = town.all(Subscription)
    return row


def test_who_touched_it_lately_is_not_asked(town: Town) -> None:
    town.subscribe("zebra", town.channel())
    assert on_day(town, 179) == 0
    assert notices(town) == []


def test_each_channel_is_asked_once_with_a_link_that_keeps_it(town: Town) -> None:
    id_ = town.subscribe("zebra", town.channel(), town.channel(target="http://127.0.0.1:9/two"))
    assert [on_day(town, day) for day in (180.5, 181, 200)] == [1, 0, 0]
    assert len(notices(town)) == 2
    assert one(town).state == "active"
    token = re.search(r"/w/([\w.-]+)", notices(town)[0]).group(1)  # type: ignore[union-attr]
    assert LINKS.subscription_of(token) == id_
    with town.store.write() as work:
        asking.keep(work, id_, town.now)
    assert [on_day(town, day) for day in (240, 379)] == [0, 0]
    assert on_day(town, 381) == 1


def test_a_link_of_another_subscription_is_none(town: Town) -> None:
    with pytest.raises(NotFoundError):
        LINKS.subscription_of("abc." + LINKS.wanted("other").rpartition(".")[2])


def test_what_nobody_answers_for_is_paused_and_told_and_can_be_woken(town: Town) -> None:
    id_ = town.subscribe("zebra", town.channel())
    on_day(town, 181)
    assert on_day(town, 212) == 1
    assert (one(town).state, one(town).reason) == ("paused", asking.UNANSWERED)
    assert any("Paused" in notice for notice in notices(town))
    with town.store.write() as work:
        asking.keep(work, id_, town.now)
    assert (one(town).state, one(town).reason) == ("active", None)


def test_what_somebody_paused_stays_paused(town: Town) -> None:
    id_ = town.subscribe("zebra", town.channel())
    with town.store.write() as work:
        wanted = SubscriptionChange(state="paused")
        subscription_acts.change_subscription(work, shipped().lookups, "t", one(town), wanted, NOW)
    assert on_day(town, 400) == 0
    with town.store.write() as work:
        asking.keep(work, id_, town.now)
    assert one(town).state == "paused"


def test_an_answer_to_an_alert_shows_that_it_is_wanted(town: Town) -> None:
    town.subscribe('"sanctuary city"', town.channel())
    town.push()
    town.run()
    with town.store.write() as work:
        feedback.put(work.session, town.all(Alert)[0], FeedbackVerdict.RELEVANT, NOW + timedelta(days=100))
    assert on_day(town, 200) == 0
    assert on_day(town, 281) == 1


def test_a_channel_that_takes_nothing_is_not_asked(town: Town) -> None:
    hook = town.channel()
    town.subscribe("zebra", hook)
    with town.store.write() as work:
        channels.get(work.session, hook).state = ChannelState.DISABLED
    assert on_day(town, 181) == 1
    assert notices(town) == []
