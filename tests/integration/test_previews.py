"""Previews and diffs of queries: what they count, what they name, and who may ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from services import bundling, clock
from services.previews.diff import diff
from services.previews.preview import span_of
from services.queries.parser import parse
from services.store.states import Role
from services.store.tables import Alert, Article
from services.store.work import Store
from tests.builders import NOW
from tests.integration.api import Api, problem, running
from tests.integration.past import TREES, looked_back
from tests.town import Town


@pytest.fixture
def town(store: Store) -> Town:
    """A few articles: two copies, one with the words in a teaser, one without them."""
    town = Town(store)
    body = "The council voted late on Tuesday to call itself a sanctuary city after four hours of public comment."
    town.push("a1", body + "\n\nResidents filled both halls.", title="Council votes", source="Sierra Wire")
    town.run()
    town.later(minutes=1)
    town.push("a2", body + "\n\nResidents filled both halls.", title="A vote in council", source="Inland Courier")
    town.run()
    town.later(hours=30)
    town.push("b1", "The fair opened on Friday, and people came.\n\nREAD MORE: A sanctuary city vote", title="Fair")
    town.push("c1", "Deputies answered two hundred detainers in a sanctuary city.\n\nMusic was played.", title="Jail")
    town.run()
    return town


def test_a_preview_counts_stories_days_and_what_did_not_count(town: Town) -> None:
    found = looked_back(town.store, '"sanctuary city"')
    assert (found.checked, found.articles, found.stories, found.ignored_articles) == (4, 3, 2, 1)
    assert [(str(day.day), day.articles, day.stories) for day in found.days if day.articles] == [
        ("2026-11-19", 2, 1), ("2026-11-20", 1, 1),
    ]  # fmt: skip
    newest, first = found.briefs
    assert (newest.article.title, first.article.title, first.caught, first.outlets) == ("Jail", "Council votes", 2, 2)
    [passage] = newest.evidence
    assert (passage.clause, passage.zone, passage.words) == ('"sanctuary city"', "lead", ("sanctuary city",))
    [teaser] = found.ignored[0].ignored
    assert (found.ignored[0].article.title, teaser.zone) == ("Fair", "teaser")
    assert found.alerts_per_day == pytest.approx(2 / 3)


def test_each_clause_shows_what_it_brings_and_keeps_out(town: Town) -> None:
    found = looked_back(town.store, '("sanctuary city" OR detainer*) -music')
    assert [(one.clause, one.stories, one.only, one.kept_out) for one in found.shares] == [
        ('"sanctuary city"', 1, 1, None), ("detainer*", 0, 0, None), ("NOT music", 1, 1, 1),
    ]  # fmt: skip


def test_a_diff_names_what_is_gained_lost_and_kept_and_why(town: Town) -> None:
    with town.store.read() as session:
        found = diff(session, TREES, parse('"sanctuary city"'), parse("fair OR sanctuary -music OR people".replace(" -music", "")),
                     span_of(30, NOW + timedelta(days=3), "UTC"), 10)  # fmt: skip
        back = diff(session, TREES, parse('"sanctuary city"'), parse('"sanctuary city" -music'),
                    span_of(30, NOW + timedelta(days=3), "UTC"), 10)  # fmt: skip
    assert (found.gained.stories, found.lost.stories, found.kept.stories) == (1, 0, 2)
    [gained] = found.gained.briefs
    assert (gained.article.title, [leaf.clause for leaf in gained.because]) == ("Fair", ['"sanctuary city"'])
    assert (back.old.stories, back.new.stories, back.lost.stories) == (2, 1, 1)
    [lost] = back.lost.briefs
    assert [(leaf.clause, leaf.present) for leaf in lost.because] == [("music", True)]


def test_articles_from_before_a_source_was_watched_are_counted_apart(town: Town) -> None:
    with town.store.write() as work:
        work.session.execute(update(Article).where(col(Article.external_id) == "c1").values(old=True))
    found = looked_back(town.store, '"sanctuary city"')
    assert (found.articles, found.stories, found.old_articles) == (2, 1, 1)
    assert [one.old for one in found.briefs] == [True, False]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("api")) as one:
        town = Town(one.store)
        town.now = clock.now() - timedelta(hours=1)
        town.push("a1", "Oakton became a sanctuary city on Monday after a long vote.", title="Council votes")
        town.push("a2", "The fair opened on Friday.\n\nREAD MORE: A sanctuary city vote", title="Fair")
        town.run()
        yield one


@pytest.mark.parametrize("role", list(Role))
def test_everybody_may_preview_a_query(api: Api, role: Role) -> None:
    asked = clock.now()
    answer = api.v1("POST", "subscriptions/preview", json={"query": '"sanctuary city"'}, role=role)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["query"], shown["days"], shown["checked"], shown["stories"]) == ('"sanctuary city"', 30, 2, 1)
    [item] = shown["items"]
    assert (item["article"]["title"], item["evidence"][0]["zone"]) == ("Council votes", "lead")
    low, high = item["evidence"][0]["marks"][0]
    assert item["evidence"][0]["sentence"][low:high] == "sanctuary city"
    assert shown["ignored"][0]["ignored"][0]["zone"] == "teaser"
    assert shown["timezone"] == "America/Los_Angeles"
    days = [date.fromisoformat(one["day"]) for one in shown["per_day"]]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    for at, day in ((asked - timedelta(days=30), days[0]), (asked, days[-1])):
        here = at.astimezone(ZoneInfo("America/Los_Angeles")).date()
        assert day - here in (timedelta(0), timedelta(days=1))  # a midnight may pass meanwhile


def test_a_diff_against_ones_own_subscription_and_not_anothers(api: Api) -> None:
    mine = api.subscription(Role.SUBSCRIBER, name="Mine", query='"sanctuary city"')
    theirs = api.subscription(Role.ADMIN, name="Theirs", query="fair")
    sent = {"query": "fair OR vote", "subscription": mine["id"]}
    shown = api.v1("POST", "subscriptions/diff", json=sent, role=Role.SUBSCRIBER).json()
    assert (shown["old"], shown["stories"]) == ('"sanctuary city"', {"old": 1, "new": 2})
    assert [shown[name]["stories"] for name in ("gained", "lost", "kept")] == [1, 0, 1]
    assert shown["gained"]["items"][0]["because"][0]["clause"] == '"sanctuary city"'
    said = problem(
        api.v1("POST", "subscriptions/diff", json={**sent, "subscription": theirs["id"]}, role=Role.SUBSCRIBER), 404
    )
    assert said["detail"] == f'There is no subscription "{theirs["id"]}"'
    assert api.v1("POST", "subscriptions/diff", json={**sent, "subscription": theirs["id"]}).status_code == 200


@pytest.mark.parametrize(
    ("path", "sent", "pointer"),
    [
        ("preview", {"query": "a OR (b"}, "/query"),
        ("preview", {"query": "a", "days": 0}, "/days"),
        ("preview", {"query": "a", "days": 367}, "/days"),
        ("preview", {"query": "a", "timezone": "Mars/Olympus"}, "/timezone"),
        ("preview", {"query": "a", "limit": 101}, "/limit"),
        ("diff", {"query": "a", "old": "b OR (c"}, "/old"),
        ("diff", {"query": "a"}, None),
        ("diff", {"query": "a", "old": "b", "subscription": "c"}, None),
    ],
)
def test_what_cannot_be_previewed_says_where(api: Api, path: str, sent: dict, pointer: str | None) -> None:
    said = problem(api.v1("POST", f"subscriptions/{path}", json=sent), 422)
    assert pointer is None or said["pointer"] == pointer


@pytest.mark.parametrize("size", [2, 30])
def test_place_clauses_hold_in_a_preview_as_they_do_live(
    store: Store, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(bundling, "SIZE", size)
    town = Town(store)
    channel = town.channel()
    queries = {
        town.subscribe(query, channel, name=query): query
        for query in ('place:"Chicago, IL"', "place:Illinois", 'about:="Illinois"', 'rent NOT place:"Chicago, IL"')
    }
    town.push(
        "a1",
        "CHICAGO (AP) — Chicago aldermen voted on rent on Monday. The city of Chicago, Illinois, waits.",
        title="Rent",
    )
    town.push("a2", "Rent rose in Springfield, Illinois, on Tuesday, the state said.", title="Rent up")
    town.run()
    with store.read() as session:
        told = {(one.subscription, one.story) for one in session.scalars(select(Alert))}
    found = {(id_, one.story) for id_, query in queries.items() for one in looked_back(store, query).briefs}
    assert len(told) >= 4
    assert found == told


def test_a_preview_shows_what_was_ambiguous_and_left_out(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(store)
    town.push(
        "a", "Springfield police closed the road for an hour on Monday morning.", title="Road closed", source="One"
    )
    town.push(
        "b",
        "Police in Springfield, Ill., closed the road for an hour on Monday morning.",
        title="Road shut",
        source="Two",
    )
    town.run()
    for size in (30, 2):
        monkeypatch.setattr(bundling, "SIZE", size)
        assert bundling.bundle_waiting(store, town.now) == (2 if size == 2 else 0)
        found = looked_back(store, 'place:"Springfield, IL" road', town.now + timedelta(hours=1))
        assert (found.articles, found.ignored_articles) == (1, 1)
        (brief,) = found.ignored
        assert brief.article.title == "Road closed"
        assert brief.ignored[0].how.startswith("“Springfield”: ambiguous, it may be ")
