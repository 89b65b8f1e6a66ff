"""The pages that look back: a preview under the form of a subscription, and why somebody did not get an article."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from services import clock
from services.store.states import Role
from tests.integration.api import Api, running
from tests.town import Town

URL = "https://paper.example/council"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("pages")) as one:
        one.subscription(Role.SUBSCRIBER, name="Goats & <kids>", query="sanctuary goats")
        town = Town(one.store)
        town.now = clock.now()
        town.push(
            "a1", "Oakton became a sanctuary city on <b>Monday</b>.", title="Council & mayor", source="Paper", url=URL
        )
        town.push("a2", "The fair opened.\n\nREAD MORE: A sanctuary city vote", title="Fair")
        town.run()
        yield one


def preview(api: Api, query: str, **headers: str) -> str:
    answer = api.call(
        "POST", "/preview", role=Role.SUBSCRIBER, data={"query": query, "at": "/subscribe"}, headers=headers
    )
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_preview_shows_what_was_caught_with_the_words_marked(api: Api) -> None:
    html = preview(api, '"sanctuary city"', **{"HX-Request": "true"})
    assert "<html" not in html
    assert "1 story in 30 days" in html
    assert "Oakton became a <mark>sanctuary city</mark> on &lt;b&gt;Monday&lt;/b&gt;." in html
    assert "Council &amp; mayor" in html
    assert "Would match, but only in the teaser: ignored." in html


def test_without_scripts_the_preview_comes_with_the_form_as_it_was_typed(api: Api) -> None:
    html = preview(api, '"sanctuary city" OR fair')
    assert "&#34;sanctuary city&#34; OR fair</textarea>" in html
    assert "2 stories in 30 days" in html
    assert "What each part brings" in html


def test_a_query_that_cannot_be_read_shows_its_mistake_in_the_place_of_a_preview(api: Api) -> None:
    assert "The parenthesis at character 6 is never closed" in preview(api, "a OR (b", **{"HX-Request": "true"})
    assert "Type what you want to hear of" in preview(api, "", **{"HX-Request": "true"})


def why(api: Api, url: str, role: Role = Role.SUBSCRIBER) -> tuple[int, str]:
    answer = api.call("GET", f"/why?url={quote(url)}", role=role)
    return answer.status_code, answer.text


def test_the_stage_that_stopped_is_marked_with_what_holds_and_what_does_not(api: Api) -> None:
    status, html = why(api, URL)
    assert status == 200
    assert "Goats &amp; &lt;kids&gt;" in html
    assert "Stopped here: the query did not hold" in html
    assert "<code>goats</code> does not hold" in html
    assert "<mark>sanctuary</mark>" in html
    assert len(re.findall(r'<li class="unreached">', html)) == 2


def test_a_link_that_was_never_seen_or_is_none_says_so(api: Api) -> None:
    assert "Tocsin does not watch unknown.example" in why(api, "https://unknown.example/x")[1]
    status, html = why(api, "council")
    assert status == 422
    assert "Enter an address that starts with https:// or http://" in html
    assert "Paste the link" in why(api, "")[1]
