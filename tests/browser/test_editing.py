"""Editing: the live check with its caret, builder and text as one query, the difference before it is saved."""

from __future__ import annotations

import pytest

from tests.browser.looking import faults, pictured
from tests.faults.rig import Rig
from tests.parts import until


def test_a_query_is_checked_as_it_is_typed_and_a_reading_is_taken(page) -> None:
    page.goto("/subscribe")
    query = page.get_by_label("The query")
    query.fill('"sanctuary city" ordinance OR detainer*')
    page.locator("pre.caret").wait_for()
    assert "character 28" in page.locator("pre.caret").inner_text()
    assert "as soon as it can be read" in page.locator("#builder").inner_text()
    pictured(page, "editing-1-mistake")
    page.get_by_role("link", name="Use this").last.click()
    assert page.get_by_label("The query").input_value() == '"sanctuary city" (ordinance OR detainer*)'
    assert page.locator("#builder .tag").all_inner_texts() == ['"sanctuary city"', "ordinance", "detainer*"]


def test_builder_and_text_are_one_query_both_ways(page) -> None:
    page.goto("/subscribe")
    page.locator("#new-says").fill("rent control, detainer*")
    page.locator("[name=new-how]").select_option("any")
    page.locator("#new-says").press("Enter")
    query = page.get_by_label("The query")
    page.locator("#builder .tag").first.wait_for()
    assert query.input_value() == '"rent control" OR detainer*'
    assert page.url.endswith("/subscribe"), "nothing was sent off by the enter key"

    place = page.locator("#new-place")
    place.press_sequentially("los ang", delay=20)
    page.locator("#new-place-list [data-name]").first.wait_for()
    page.locator('[data-name="Los Angeles County, CA"]').click()
    assert place.input_value() == "Los Angeles County, CA"
    place.press("Enter")
    page.locator(".tag", has_text="Los Angeles County").wait_for()
    assert query.input_value() == '("rent control" OR detainer*) AND about:"Los Angeles County, CA"'
    page.get_by_label("Only the place itself, nothing inside it").check()
    until(lambda: "about:=" in query.input_value(), "the text with the place itself")
    assert faults(page) == []

    query.fill('"rent control" NOT car AND source:"Valley Post"')
    page.locator(".tag", has_text="Valley Post").wait_for()
    assert page.locator("#how-1").input_value() == "none"
    page.get_by_role("button", name="Take away car").click()
    until(lambda: "car" not in query.input_value(), "the text without the car")
    assert query.input_value() == '"rent control" AND source:"Valley Post"'
    pictured(page, "editing-2-builder")

    query.fill("(rent cap) OR lease")
    page.locator("#builder .note").wait_for()
    assert "an OR joins whole groups" in page.locator("#builder").inner_text()
    pictured(page, "editing-3-not-shown")


def test_a_query_is_tried_on_the_page_before_anything_is_saved(page) -> None:
    page.goto("/subscribe")
    page.get_by_label("The query").fill('"sanctuary city" -sheriff')
    page.get_by_role("button", name="See what it would have caught").click()
    page.get_by_role("heading", name="What it would have caught").wait_for()
    assert page.url.endswith("/subscribe")
    assert page.locator("#preview mark").first.is_visible()
    assert page.get_by_label("The query").input_value() == '"sanctuary city" -sheriff'
    pictured(page, "editing-4-preview")


def test_a_change_shows_gained_lost_and_kept_before_it_is_saved(town: Rig, page) -> None:
    rows = town.call("GET", "subscriptions")["items"]
    row = next(one for one in rows if one["name"] == "San Bernardino council")
    page.goto(f"/subscriptions/{row['id']}")
    page.get_by_label("The query").fill('"county fair" OR encampment')
    page.get_by_role("button", name="Save change").click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("This change gains ")
    for name in ("Gained", "Lost", "Kept"):
        assert page.get_by_role("heading", name=name).is_visible()
    assert page.locator("ins").count() > 0
    assert town.call("GET", f"subscriptions/{row['id']}")["query"] == row["query"]
    pictured(page, "editing-5-difference")
    page.get_by_role("button", name="Go on editing").click()
    assert page.get_by_label("The query").input_value() == '"county fair" OR encampment'
    page.get_by_label("The query").press("Control+Enter")
    page.get_by_role("button", name="Save change").first.click()
    page.wait_for_url("**said=saved")
    assert town.call("GET", f"subscriptions/{row['id']}")["query"] == '"county fair" OR encampment'
    town.call("PATCH", f"subscriptions/{row['id']}", json={"query": row["query"]})


@pytest.mark.parametrize("script", [True, False])
def test_with_scripts_off_the_builder_works_too(town: Rig, browser, *, script: bool) -> None:
    token = f"Bearer {(town.data / 'token').read_text().strip()}"
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{town.port}",
        java_script_enabled=script,
        extra_http_headers={"Authorization": token},
    )
    page = context.new_page()
    page.goto("/subscribe?query=rent")
    page.locator("#name").fill("Kept")
    page.locator("#new-says").fill("lease")
    page.locator(".new").get_by_role("button", name="Add").first.click()
    page.locator(".tag", has_text="lease").wait_for()
    assert page.locator("#query").input_value() == "rent AND lease"
    assert page.locator("#name").input_value() == "Kept"
    context.close()
