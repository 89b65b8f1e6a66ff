"""An alert's page: why, the clock, the copies, what the reader says of it; and why something did not come."""

from __future__ import annotations

import re

from tests.browser.looking import pictured
from tests.faults.rig import Rig

TITLE = "Council makes San Bernardino a sanctuary city"


def test_an_alert_says_why_shows_the_article_and_takes_feedback(town: Rig, page) -> None:
    page.goto("/alerts")
    page.get_by_role("link", name=TITLE).first.click()
    assert page.get_by_role("heading", name="Why you got this").is_visible()
    assert page.locator(".why li mark").first.is_visible()
    assert page.locator(".article mark").count() > 0
    assert page.locator(".zone.teaser").inner_text().strip().endswith("weighs its budget")
    assert page.locator(".clock li").count() >= 3
    assert page.get_by_role("heading", name="Also in 1 article", exact=True).is_visible()
    pictured(page, "alert-1")
    page.get_by_role("button", name="Relevant", exact=True).click()
    assert page.get_by_role("button", name="Relevant", exact=True).get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="No more of this story").click()
    page.get_by_role("button", name="Hear this story again").wait_for()
    page.keyboard.press("m")
    assert page.evaluate("document.activeElement.value") == "unmute"
    page.get_by_role("button", name="Hear this story again").click()
    pictured(page, "alert-2-feedback")


def test_a_kept_mail_can_be_read(page) -> None:
    page.goto("/mail")
    page.get_by_role("link", name=re.compile("sanctuary")).first.click()
    assert page.get_by_text("sanctuary").first.is_visible()


def test_a_link_that_did_not_come_shows_the_stage_that_stopped_it(page) -> None:
    page.goto("/why")
    page.get_by_label("Link to the article").fill("https://unknown.example/story")
    page.get_by_role("button", name="Look").click()
    assert page.get_by_role("heading", name="Stopped here: the source is not watched").is_visible()
    pictured(page, "why-1-not-watched")
    page.get_by_label("Link to the article").fill("https://inland.example/ir-3")
    page.get_by_role("button", name="Look").click()
    assert page.get_by_role("heading", name="Stopped here: the query did not hold").is_visible()
    assert page.get_by_role("link", name="Change the query").is_visible()
    pictured(page, "why-2-query")
    page.get_by_label("Link to the article").fill("https://inland.example/ir-1")
    page.get_by_role("button", name="Look").click()
    assert page.locator(".tabs a", has=page.locator("svg")).count() == 3
    pictured(page, "why-3-got")
