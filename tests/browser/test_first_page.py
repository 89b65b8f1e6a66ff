"""The pages in a real browser, on real services: sign in by the link, see what passed, read a kept mail."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.rig import WORD, Rig
from tests.parts import HOST, until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OUTPUT = Path(__file__).parent / "output"
playwright = pytest.importorskip("playwright.sync_api", reason="the browser dependency group is not installed")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt-get install chromium"),
]


PATHS = ["/", "/alerts", "/subscriptions", "/subscribe", "/channels", "/deliveries", "/sources", "/topics", "/more", "/why", "/why",
         "/people", "/incidents", "/audit", "/account", "/mail", "/sign-in"]  # fmt: skip


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    rig = Rig(tmp_path_factory.mktemp("browser"), "", TOCSIN_SMTP_URL="")
    rig.start()
    rig.set_up()
    rig.push("browser")
    until(lambda: ("http", "Case browser") in rig.arrived(), "the webhook", 30)
    until(lambda: list((rig.data / "mail").glob("*.eml")), "the kept mail", 30)
    yield rig
    rig.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with playwright.sync_playwright() as run:
        chromium = run.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def page(rig: Rig, browser) -> Iterator[object]:
    link = re.search(r"/in/[\w-]+", (rig.folder / "up.log").read_text())
    assert link is not None
    context = browser.new_context(base_url=f"http://{HOST}:{rig.port}")
    page = context.new_page()
    page.goto(link[0])
    page.get_by_role("button").first.click()
    page.wait_for_url("**/")
    yield page
    context.close()


def test_the_link_signs_in_and_shows_the_counts(page) -> None:
    page.goto("/")
    assert page.get_by_role("heading", level=1).count() == 1
    for stage in ("Fetch", "Ingest", "Match", "Deliver"):
        assert page.get_by_text(stage, exact=True).first.is_visible()
    assert page.get_by_text("Case browser").first.is_visible()


def test_the_board_changes_by_itself_and_holds_still_when_asked(rig: Rig, page) -> None:
    page.goto("/")
    tile = page.locator(".tile", has_text="Articles").locator(".figure")
    before = int(tile.inner_text())
    rig.push("live")
    until(lambda: int(tile.inner_text()) == before + 1, "the board with the new article", 30)
    page.get_by_role("link", name="Hold still").click()
    assert page.locator("[sse-connect]").count() == 0


def test_a_stranger_is_asked_to_sign_in(rig: Rig, browser) -> None:
    context = browser.new_context(base_url=f"http://{HOST}:{rig.port}")
    page = context.new_page()
    page.goto("/")
    assert page.url.endswith("/sign-in")
    context.close()


def test_a_query_is_checked_as_it_is_typed_and_saved(page) -> None:
    page.goto("/channels")
    page.get_by_label("Address").fill("reader@office.example")
    page.get_by_role("button", name="Add the channel").click()
    page.goto("/subscribe")
    page.get_by_label("The query").fill('"sanctuary city" ordinance OR detainer*')
    page.locator("pre.caret").wait_for()
    assert "character 28" in page.locator("pre.caret").inner_text()
    page.get_by_role("link", name="Use this").last.click()
    assert page.get_by_label("The query").input_value() == '"sanctuary city" (ordinance OR detainer*)'
    page.get_by_label("Name").fill("From the page")
    page.get_by_role("button", name="Subscribe").click()
    page.wait_for_url("**/subscriptions?said=subscribed")
    assert page.get_by_role("link", name="From the page").is_visible()


def test_an_alert_shows_the_article_with_the_words_marked(page) -> None:
    page.goto("/alerts")
    page.get_by_role("link", name=re.compile("Case browser")).first.click()
    assert page.locator(".article mark").count() > 0
    assert page.locator(".clock li").count() >= 3


def test_a_kept_mail_can_be_read(page) -> None:
    page.goto("/mail")
    page.get_by_role("link", name=re.compile("Case browser")).first.click()
    assert page.get_by_text("Case browser").first.is_visible()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390, 320])
def test_no_page_scrolls_sideways(page, path: str, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(path)
    OUTPUT.mkdir(exist_ok=True)
    name = path.strip("/").replace("/", "-") or "overview"
    page.screenshot(path=OUTPUT / f"{name}-{width}-{scheme}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", PATHS)
def test_no_page_breaks_its_own_policy(page, path: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(path)
    assert [text for text in said if "Content Security Policy" in text] == []


def test_a_query_is_tried_on_the_page_before_anything_is_saved(page) -> None:
    page.goto("/subscribe")
    page.get_by_label("The query").fill(f"{WORD} -sheriff")
    page.get_by_role("button", name="See what it would have caught").click()
    page.get_by_role("heading", name="What it would have caught").wait_for()
    assert page.url.endswith("/subscribe")
    assert page.locator("#preview mark").first.is_visible()
    assert page.get_by_label("The query").input_value() == f"{WORD} -sheriff"
    OUTPUT.mkdir(exist_ok=True)
    for scheme, width in (("light", 1440), ("dark", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.screenshot(path=str(OUTPUT / f"preview-{width}-{scheme}.png"), full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_link_that_did_not_come_shows_the_stage_that_stopped_it(page) -> None:
    page.goto("/why")
    page.get_by_label("Link to the article").fill("https://unknown.example/story")
    page.get_by_role("button", name="Look").click()
    assert page.get_by_role("heading", name="Stopped here: the source is not watched").is_visible()
    OUTPUT.mkdir(exist_ok=True)
    for scheme, width in (("light", 1440), ("dark", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.screenshot(path=str(OUTPUT / f"why-{width}-{scheme}.png"), full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})
