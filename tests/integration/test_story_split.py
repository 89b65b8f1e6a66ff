"""A wrong merge undone: the article begins a story of its own, and who missed it hears of it once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlmodel import col

from services import pipeline
from services.acts import story_acts
from services.alerts.policy import Because
from services.errors import ConflictError, NotFoundError
from services.identity import story_id
from services.store import links, remainders
from services.store.live_stories import LiveStories
from services.store.packs import terms_table
from services.store.story_split import BECAUSE
from services.store.tables import Alert, Article, Audit, Remainder, Story, StoryKey, StoryMember
from services.stories.decision import Decision, Relation
from tests.integration.test_stories import CUT, FERRY, OPTIONS, SCHOOL
from tests.town import LEASE, Town

PLANTED = (
    SCHOOL + "\n\nThe oaks came from the nursery of the county, said its gardener, who had raised them from acorns."
)
CORRECTED = SCHOOL + "\n\nCorrection: an earlier version of this report gave a wrong number of oaks."

Merging = Callable[..., str]


@pytest.fixture
def merge(town: Town, monkeypatch: pytest.MonkeyPatch) -> Merging:
    """Push an article that is taken for a retelling of the article given, whatever it says."""

    def merged(near: str, name: str = "school", text: str = SCHOOL, **given: str) -> str:
        with town.store.read() as session:
            story = session.get_one(Article, near).story
        wrong = Decision(Relation.RETELLING, f"17 terms as in {near}", story=story, near=near, score=0.4)
        with monkeypatch.context() as patched:
            patched.setattr(LiveStories, "decide", lambda *_: wrong)
            return told(town, name, text, **given)

    return merged


def told(town: Town, name: str, text: str, source: str = "Wire", **given: str) -> str:
    id_ = town.push(name, text, source=source, title=given.pop("title", f"About {name}"), **given)
    town.run()
    town.later(minutes=6)
    return id_


def split(town: Town, article: str, story: str = "") -> str:
    """Part an article from its story, and let every stage do what waits; give the new story."""
    with town.store.write() as work:
        its = story or work.session.get_one(Article, article).story
        new = story_acts.split(work, "Ola", its, article, town.now).story.id
    town.run()
    return new


def story_of(town: Town, article: str) -> str:
    with town.store.read() as session:
        return session.get_one(Article, article).story


def counts(town: Town) -> dict[str, int]:
    """Give how many articles each story says it has, after checking that it has them."""
    rows, found = town.all(Article), {}
    for story in town.all(Story):
        found[story.id] = story.articles
        assert sum(row.story == story.id for row in rows) == story.articles
    members = town.all(StoryMember)
    assert {row.article: row.story for row in members} == {row.id: row.story for row in rows}
    return found


# ---- alerts follow ----


def test_the_alert_that_a_wrong_merge_hid_arrives_once_after_the_split(town: Town, merge: Merging) -> None:
    town.subscribe("ferry OR oaks", town.channel())
    ferry = told(town, "ferry", FERRY)
    school = merge(ferry)
    assert len(town.post.sent) == 1
    assert counts(town) == {story_of(town, ferry): 2}
    new = split(town, school)
    assert new == story_id(school) == story_of(town, school)
    assert [one.article for one in town.post.told] == [ferry, school]
    assert counts(town) == {story_of(town, ferry): 1, new: 1}
    town.run()
    told(town, "planted", PLANTED, source="Echo")
    told(town, "cut", CUT, source="Echo")
    assert len(town.post.sent) == 2
    assert counts(town) == {story_of(town, ferry): 2, new: 2}


def test_who_was_told_of_this_very_article_is_not_told_again(town: Town, merge: Merging) -> None:
    ana, bo = town.channel(), town.channel(email="bo@example.org")
    town.subscribe("ferry", ana, name="Ferries")
    missed = town.subscribe("oaks", ana, name="Oaks")
    knows = town.subscribe("oaks", bo, name="Bo's oaks")
    school = merge(told(town, "ferry", FERRY))
    assert len(town.post.sent) == 2  # Ana of the ferry, Bo of the school; Ana's channel had heard of the story
    new = split(town, school)
    assert len(town.post.sent) == 3
    assert [one.id for one in town.post.told[-1].asked] == [missed]
    [kept] = [row for row in town.all(Alert) if (row.subscription, row.story) == (knows, new)]
    assert (kept.decision, kept.because) == ("told", Because.BEFORE_SPLIT)
    told(town, "planted", PLANTED, source="Echo")
    assert len(town.post.sent) == 3
    with town.store.read() as session:
        row = session.get_one(Article, school)
        assert links.alert_of(session, missed, row).story == new
        assert links.alert_of(session, knows, row).decision == "tell"


def test_another_subscription_of_a_channel_that_was_told_of_the_article_brings_it_no_second_one(
    town: Town, merge: Merging
) -> None:
    channel = town.channel()
    town.subscribe("oaks", channel, name="Oaks")
    school = merge(told(town, "ferry", FERRY))
    town.subscribe("pupils", channel, name="Pupils")
    split(town, school)
    told(town, "planted", PLANTED, source="Echo")
    assert len(town.post.sent) == 1


def test_who_was_told_of_it_hears_of_its_correction_in_the_new_story(town: Town, merge: Merging) -> None:
    town.subscribe("oaks", town.channel())
    school = merge(told(town, "ferry", FERRY))
    new = split(town, school)
    later = told(town, "school", CORRECTED)
    assert story_of(town, later) == new
    assert [one.kind for one in town.post.told] == ["new", "correction:1"]


def test_who_subscribed_after_the_article_was_matched_did_not_miss_it(town: Town, merge: Merging) -> None:
    school = merge(told(town, "ferry", FERRY))
    town.subscribe("oaks", town.channel())
    split(town, school)
    assert town.all(Alert) == []


def test_what_is_old_is_parted_and_tells_nobody(town: Town, merge: Merging) -> None:
    town.subscribe("ferry OR oaks", town.channel())
    school = merge(told(town, "ferry", FERRY))
    with town.store.write() as work:
        work.session.get_one(Article, school).old = True
    assert split(town, school) == story_of(town, school)
    assert len(town.post.sent) == 1


def test_alerts_that_are_still_to_be_decided_are_decided_for_the_new_story(town: Town, merge: Merging) -> None:
    town.subscribe("ferry OR oaks", town.channel())
    school = merge(told(town, "ferry", FERRY))
    with town.store.write() as work:
        remainders.put(work.session, article=school, kind=None, hits=[], after="", now=town.now + timedelta(hours=1))
    split(town, school)
    assert town.all(Remainder) == []
    assert len(town.post.sent) == 2


# ---- it stays parted ----


def test_later_revisions_go_with_it_and_new_ones_follow(town: Town, merge: Merging) -> None:
    ferry = told(town, "ferry", FERRY)
    school = merge(ferry)
    second = told(town, "school", PLANTED)
    new = split(town, school)
    third = told(town, "school", CORRECTED)
    assert {story_of(town, id_) for id_ in (school, second, third)} == {new}
    assert counts(town) == {story_of(town, ferry): 1, new: 3}


def test_keys_of_the_article_point_to_its_story(town: Town, merge: Merging) -> None:
    ferry = told(town, "ferry", FERRY, url="https://wire.example/ferry")
    school = merge(ferry, url="https://wire.example/school")
    new = split(town, school)
    keys = {row.key: row.story for row in town.all(StoryKey) if row.key.startswith("url:")}
    assert keys == {
        "url:https://wire.example/ferry": story_of(town, ferry), "url:https://wire.example/school": new
    }  # fmt: skip
    assert story_of(town, told(town, "again", SCHOOL, source="Echo")) == new


def test_the_memory_of_every_worker_learns_of_it(town: Town, merge: Merging) -> None:
    ferry = told(town, "ferry", FERRY)
    school = merge(ferry)
    one, two = (LiveStories(terms_table(), OPTIONS.window) for _ in range(2))
    assert (one.load(town.store, town.now), two.load(town.store, town.now)) == (2, 2)
    with town.store.write() as work:
        new = story_acts.split(work, "Ola", story_of(town, ferry), school, town.now).story.id

    def match(live: LiveStories, name: str, text: str) -> str:
        id_ = town.push(name, text, source=name)
        pipeline.ingest(town.store, town.clock, LEASE)
        pipeline.match(town.store, town.rules, town.clock, LEASE, OPTIONS, live)
        return story_of(town, id_)

    assert match(one, "planted", PLANTED) == new
    assert match(two, "planted too", PLANTED.replace("acorns", "seed")) == new
    assert match(one, "cut", CUT) == story_of(town, ferry)
    assert (len(one), new in one, new in two) == (5, True, True)
    counts(town)


def test_one_that_is_parted_after_its_window_leaves_the_memory_of_a_story_that_goes_on(
    town: Town, merge: Merging
) -> None:
    ferry = told(town, "ferry", FERRY)
    school = merge(ferry)
    town.later(hours=50)
    told(town, "ferry", FERRY.replace("214", "215"))
    town.later(hours=50)
    live = LiveStories(terms_table(), OPTIONS.window)
    live.load(town.store, town.now)
    with town.store.write() as work:
        new = story_acts.split(work, "Ola", story_of(town, ferry), school, town.now).story.id
    late = town.push("planted", PLANTED, source="Echo")
    pipeline.ingest(town.store, town.clock, LEASE)
    pipeline.match(town.store, town.rules, town.clock, LEASE, OPTIONS, live)
    assert story_of(town, late) not in (story_of(town, ferry), new)


# ---- twice, wrongly, and not at all ----


def test_twice_is_once(town: Town, merge: Merging) -> None:
    town.subscribe("ferry OR oaks", town.channel())
    ferry = told(town, "ferry", FERRY)
    school, old = merge(ferry), story_of(town, ferry)
    assert split(town, school, old) == split(town, school, old)
    assert [(row.action, row.object, row.before) for row in town.all(Audit)][-1] == ("story split", old, school)
    assert [row.action for row in town.all(Audit)].count("story split") == 1
    assert len(town.post.sent) == 2


def test_the_article_that_a_story_began_with_stays_and_so_does_one_of_another_story(town: Town) -> None:
    ferry, school = told(town, "ferry", FERRY), told(town, "school", SCHOOL)
    for article, story, error in (
        (ferry, story_of(town, ferry), ConflictError), (school, story_of(town, ferry), ConflictError),
        ("nothing", story_of(town, ferry), NotFoundError), (school, "nothing", NotFoundError),
    ):  # fmt: skip
        with pytest.raises(error), town.store.write() as work:
            story_acts.split(work, "Ola", story, article, town.now)


def test_a_process_that_ends_before_the_commit_leaves_the_story_whole(town: Town, merge: Merging) -> None:
    ferry = told(town, "ferry", FERRY)
    school = merge(ferry)
    with suppress(RuntimeError), town.store.write() as work:
        story_acts.split(work, "Ola", story_of(town, ferry), school, town.now)
        raise RuntimeError("the power went")
    assert counts(town) == {story_of(town, ferry): 2}


def test_what_a_worker_had_in_hand_when_it_was_parted_once_more_is_decided_once(
    town: Town, merge: Merging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker has claimed the parted revision; before it writes, the revision is parted from the first."""
    town.subscribe("ferry OR oaks", town.channel())
    ferry = told(town, "ferry", FERRY)
    school = merge(ferry)
    second = told(town, "school", PLANTED)
    with town.store.write() as work:
        new = story_acts.split(work, "Ola", story_of(town, ferry), school, town.now).story.id
    real = pipeline.find_some
    again = partial(split_only, town, new, second)

    def find(*given, **named):
        monkeypatch.setattr(pipeline, "find_some", real)
        again()
        return real(*given, **named)

    monkeypatch.setattr(pipeline, "find_some", find)
    town.run()
    assert story_of(town, second) == story_id(second)
    assert [row.story for row in town.all(Alert) if (row.article, row.kind) == (second, "new")] == [story_id(second)]
    assert sorted(one.article for one in town.post.told) == sorted([ferry, school, second])
    counts(town)


def split_only(town: Town, story: str, article: str) -> None:
    with town.store.write() as work:
        story_acts.split(work, "Ola", story, article, town.now)


def test_it_is_remembered_why_the_article_is_a_story(town: Town, merge: Merging) -> None:
    school = merge(told(town, "ferry", FERRY))
    split(town, school)
    with town.store.read() as session:
        its = session.scalars(select(StoryMember).where(col(StoryMember.article) == school)).one()
    assert (its.relation, its.because, its.near) == ("new", BECAUSE, None)
