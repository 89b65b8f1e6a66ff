"""Operators: is everything all right? What needs somebody, live; then the rows behind each number, and an act on them."""

from __future__ import annotations

import re

from tests.browser.looking import pictured
from tests.faults.rig import Rig
from tests.parts import until


def test_the_first_screen_says_what_needs_somebody(page) -> None:
    page.goto("/")
    assert page.get_by_role("heading", level=1).inner_text().startswith("Nearly: ")
    for stage in ("Fetch", "Ingest", "Match", "Deliver"):
        assert page.get_by_role("rowheader", name=stage).is_visible()
    needs = page.locator(".needs-list").inner_text()
    assert "dead letter" in needs
    assert "Valley Radio has failed" in needs
    assert page.locator(".spark").count() == 4
    assert page.get_by_role("heading", name="From published to sent").is_visible()
    pictured(page, "operators-1-overview")


def test_the_board_changes_by_itself_and_holds_still_when_asked(town: Rig, page) -> None:
    page.goto("/")
    tile = page.locator(".tile", has_text="Articles").locator(".figure")
    before = int(tile.inner_text())
    town.call("POST", "articles", json={"external_id": "live", "title": "Live", "text": "Nobody asked for this."})
    until(lambda: int(tile.inner_text()) == before + 1, "the board with the new article", 30)
    page.get_by_role("link", name="Hold still").click()
    assert page.locator("[sse-connect]").count() == 0


def test_every_number_of_the_screen_leads_to_its_rows(page) -> None:
    page.goto("/?still=1")
    links = page.locator("#board .tile, #board table a, #board .needs-list a").evaluate_all(
        "all => [...new Set(all.map(one => one.getAttribute('href')))]"
    )
    assert len(links) > 8
    for link in links:
        assert page.request.get(link).status == 200, link


def test_dead_letters_are_filtered_replayed_with_a_question_and_audited(page) -> None:
    page.goto("/")
    page.locator(".needs-list li", has_text="dead letter").get_by_role("link", name="Look").click()
    assert "dead letter" in page.get_by_role("heading", level=1).inner_text()
    pictured(page, "operators-2-dead")
    page.get_by_role("link", name="Replay").first.click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Replay ")
    pictured(page, "operators-3-replay")
    page.get_by_role("button", name="Replay").click()
    page.wait_for_url("**said=replayed")
    page.goto("/audit")
    assert page.get_by_text("deliveries replayed").first.is_visible()


def test_a_channel_is_tested_given_a_stand_in_and_a_new_secret(page) -> None:
    page.goto("/channels")
    page.get_by_role("link", name="shut-door"[-4:]).or_(page.get_by_role("link", name="door")).first.click()
    page.get_by_label("Use instead").select_option(label="ana@office.example")
    page.get_by_label("After it has failed for").select_option(label="5 minutes")
    page.get_by_role("button", name="Save").click()
    assert "ana@office.example is used instead, after 5 minutes" in page.locator("main").inner_text()
    page.get_by_role("button", name="Make a new secret").click()
    page.get_by_text("whsec_").wait_for()
    page.get_by_text("signs as well until").wait_for()
    pictured(page, "operators-4-channel")
    page.goto("/channels")
    page.get_by_role("link", name="ana@office.example").first.click()
    page.get_by_role("button", name="Send a test message").click()
    page.get_by_text("A test message is on its way").wait_for()


def test_a_source_is_polled_now_from_its_page(page) -> None:
    page.goto("/")
    page.locator(".needs-list li", has_text="Valley Radio").get_by_role("link", name="Look").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Valley Radio"
    pictured(page, "operators-5-source")
    page.get_by_role("button", name="Poll now").click()
    page.get_by_text("It is polled now").wait_for()


def test_a_story_is_parted_after_a_question_and_audited(town: Rig, page) -> None:
    its = next(one for one in town.call("GET", "stories?limit=200")["items"] if one["articles"] > 2)
    page.goto(f"/articles?story={its['id']}")
    before = page.get_by_role("link", name="Part it").count()
    assert before == its["articles"] - 1
    pictured(page, "operators-6-story")
    page.get_by_role("link", name="Part it").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "Is this another story?"
    pictured(page, "operators-7-part")
    later = re.search(r"(\d+) later revisions? go", page.locator("main").inner_text())
    going = 1 + (int(later[1]) if later else 0)
    page.get_by_role("button", name="Part it").click()
    page.get_by_text("Parted. It has a story of its own").wait_for()
    page.goto(f"/articles?story={its['id']}")
    assert page.get_by_role("link", name="Part it").count() == before - going
    page.goto("/audit")
    assert page.get_by_text("story split").first.is_visible()
