from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.web import site

FOLDER = Path(site.__file__).parent / "templates"
TEMPLATES = sorted(FOLDER.glob("*"))
STYLE = (Path(site.__file__).parent / "static" / "tocsin.css").read_text()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_needs_what_the_policy_forbids(template: Path) -> None:
    text = template.read_text()
    text = re.sub(r'<script src="/static/(?:[a-z-]+\.min|keys|picker)\.js" defer></script>', "", text)
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:|(?:href|src|action)=.https?://", text, re.I)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_only_the_icons_own_drawings_are_not_escaped(template: Path) -> None:
    text = template.read_text()
    assert "autoescape" not in text
    assert text.count("safe") == (1 if template.name == "icons.html" else 0)


@pytest.mark.parametrize("name", ["x.html", "x.jinja", "x.txt", "x"])
def test_every_template_is_escaped_whatever_it_is_called(name: str) -> None:
    assert site._ENVIRONMENT.autoescape is True
    assert site._ENVIRONMENT.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"


def test_every_colour_of_the_style_sheet_comes_from_its_tokens() -> None:
    _, tokens, rest = STYLE.partition(":root {")
    body = (tokens + rest).partition("\n}")[2]
    for line in body.splitlines():
        if re.search(r"#[0-9a-f]{3,8}\b", line):
            assert "light-dark(" in line or "background: #fff; color: #000" in line, line


PAIRS = [("ink", "paper"), ("soft", "paper"), ("soft", "sunk"), ("accent", "sheet"), ("accent", "wash"), ("bad", "bad-wash"),
         ("warn", "warn-wash"), ("on-mark", "mark"), ("on-accent", "accent")]  # fmt: skip


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("above", "below"), PAIRS)
def test_text_stands_out_from_what_it_lies_on(above: str, below: str, theme: int) -> None:
    one, other = (_luminance(re.findall(r"#[0-9a-f]{6}", _token(name))[theme]) for name in (above, below))
    assert (max(one, other) + 0.05) / (min(one, other) + 0.05) >= 4.5


def _token(name: str) -> str:
    found = re.search(rf"--{name}: (light-dark\([^)]*\))", STYLE)
    assert found
    return found[1]


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
