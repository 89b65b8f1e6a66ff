"""Every page in each theme and width: nothing axe-core finds, nothing sideways, no breach of the policy, keys that act."""

from __future__ import annotations

import re

import pytest

from tests.browser.looking import faults, look
from tests.browser.pages import filled, name_of, open_paths, paths
from tests.faults.rig import Rig
from tests.parts import HOST

VIEWS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark"), (320, "light")]


def check(page, path: str, name: str) -> None:
    """Look at a page in every view; in one go, since to load it takes longest."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(path)
    page.wait_for_timeout(50)
    for width, scheme in VIEWS:
        look(page, name, width, scheme)
        found = faults(page)
        assert not found, f"{path} at {width}, {scheme}: {found}"
    assert [text for text in said if "Content Security Policy" in text] == []


@pytest.mark.parametrize("path", paths(), ids=name_of)
def test_a_page_is_for_everybody_in_each_view(town: Rig, page, path: str) -> None:
    check(page, filled(path, town), name_of(path))


def test_pages_for_nobody_in_particular_are_for_everybody(town: Rig, browser) -> None:
    context = browser.new_context(base_url=f"http://{HOST}:{town.port}")
    page = context.new_page()
    page.goto("/")
    assert page.url.endswith("/sign-in")
    for path in open_paths():
        check(page, re.sub(r"{\w+}", "unknown", path), "open-" + name_of(path))
    context.close()


def test_a_refused_form_says_so_first_and_leads_to_its_fields(page) -> None:
    page.goto("/channels")
    page.get_by_label("Address").fill("nobody")
    page.get_by_role("button", name="Add the channel").click()
    assert page.title().startswith("Error: ")
    assert page.locator(".summary").evaluate("one => one === document.activeElement")
    page.locator(".summary a").click()
    assert page.get_by_label("Address").get_attribute("aria-invalid") == "true"
    assert faults(page) == []


def test_the_skip_link_comes_first_and_leads_past_the_head(page) -> None:
    page.goto("/alerts")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_single_keys_lead_through_lists_and_to_pages(page) -> None:
    page.goto("/alerts")
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.href")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.href") != first
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.href") == first
    page.keyboard.press("?")
    assert page.get_by_role("heading", name="Keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "words"
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/subscriptions")


def test_the_theme_and_the_keys_are_chosen_without_a_script_of_the_page(page) -> None:
    page.goto("/account")
    page.get_by_label("Dark").check()
    page.get_by_label("Single keys act").uncheck()
    page.locator("#look button").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.goto("/alerts")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    page.goto("/account")
    page.get_by_label("As my device").check()
    page.get_by_label("Single keys act").check()
    page.locator("#look button").click()
    assert page.locator("html").get_attribute("data-theme") is None


def test_targets_are_large_enough_and_focus_is_seen(page) -> None:
    small = """[...document.querySelectorAll('button, select, input:not([type=hidden]), .button')]
        .filter(one => one.offsetParent && !one.closest('[popover]')).map(one => one.getBoundingClientRect())
        .filter(box => box.width && (box.height < 19 || box.width < 19)).length"""
    for path in ("/subscribe?query=rent+NOT+car", "/account", "/channels"):
        page.goto(path)
        assert page.evaluate(small) == 0, path
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert ring == "3px"


def test_nothing_moves_for_those_who_want_no_motion(page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto("/")
    moving = """[...document.querySelectorAll('*')].filter(one => { const how = getComputedStyle(one);
        return how.animationName !== 'none' || how.transitionDuration !== '0s' }).length"""
    assert page.evaluate(moving) == 0
    page.emulate_media(reduced_motion="no-preference")
