"""What is old and large is let go, what must be known stays known."""

from __future__ import annotations

from datetime import timedelta

from services.store import deliveries, retention, room
from services.store.states import DeliveryState
from services.store.tables import Alert, Article, Delivery, Story
from tests.builders import NOW, TEXT
from tests.town import OTHER, Town

DAY = timedelta(days=1)


def let_go(town: Town, most: int = 100, before=NOW + 10 * DAY) -> tuple[int, int]:
    with town.store.write() as work:
        return (
            retention.let_go_of_texts(work.session, before, most),
            retention.let_go_of_messages(work.session, before, most),
        )


def filled(town: Town) -> None:
    town.subscribe("clerk", town.channel())
    town.push(url="https://paper.example/a1")
    town.push("a2", OTHER, title="Other")
    town.run()


def test_the_texts_go_and_the_facts_stay(town: Town) -> None:
    filled(town)
    before = {row.id: (row.title, row.url, row.story, row.state) for row in town.all(Article)}
    assert let_go(town) == (2, 1)
    assert {row.text for row in town.all(Article)} == {""}
    assert all(not row.passages and row.body is None for row in town.all(Article))
    assert before == {row.id: (row.title, row.url, row.story, row.state) for row in town.all(Article)}
    (sent,) = town.all(Delivery)
    assert (sent.state, sent.body) == ("sent", None)
    assert (len(town.all(Alert)), len(town.all(Story))) == (1, 2)
    assert let_go(town) == (0, 0)


def test_what_is_not_old_stays(town: Town) -> None:
    filled(town)
    assert let_go(town, before=NOW - DAY) == (0, 0)
    assert TEXT in {row.text for row in town.all(Article)}


def test_a_second_with_more_than_fit_in_one_turn_is_gone_through(town: Town) -> None:
    filled(town)
    assert [let_go(town, most=1)[0] for _ in range(3)] == [1, 1, 0]


def test_a_copy_of_an_old_story_is_still_one(town: Town) -> None:
    filled(town)
    let_go(town)
    town.later(hours=1)
    town.push("again", TEXT, source="Courier", url="https://paper.example/a1")
    town.run()
    assert len(town.all(Alert)) == 1


def test_dead_letters_keep_what_they_say(town: Town) -> None:
    filled(town)
    with town.store.write() as work:
        row = deliveries.get(work.session, town.all(Delivery)[0].id)
        row.state, row.ended_at = DeliveryState.DEAD, NOW
    assert let_go(town)[1] == 0


def test_a_vacuum_gives_sizes_and_may_run_beside_the_service(town: Town) -> None:
    filled(town)
    before, after = room.vacuum(town.store)
    assert before > 0
    assert after > 0
    town.push("a3", OTHER + " More.", title="Third")
    town.run()
    assert len(town.all(Article)) == 3
