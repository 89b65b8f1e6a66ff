"""A passage on one line: the matched words in brackets, and what stands around the first of them."""

from __future__ import annotations

import pytest

from services.cli.passages import passage, place
from services.cli.terminal import columns
from tests.unit.cli.screens import a_screen

LONG = (
    "The council, after four hours of comment, made San Bernardino the county’s first sanctuary city "
    "and asked its lawyers for a plan by the end of the year."
)


def shown(sentence: str, *marked: str, lined: bool = True) -> str:
    marks = [(sentence.index(words), sentence.index(words) + len(words)) for words in marked]
    return "".join(str(part) for part in passage(a_screen(lined=lined), "lead, sentence 1", sentence, marks))


def test_a_short_passage_stands_whole_with_its_marks() -> None:
    assert shown("A sanctuary city is born", "sanctuary city") == "lead, sentence 1   A [sanctuary city] is born"


def test_a_long_passage_is_cut_around_the_first_marked_words() -> None:
    line = shown(LONG, "sanctuary city")
    assert "[sanctuary city]" in line
    assert " … " in line
    assert line.endswith(" …")
    assert columns(line) <= 74


def test_a_program_gets_the_whole_passage() -> None:
    assert shown(LONG, "sanctuary city", lined=False).endswith(
        "first [sanctuary city] and asked its lawyers for a plan by the end of the year."
    )


@pytest.mark.parametrize("words", ["The council", "the year."])
def test_marks_at_either_end_are_seen(words: str) -> None:
    assert f"[{words}]" in shown(LONG, words)


def test_marks_that_overlap_or_lie_outside_are_left_out() -> None:
    parts = passage(a_screen(), "title", "one two", [(0, 3), (2, 5), (4, 99)])
    assert "".join(str(part) for part in parts) == "title              [one] two"


@pytest.mark.parametrize(
    ("zone", "sentence", "said"),
    [
        ("lead", 1, "lead, sentence 1"),
        ("title", 1, "title"),
        ("teaser", 2, "teaser"),
        (None, None, ""),
        ("body", 0, "body"),
    ],
)
def test_where_a_passage_stands(zone: str | None, sentence: int | None, said: str) -> None:
    assert place(zone, sentence) == said
