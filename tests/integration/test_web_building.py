"""The query's page: builder and text as two views of one query, places as somebody types, the first minute, a change."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import lxml.html
import pytest

from services import clock
from services.store.states import Role
from tests.integration.api import Api, running
from tests.town import Town

PART = {"HX-Request": "true"}
SUBSCRIBER = Role.SUBSCRIBER


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("building")) as one:
        town = Town(one.store)
        town.now = clock.now()
        for number, text in enumerate(("The rent board of Chicago met.", "A lease was signed in Chicago, Illinois.")):
            town.push(f"a{number}", text, title=f"Case {number}", source="Paper", url=f"https://paper.example/{number}")
        town.run()
        yield one


def shown(answer) -> lxml.html.HtmlElement:
    assert answer.status_code == 200, answer.text[:2000]
    return lxml.html.document_fromstring(answer.text)


def build(api: Api, query: str, **fields: str) -> lxml.html.HtmlElement:
    sent = {"query": query, "built": query, "act": "add", "at": "/subscribe", **fields}
    return shown(api.call("POST", "/build", role=SUBSCRIBER, data=sent, headers=PART))


def text_of(page: lxml.html.HtmlElement) -> str:
    return page.xpath("string(//textarea)")


def test_what_the_builder_adds_and_takes_away_stands_in_the_text(api: Api) -> None:
    page = build(api, "", **{"new-says": "rent control, lease", "new-how": "any"})
    assert text_of(page) == '"rent control" OR lease'
    page = build(api, '"rent control" OR lease', **{"new-place": "chicago", "new-where": "about"})
    assert text_of(page) == '("rent control" OR lease) AND about:"Chicago, IL"'
    page = build(
        api, '("rent control" OR lease) AND about:"Chicago, IL"', act="drop 0 0", **{"new-topic": "homelessness"}
    )
    assert text_of(page) == 'lease AND about:"Chicago, IL" AND topic:homelessness'
    page = build(api, "rent", **{"new-near": "rent", "near-other": "cap", "near-far": "5", "how-0": "none"})
    assert text_of(page) == "NOT rent AND rent NEAR/5 cap"
    assert page.xpath("//input[@name='built']/@value") == ["NOT rent AND rent NEAR/5 cap"]


def test_a_place_that_may_be_several_is_asked_back_with_what_was_typed(api: Api) -> None:
    page = build(api, "rent", **{"new-place": "springfield"})
    assert text_of(page) == "rent"
    assert page.xpath("//input[@name='new-place']/@value") == ["springfield"]
    choices = page.xpath("//button[@name='chosen']/@value")
    assert "new-place Springfield, IL" in choices
    page = build(api, "rent", chosen="new-place Springfield, IL", **{"new-place": "springfield"})
    assert text_of(page) == 'rent AND about:"Springfield, IL"'


def test_a_text_that_was_changed_since_is_drawn_anew_and_not_overwritten(api: Api) -> None:
    page = build(api, "lease AND rent", built="lease", **{"add-0": "more", "how-0": "none"})
    assert text_of(page) == "lease AND rent"
    assert page.xpath("//input[@name='built']/@value") == ["lease AND rent"]


def test_the_live_check_brings_the_builder_along_or_says_why_it_shows_nothing(api: Api) -> None:
    def check(query: str) -> str:
        answer = api.call("POST", "/check", role=SUBSCRIBER, data={"query": query}, headers=PART)
        return " ".join(shown(answer).text_content().split())

    assert "Take away" in api.call("POST", "/check", role=SUBSCRIBER, data={"query": "rent lease"}).text
    assert "Here an OR joins whole groups: “(rent AND cap) OR lease”" in check("(rent cap) OR lease")
    assert "as soon as it can be read" in check('"rent')


def test_without_scripts_the_builder_answers_with_the_whole_page(api: Api) -> None:
    sent = {"query": "rent", "built": "rent", "new-says": "lease", "new-how": "all", "name": "Kept", "at": "/subscribe"}
    page = shown(api.call("POST", "/build", role=SUBSCRIBER, data=sent))
    assert text_of(page) == "rent AND lease"
    assert page.xpath("//input[@name='name']/@value") == ["Kept"]


def test_places_are_listed_with_their_types_as_somebody_types(api: Api) -> None:
    page = shown(api.call("GET", "/places?list=new-place-list&new-place=san+bern", role=SUBSCRIBER))
    assert page.xpath("//ul/@id") == ["new-place-list"]
    assert page.xpath("//li/@data-name")[:2] == ["San Bernardino, CA", "San Bernardino County, CA"]
    assert "County in California" in page.text_content()
    for typed in ("", "x", "zzzzqq", "<b>"):
        answer = api.call("GET", f"/places?{urlencode({'list': 'a-list', 'a': typed})}", role=SUBSCRIBER)
        assert "data-name" not in answer.text
        assert "<b><" not in answer.text


def start(api: Api, **fields: str):
    return api.call("GET", f"/start?{urlencode({**fields, 'see': '1'})}", role=SUBSCRIBER)


def test_the_first_question_is_answered_by_what_it_would_have_caught(api: Api) -> None:
    page = shown(start(api, query="rent OR lease", place="Chicago"))
    assert "It would have caught 2 stories in 30 days" in page.xpath("string(//h1)")
    assert page.xpath("//mark[text()='rent']")
    assert text_of(page) == '(rent OR lease) AND about:"Chicago, IL"'
    assert page.xpath("//input[@name='name']/@value") == ["rent OR lease, Chicago"]
    assert page.xpath("//input[@name='target']/@value") == ["subscriber@example.org"]
    assert text_of(shown(start(api, pack="homelessness"))) == "topic:homelessness"
    assert "tested examples" in api.call("GET", "/start/packs", role=SUBSCRIBER).text


def test_a_first_question_that_is_unclear_is_asked_back(api: Api) -> None:
    for fields, said in (
        ({}, "Type what you want to hear of, or choose a topic"),
        ({"query": "a b OR c"}, "AND and OR are mixed without parentheses"),
        ({"query": "rent", "place": "Springfield"}, "places are called"),
    ):
        answer = start(api, **fields)
        assert answer.status_code == 422
        assert said in answer.text


def test_a_subscription_and_its_first_channel_are_saved_together_or_not_at_all(api: Api) -> None:
    fields = {"query": "rent", "name": "First", "cadence": "instant", "kind": "email"}
    answer = api.call("POST", "/subscribe", role=SUBSCRIBER, data={**fields, "target": "nobody"})
    assert answer.status_code == 422
    assert "Enter an e-mail address" in answer.text
    assert api.v1("GET", "channels", role=SUBSCRIBER).json()["items"] == []
    answer = api.call("POST", "/subscribe", role=SUBSCRIBER, data={**fields, "target": "me@example.org"})
    assert answer.headers["location"] == "/subscriptions?said=unconfirmed"
    (channel,) = api.v1("GET", "channels", role=SUBSCRIBER).json()["items"]
    (row,) = api.v1("GET", "subscriptions", role=SUBSCRIBER).json()["items"]
    assert row["channels"] == [channel["id"]]
    assert channel["state"] == "unconfirmed"
    hook = {**fields, "name": "Hook", "kind": "webhook", "target": "http://127.0.0.1:9/hook"}
    assert "whsec_" in api.call("POST", "/subscribe", role=SUBSCRIBER, data=hook).text


def test_a_change_is_shown_by_what_it_gains_loses_and_keeps_before_it_is_saved(api: Api) -> None:
    made = api.subscription(Role.ADMIN, name="Change", query="rent OR board")
    path = f"/subscriptions/{made['id']}"
    wanted = {"query": "lease", "name": "Change", "channel": made["channels"][0], "cadence": "instant", "note": "n"}
    page = shown(api.call("POST", path, data=wanted))
    assert page.xpath("string(//h1)") == "This change gains 1 story and loses 1"
    assert page.xpath("//ins/text()") == ["lease"]
    assert "rent OR board" in page.xpath("string(//span[@class='del'])")
    assert api.v1("GET", f"subscriptions/{made['id']}").json()["query"] == "rent OR board"
    kept = {one.get("name"): one.get("value") for one in page.xpath("//form[.//button[text()='Save change']]//input")}
    assert kept["note"] == "n"
    assert "lease" in text_of(shown(api.call("POST", path, data={**kept, "act": "edit"})))
    assert api.call("POST", path, data=kept).status_code == 303
    assert api.v1("GET", f"subscriptions/{made['id']}").json()["query"] == "lease"


def test_a_subscription_is_muted_snoozed_and_woken_on_its_page(api: Api) -> None:
    made = api.subscription(Role.ADMIN, name="Quiet", query="zebra")
    path = f"/subscriptions/{made['id']}"

    def row() -> dict:
        return api.v1("GET", f"subscriptions/{made['id']}").json()

    for act, said in (("mute", "muted"), ("hear", "heard"), ("want", "kept")):
        assert api.call("POST", path, data={"act": act}).headers["location"] == f"{path}?said={said}"
        assert row()["muted"] is (act == "mute")
    api.call("POST", path, data={"act": "snooze", "hours": "4"})
    assert row()["snoozed_until"] is not None
    assert "Snoozed until" in api.call("GET", path).text
    api.call("POST", path, data={"act": "wake"})
    assert row()["snoozed_until"] is None
    assert api.call("POST", path, data={"act": "snooze", "until": "soon"}).status_code == 422


def test_the_theme_and_the_keys_are_kept_with_the_person(api: Api) -> None:
    assert "data-theme" not in api.call("GET", "/topics").text
    answer = api.call("POST", "/account/look", data={"theme": "dark"})
    assert answer.headers["location"] == "/account?said=saved"
    assert '<html lang="en" data-theme="dark" data-keys="off">' in api.call("GET", "/topics").text
    me = api.people[Role.ADMIN]
    assert api.v1("PATCH", f"people/{me}", json={"theme": "system", "single_keys": True}).json()["theme"] == "system"
    assert "data-theme" not in api.call("GET", "/topics").text
    assert api.call("POST", "/account/look", data={"theme": "pink"}).status_code == 422


def test_the_help_page_says_the_language_and_the_keys(api: Api) -> None:
    page = shown(api.call("GET", "/help", role=SUBSCRIBER)).text_content()
    assert "NEAR/5" in page
    assert "next in a list" in page
