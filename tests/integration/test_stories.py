"""Stories on the way of an article: copies and retellings told once, related ones in one thread, doubt told."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from services import pipeline, settling
from services.addressing import Options
from services.store import articles, deliveries
from services.store.live_stories import LiveStories
from services.store.packs import terms_table
from services.store.tables import Alert, Article, Delivery, Story, StoryMember
from services.store.work import open_store
from tests.town import LEASE, Town

OPTIONS = Options(timedelta(minutes=5))
FERRY = (
    "The car ferry Aurelia ran aground on a sandbank off Port Calder on Sunday night with 214 people aboard.\n\n"
    "Lifeboats from two stations took off the passengers before dawn, said harbour master Edda Lindgren. Nobody was "
    "hurt. The Aurelia had left Skerry Island forty minutes late because of fog.\n\n"
    "Divers will look at the hull at low tide. The line, Calder Ferries, has cancelled its crossings until Wednesday "
    "and offers seats on buses over the bridge at Tolland.\n\n"
    "It is the second grounding in the channel since the dredger was sold last spring, the pilots' union said."
)
CUT = (
    "The car ferry Aurelia ran aground on a sandbank off Port Calder on Sunday night with 214 people aboard.\n\n"
    "Lifeboats from two stations took off the passengers before dawn, said harbour master Edda Lindgren. Nobody was "
    "hurt. The Aurelia had left Skerry Island forty minutes late because of fog.\n\n"
    "Readers in Elmstead remember the Aurelia from her years on the lake, where she carried apples."
)
RETOLD = (
    "All 214 passengers of the Aurelia are safe on land after the Skerry Island ferry got stuck on a sandbank outside "
    "Port Calder in thick fog.\n\n"
    "Edda Lindgren, the harbour master, praised the lifeboat crews, who worked through Sunday night. Calder Ferries runs "
    "buses by way of Tolland until divers have seen the hull of the grounded Aurelia.\n\n"
    "Pilots blame the channel, which nobody has dredged since spring."
)
INQUIRY = (
    "The fog radar of the fleet had been out of order for a whole summer, a former mate told a committee of the harbour "
    "board on Monday.\n\n"
    "Owners of the line deny it and speak of a disgruntled man. The board asked Calder Ferries for the logbooks of six "
    "ships, the Aurelia among them, and wants to hear the workshop that should have mended the sets. A report is due in "
    "May, and the union of pilots will be heard before Christmas."
)
SCHOOL = (
    "Pupils at Tolland Primary planted two hundred oaks along the cinder track on Monday, one for each child.\n\n"
    "The head teacher, Bo Marsh, said that the grove would be measured every year."
)


def tell(town: Town, *given: tuple[str, str, str]) -> None:
    """Push articles by outlet, title and text, one after the other."""
    for outlet, title, text in given:
        town.push(f"{outlet} {town.now.isoformat()}", text, source=outlet, title=title)
        town.run()
        town.later(minutes=6)


def relations(town: Town) -> list[str]:
    with town.store.read() as session:
        return list(session.scalars(select(col(StoryMember.relation)).order_by(col(StoryMember.seq))))


def test_copies_and_retellings_are_counted_and_bring_no_second_alert(town: Town) -> None:
    town.subscribe("ferry OR ferries OR Aurelia", town.channel())
    tell(
        town,
        ("Wire", "Ferry aground off Port Calder", FERRY),
        ("Elmstead Echo", "Our old lake ferry in trouble", CUT),
        ("Island News", "Aurelia passengers safe after grounding in fog", RETOLD),
        ("Tolland Times", "Oaks for every pupil", SCHOOL),
    )
    assert relations(town) == ["new", "copy", "retelling", "new"]
    (alert,) = town.all(Alert)
    assert len(town.post.sent) == 1
    with town.store.read() as session:
        assert session.get_one(Story, alert.story).articles == 3


def test_a_related_article_is_told_in_the_thread_of_the_first(town: Town) -> None:
    town.subscribe("ferry OR ferries", town.channel())
    tell(
        town,
        ("Wire", "Ferry aground off Port Calder", FERRY),
        ("Island News", "Mate: ferry line knew of broken radar", INQUIRY),
    )
    assert relations(town) == ["new", "related"]
    first, second = sorted(town.all(Alert), key=lambda row: row.created_at)
    assert first.story != second.story
    with town.store.read() as session:
        assert session.get_one(Story, second.story).thread == first.story
        one, two = session.scalars(select(Delivery).order_by(col(Delivery.created_at)))
        assert deliveries.thread(session, two) == (one.id,)
    assert len(town.post.sent) == 2


def test_a_form_filled_in_anew_is_told_each_time(town: Town) -> None:
    form = (
        "A {age}-year-old man from {town} was fined {sum} dollars by Harlow County court on Tuesday.\n\n"
        "{name} had pleaded guilty to driving without insurance on Route 19. The magistrate, in a hearing that lasted "
        "six minutes, also ordered him to pay the costs of the case within a month and gave him eight points."
    )
    town.subscribe("fined", town.channel())
    for age, place, fine, name in ((34, "Elmstead", 410, "Peter Quill"), (61, "Oxley", 925, "Hugo Baran")):
        tell(town, ("Court Desk", "Man fined in Harlow County", form.format(age=age, town=place, sum=fine, name=name)))
    assert len(town.post.sent) == 2
    assert len(town.all(Story)) == 2


def test_one_headline_over_two_texts_does_not_make_one_story(town: Town) -> None:
    tell(town, ("A", "Monday in brief", FERRY), ("B", "Monday in brief", SCHOOL))
    assert len(town.all(Story)) == 2


def test_a_story_is_open_for_its_window_after_its_last_article(town: Town) -> None:
    tell(town, ("Wire", "Ferry aground", FERRY))
    town.later(hours=71)
    tell(town, ("Elmstead Echo", "Our old lake ferry", CUT))
    town.later(hours=71)
    tell(town, ("Harbour Mail", "Ferry on the sand", FERRY.replace("Sunday", "Saturday")))
    assert len(town.all(Story)) == 1
    town.later(hours=73)
    tell(town, ("Late Paper", "The ferry, again", FERRY.replace("dawn", "daybreak")))
    assert len(town.all(Story)) == 2


def test_the_message_of_a_correction_has_what_changed(town: Town) -> None:
    town.subscribe("ferry", town.channel())
    line = "Correction: an earlier version of this report gave a wrong number of passengers."
    for text in (FERRY, f"{FERRY.replace('214', '241')}\n\n{line}"):
        town.push("ferry", text, source="Wire", title="Ferry aground")
        town.run()
        town.later(minutes=6)
    first, second = town.post.told
    assert first.changed is None
    assert (second.kind, second.changed.kind, second.changed.corrections) == ("correction:1", "correction", (line,))
    assert [line for line in second.changed.gone if "214" in line]
    assert [line for line in second.changed.added if "241" in line]


# ---- workers beside each other ----


def test_two_copies_at_once_on_two_workers_make_one_story(
    town: Town, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each worker has its own connection and memory, and claims one article at a time: the copies meet."""
    real = articles.claim_to_match
    monkeypatch.setattr(
        articles, "claim_to_match", lambda session, now, lease, **named: real(session, now, lease, 1, **named)
    )
    town.subscribe("ferry OR fined", town.channel(), urgent=True)
    events = [FERRY, RETOLD, INQUIRY, SCHOOL]
    for number, text in enumerate(events):
        town.push(f"{number}-a", text, source="Wire", title=f"Event {number}")
        town.push(
            f"{number}-b", f"{text}\n\nThis is printed in the {number} o'clock edition.", source="Echo", title="x"
        )
    while pipeline.ingest(town.store, town.clock, LEASE):
        pass
    barrier, claimed = threading.Barrier(2), [0, 0]

    def work(number: int) -> None:
        store, live = open_store(database_url), LiveStories(terms_table(), OPTIONS.window)
        rules = Town(store).rules
        barrier.wait()
        while done := pipeline.match(store, rules, town.clock, LEASE, OPTIONS, live):
            claimed[number] += done
        store.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(claimed) == 8
    by_event: dict[str, set[str]] = {}
    for row in town.all(Article):
        by_event.setdefault(row.external_id[0], set()).add(row.story)
    assert {number: len(found) for number, found in by_event.items()} == {str(n): 1 for n in range(4)}


