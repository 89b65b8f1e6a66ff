"""Why somebody did not get an article: the stage that is named is the one that was injected."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, timedelta

import pytest

from services.store.packs import shipped
from services.store.tables import Story, StoryMember, Subscription
from services.store.work import Store
from services.why import line
from services.why.ask import Answer, to_json, why
from services.why.line import Step
from services.why.words import Words
from tests.integration import stages_of_alerts, stages_of_articles
from tests.integration.stages_of_alerts import arrived, held_by_quiet_hours
from tests.integration.stages_of_articles import QUERY, URL, change, copy, false_clause, mine, only_in_a_teaser, queried
from tests.town import Town

CASES = (*stages_of_articles.CASES, *stages_of_alerts.CASES)


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
