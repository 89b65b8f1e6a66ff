"""How tests look at a page: its picture, its width, and what axe-core finds."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import OUTPUT

AXE = Axe()
OPTIONS = {"resultTypes": ["violations"],
           "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}  # fmt: skip


def look(page, name: str, width: int, scheme: str) -> None:
    """Show a page at a width in a theme, keep its picture, and say if it scrolls sideways."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.screenshot(path=str(OUTPUT / f"{name}-{width}-{scheme}.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways at {width}"


def faults(page) -> list[str]:
    """Give what axe-core finds on a page, one line a rule with the first elements."""
    found = AXE.run(page, options=OPTIONS).response["violations"]
    return [f"{one['id']}: {one['help']}: " + " | ".join(node["html"][:160] for node in one["nodes"][:3])
            for one in found]  # fmt: skip


def pictured(page, name: str) -> None:
    """Keep the pictures of a journey's page: wide and light, narrow and dark; axe-core finds nothing on either."""
    for width, scheme in ((1440, "light"), (390, "dark")):
        look(page, name, width, scheme)
        found = faults(page)
        assert not found, f"{name}: {found}"
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")
