"""Counting what was caught: by story, by the reader's days, by clause."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.lookback.caught import Caught, by_day, by_story, per_day, shares
from services.lookback.parts import parts_of
from services.queries.parser import parse

START = datetime(2026, 11, 1, tzinfo=UTC)


def caught(id_: str, story: str, hours: float) -> Caught:
    return Caught(id_, story, START + timedelta(hours=hours))


STORIES = by_story([caught("a3", "s2", 30), caught("a1", "s1", 1), caught("a2", "s1", 26), caught("a4", "s3", 31)])


def test_stories_stand_in_the_order_of_their_first_article() -> None:
    assert [(story, [one.id for one in its]) for story, its in STORIES.items()] == [
        ("s1", ["a1", "a2"]), ("s2", ["a3"]), ("s3", ["a4"]),
    ]  # fmt: skip


def test_days_are_those_of_the_readers_zone_and_none_is_left_out() -> None:
    days = by_day(STORIES, START, START + timedelta(days=3), ZoneInfo("America/Los_Angeles"))
    assert [(str(one.day), one.articles, one.stories) for one in days] == [
        ("2026-10-31", 1, 1), ("2026-11-01", 3, 2), ("2026-11-02", 0, 0), ("2026-11-03", 0, 0),
    ]  # fmt: skip


def test_a_rate_is_over_the_time_that_articles_are_there_for() -> None:
    until = START + timedelta(days=30)
    assert per_day(60, START, until, START - timedelta(days=9)) == 2
    assert per_day(60, START, until, until - timedelta(days=10)) == 6
    assert per_day(5, START, until, until - timedelta(minutes=10)) == 5
    assert per_day(0, START, until, None) == 0


def test_a_clause_brings_what_it_holds_for_and_alone_what_no_other_of_its_group_does() -> None:
    parts = parts_of(parse("(x1 OR y1) -z1").tree)
    holding = [{"a1", "a2", "a3"}, {"a3", "a4"}, {"a1", "a2", "a3", "a4"}]
    found = shares(parts, holding, [None, None, {"s8", "s9"}], STORIES)
    assert [(one.clause, one.stories, one.only, one.kept_out) for one in found] == [
        ("x1", 2, 1, None), ("y1", 2, 1, None), ("NOT z1", 3, 3, 2),
    ]  # fmt: skip
    assert [one.share for one in found] == [0.6667, 0.6667, 1.0]
