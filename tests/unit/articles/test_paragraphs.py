"""Paragraphs are found whatever the text uses to part them."""

from __future__ import annotations

import pytest

from services.articles.paragraphs import paragraphs


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in paragraphs(text, lambda line: line.startswith("READ"))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\xa0\n\t", []),
        ("one\n\ntwo", ["one", "two"]),
        ("one\ntwo", ["one", "two"]),
        ("one\r\ntwo\r\n\r\nthree", ["one", "two", "three"]),
        ("one\rtwo", ["one", "two"]),
        ("one\u2028two\u2029three\x0cfour", ["one", "two", "three", "four"]),
        ("  one \xa0\n \u3000 two ", ["one", "two"]),
    ],
)
def test_lines_and_blank_lines_part_paragraphs(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


WIDE = "The council voted five to two on Tuesday night to cap the rents in"


def test_lines_of_one_width_are_one_paragraph() -> None:
    wrapped = f"{WIDE}\nthe city, after a hearing that went on and on and on until well\npast midnight."
    assert cut(wrapped) == [wrapped]


def test_a_break_that_no_wrapping_would_make_parts_wrapped_lines() -> None:
    second = (
        "After a hearing that went on and on and on until well past the hour of\nmidnight, all went home and slept."
    )
    first = f"{WIDE}\nthe city."
    assert cut(f"{first}\n{second}\n\n{WIDE}") == [first, second, WIDE]


def test_a_line_that_stands_alone_begins_a_paragraph_of_wrapped_text() -> None:
    first = f"{WIDE}\nall of the city and the towns around it, and in the harbour beside"
    assert cut(f"{first}\nREAD MORE: Fire in Lodi") == [first, "READ MORE: Fire in Lodi"]
