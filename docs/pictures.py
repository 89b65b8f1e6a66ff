"""Make the README's pictures from the running product: `uv run --group browser python docs/pictures.py`.

Runs the demo's service, lets the sample articles through, signs in with the link that `tocsin up` printed, and takes
pictures of the first page, of the answer to the first question and of a mail as Chromium shows them. `docs/way.svg` is
drawn by hand.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from playwright.sync_api import sync_playwright

from services.cli import demo, demo_service
from services.cli.catchers import Caught, MailCatcher, WebCatcher

HERE = Path(__file__).parent


def main() -> int:
    """Make the pictures."""
    data = Path(tempfile.mkdtemp(prefix="tocsin-pictures-")) / "data"
    demo_service.fresh(data)
    sample, caught = demo.load_sample(), Caught()
    mail, web = MailCatcher(data / "mail", caught), WebCatcher(caught, sample.feed)
    try:
        with demo_service.running(data, mail.port) as api:
            demo.play(api, sample, caught, web.port, lambda _what, _done: None)
            link = re.search(r"http://[^\s\x1b]+/in/[\w-]+", (data / "up.log").read_text())
            assert link is not None
            _take(link[0], _html(data / "mail"))
    finally:
        mail.stop()
        web.stop()
        shutil.rmtree(data.parent)
    return 0


def _html(folder: Path) -> str:
    """Give the HTML part of the first mail that marks words."""
    for file in sorted(folder.glob("*.eml")):
        part = message_from_bytes(file.read_bytes(), policy=default).get_body(("html",))
        if part is not None and "hit" in part.get_content():
            return str(part.get_content())
    raise AssertionError("no mail with marked words")


def _take(link: str, mail: str) -> None:
    with sync_playwright() as run:
        browser = run.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 900}, device_scale_factor=1.5)
        page.goto(link)
        page.get_by_role("button").first.click()
        page.wait_for_url("**/")
        page.screenshot(
            path=HERE / "overview.png", clip={"x": 0, "y": 0, "width": 1200, "height": 1250}, full_page=True
        )
        page.goto(f"{link.partition('/in/')[0]}/start?see=1&query=%22sanctuary+city%22&place=California")
        page.screenshot(path=HERE / "first.png", clip={"x": 0, "y": 0, "width": 1200, "height": 1400}, full_page=True)
        letter = browser.new_page(viewport={"width": 660, "height": 400}, device_scale_factor=1.5)
        letter.set_content(mail)  # in a page of its own: ours allows no inline styles, which mails are made of
        letter.screenshot(path=HERE / "mail.png", full_page=True)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