def test_a_worker_knows_what_another_one_decided(town: Town) -> None:
    one, two = (LiveStories(terms_table(), OPTIONS.window) for _ in range(2))
    for live, (outlet, text) in ((one, ("Wire", FERRY)), (two, ("Echo", CUT)), (one, ("Island", RETOLD))):
        town.push(outlet, text, source=outlet, title=f"From {outlet}")
        pipeline.ingest(town.store, town.clock, LEASE)
        pipeline.match(town.store, town.rules, town.clock, LEASE, OPTIONS, live)
    assert relations(town) == ["new", "copy", "retelling"]
    assert (len(one), len(two)) == (3, 2)


def test_what_a_failed_transaction_took_in_is_not_remembered(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    live = LiveStories(terms_table(), OPTIONS.window)

    class PowerWentError(BaseException):
        pass

    def fails(_: str) -> None:
        raise PowerWentError

    town.push("Wire", FERRY, source="Wire")
    pipeline.ingest(town.store, town.clock, LEASE)
    monkeypatch.setattr(settling, "crashpoint", lambda name: fails(name) if name == "C09" else None)
    with pytest.raises(PowerWentError):
        pipeline.match(town.store, town.rules, town.clock, LEASE, OPTIONS, live)
    monkeypatch.undo()
    assert len(live) == 0
    assert town.all(StoryMember) == []
    town.later(minutes=2)
    pipeline.match(town.store, town.rules, town.clock, LEASE, OPTIONS, live)
    assert (len(live), relations(town)) == (1, ["new"])


def test_a_story_that_goes_on_after_it_was_over_is_read_whole(town: Town) -> None:
    live = LiveStories(terms_table(), OPTIONS.window)

    def match(name: str, text: str) -> None:
        town.push(name, text, source="Wire", title="Ferry aground")
        pipeline.ingest(town.store, town.clock, LEASE)
        pipeline.match(town.store, town.rules, town.clock, LEASE, OPTIONS, live)

    match("ferry", FERRY)
    town.later(hours=80)
    match("other", SCHOOL)
    assert len(live) == 1  # the ferry is over
    match("ferry", FERRY + "\n\nCorrection: an earlier version of this report gave a wrong number of passengers.")
    other = LiveStories(terms_table(), OPTIONS.window)
    assert other.load(town.store, town.now) == 3
    match("late", SCHOOL.replace("two hundred", "three hundred"))
    assert len(live) == 4


def test_memory_is_bounded_and_very_words_are_still_found(town: Town) -> None:
    live = LiveStories(terms_table(), OPTIONS.window, most=3)
    for number, text in enumerate((FERRY, INQUIRY, SCHOOL, RETOLD.replace("Aurelia", "Belinda"), FERRY)):
        town.push(f"n{number}", text, source=f"Paper {number}", title=f"Title {number}")
        pipeline.ingest(town.store, town.clock, LEASE)
        pipeline.match(town.store, town.rules, town.clock, LEASE, OPTIONS, live)
        town.later(hours=1)
        assert len(live) <= 4
    rows = {row.external_id: row.story for row in town.all(Article)}
    assert rows["n0"] == rows["n4"]
