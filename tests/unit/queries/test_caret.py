"""The caret stands under the spot, in two lines of plain text."""

from __future__ import annotations

import pytest

from services.queries import caret
from tests.unit.queries.test_mistakes import mistake


def test_the_caret_is_drawn_as_the_terminal_shows_it() -> None:
    text = '"sanctuary city" ordinance OR detainer*'
    found = mistake(text)
    assert caret.draw(text, found.position or 0, found.length) == (
        '"sanctuary city" ordinance OR detainer*\n                           ^^ character 28'
    )


CARETS = [
    ("ab", 1, 1, "ab\n^ character 1"),
    ("ab", 2, 1, "ab\n ^ character 2"),
    ("ab", 3, 1, "ab\n  ^ character 3"),
    ("", 1, 1, "\n^ character 1"),
    ("a\nb\tc", 5, 1, "a b c\n    ^ character 5"),
    ("a\u202eb", 3, 1, "a\ufffdb\n  ^ character 3"),
    ("東京 x", 4, 1, "東京 x\n     ^ character 4"),
    ("e\u0301 x", 4, 1, "e\u0301 x\n  ^ character 4"),
    ("x" * 40 + "!" + "y" * 40, 41, 1, "…" + "x" * 30 + "!" + "y" * 30 + "…\n" + " " * 31 + "^ character 41"),
    ("x" * 2500, 2501, 1, "…" + "x" * 30 + "\n" + " " * 31 + "^ character 2,501"),
    ("x" * 90, 1, 90, "x" * 60 + "…\n" + "^" * 30 + " character 1"),
]


@pytest.mark.parametrize(("text", "position", "length", "drawn"), CARETS)
def test_the_caret_stands_under_its_character(text: str, position: int, length: int, drawn: str) -> None:
    assert caret.draw(text, position, length) == drawn
