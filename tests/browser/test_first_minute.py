"""The first minute: follow the printed link, say what and where, see what it would have caught, say where it goes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.browser.conftest import signed_in, started
from tests.browser.looking import pictured
from tests.faults.rig import Rig
from tests.parts import until


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    rig = started(tmp_path_factory.mktemp("fresh"))
    until(lambda: all(one["waiting"] == 0 for one in rig.call("GET", "queues")["items"]), "the articles read", 60)
    yield rig
    rig.close()


def test_from_the_printed_link_to_the_first_alert(fresh: Rig, browser) -> None:
    page = signed_in(fresh, browser)
    assert page.url.endswith("/start")
    assert page.get_by_role("heading", level=1).inner_text() == "What do you want to hear of?"
    pictured(page, "first-1-question")
    page.keyboard.type('"sanctuary city"')
    assert page.locator("#query").input_value() == '"sanctuary city"', "the question has the focus"

    place = page.get_by_label("A city, county, state or country")
    place.press_sequentially("san bern", delay=20)
    page.locator("#place-list [data-name]").first.wait_for()
    assert place.get_attribute("aria-expanded") == "true"
    assert "City in San Bernardino County, California" in page.locator("#place-list [data-name]").first.inner_text()
    pictured(page, "first-2-place")
    place.press("ArrowDown")
    place.press("ArrowDown")
    assert "County in California" in page.locator("[aria-selected=true]").inner_text()
    place.press("ArrowUp")
    place.press("Enter")
    assert place.input_value() == "San Bernardino, CA"
    assert page.locator("#place-list").is_hidden()
    place.press("Enter")

    page.wait_for_url(re.compile("see=1"))
    assert page.get_by_role("heading", level=1).inner_text() == "It would have caught 1 story in 30 days"
    assert page.locator("#preview mark", has_text="sanctuary city").first.is_visible()
    assert page.get_by_text("Expect about").first.is_visible()
    pictured(page, "first-3-results")
    page.get_by_label("Address of a new channel").fill("me@office.example")
    assert page.get_by_label("It is mine: no need to confirm it").is_checked()
    page.get_by_role("button", name="Subscribe").click()
    page.wait_for_url("**/subscriptions?said=subscribed")
    assert page.get_by_role("link", name="sanctuary city, San Bernardino, CA").is_visible()
    pictured(page, "first-4-done")

    text = "The San Bernardino council debated for hours.\n\nSan Bernardino stays a sanctuary city, it decided."
    one = {"external_id": "n1", "title": "San Bernardino stays a sanctuary city", "text": text}
    fresh.call("POST", "articles", json=one)
    until(lambda: any("stays" in file.read_text() for file in (fresh.data / "mail").glob("*.eml")), "the mail", 60)
    page.context.close()


def test_a_topic_and_no_place_is_enough(fresh: Rig, browser) -> None:
    fresh.call("POST", "articles", json={"external_id": "n2", "title": "t", "text": "Nothing of note happened."})
    page = browser.new_context(
        base_url=f"http://127.0.0.1:{fresh.port}", extra_http_headers={"Authorization": _token(fresh)}
    ).new_page()
    page.goto("/start")
    page.get_by_text("here in 30 days").first.wait_for()
    page.get_by_role("button", name="Start from immigration enforcement").click()
    assert page.locator("textarea").input_value() == "topic:immigration-enforcement"
    page.context.close()


def _token(rig: Rig) -> str:
    return f"Bearer {(rig.data / 'token').read_text().strip()}"
