"""The look of one stream: colours, signs, and texts from outside that cannot steer a terminal."""

from __future__ import annotations

import json

import pytest

from services.cli import terminal
from services.cli.terminal import BAD, GOOD, LOOK, NOT_COUNTED, bold
from tests.unit.cli.screens import Stream, a_screen, written


def test_colours_stand_on_a_terminal_beside_their_word() -> None:
    screen = a_screen(coloured=True)
    screen.line(GOOD, " matches ", bold("a title"))
    assert written(screen) == "\x1b[32m✓\x1b[0m matches \x1b[1ma title\x1b[0m\n"


@pytest.mark.parametrize(
    ("tty", "environment", "lined", "coloured"),
    [
        (True, {"TERM": "xterm"}, True, True),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        (True, {"TERM": "xterm", "NO_COLOR": ""}, True, True),
        (True, {"TERM": "dumb"}, False, False),
        (True, {"TERM": "xterm", "CI": "true"}, False, False),
        (False, {"TERM": "xterm"}, False, False),
    ],
)
def test_what_a_stream_can_show(tty: bool, environment: dict[str, str], lined: bool, coloured: bool) -> None:
    screen = terminal.of(Stream(tty=tty), environment)
    assert (screen.lined, screen.coloured) == (lined, coloured)


@pytest.mark.parametrize(
    ("encoding", "environment", "unicode"),
    [
        ("utf-8", {}, True),
        ("utf-8", {"LC_ALL": "de_DE.UTF-8"}, True),
        ("utf-8", {"LC_ALL": "C"}, False),
        ("utf-8", {"LC_ALL": "C.UTF-8"}, True),
        ("utf-8", {"LC_ALL": "de_DE.ISO-8859-1@euro"}, False),
        ("iso8859-1", {}, False),
    ],
)
def test_unicode_is_written_where_the_locale_has_it(encoding: str, environment: dict[str, str], unicode: bool) -> None:
    assert terminal.of(Stream(tty=True, encoding=encoding), environment).unicode is unicode


def test_signs_and_typography_become_ascii_where_the_locale_has_no_more() -> None:
    screen = a_screen(unicode=False, encoding="ascii")
    screen.line(GOOD, " ", LOOK, " ", BAD, " ", NOT_COUNTED, " ", terminal.NOT_REACHED, " the city’s “5–2” …")
    assert written(screen) == 'ok ! x - . the city\'s "5-2" ...\n'


def test_a_letter_the_locale_lacks_is_replaced_and_never_fails() -> None:
    screen = a_screen(unicode=False, encoding="ascii")
    screen.line("Größe 東京")
    assert written(screen) == "Gr??e ??\n"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a\x1b[31mred\x07", "a\ufffd[31mred\ufffd"),
        ("two\nlines\tand\r\nmore", "two lines and  more"),
        ("abc\u202edcba", "abcdcba"),
        ("half \ud800 pair", "half \ufffd pair"),
        ("\u200bzero width", "zero width"),
        ("plain", "plain"),
    ],
)
def test_text_from_outside_cannot_steer_the_terminal(given: str, shown: str) -> None:
    screen = a_screen()
    screen.line(given)
    assert written(screen) == shown + "\n"


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("short enough", 12, "short enough"),
        ("San Bernardino council votes to limit", 24, "San Bernardino council …"),
        ("Donaudampfschifffahrtsgesellschaft", 12, "Donaudampf …"),
        ("東京東京東京", 8, "東京東 …"),
        ("  spread \n out  ", 80, "spread out"),
    ],
)
def test_a_long_text_is_cut_at_a_word_to_its_columns(text: str, most: int, shown: str) -> None:
    assert terminal.cut(text, most) == shown
    assert terminal.columns(shown) <= most


def test_a_program_gets_the_whole_text() -> None:
    assert a_screen(lined=False).cut("San Bernardino council votes", 10) == "San Bernardino council votes"


def test_folded_lines_keep_every_word_within_the_columns() -> None:
    lines = terminal.folded("one two three Donaudampfschiff four", 9)
    assert lines == ["one two", "three", "Donaudampfschiff", "four"]


def test_json_is_one_line_and_stays_json_in_any_locale() -> None:
    value = {"title": "5–2 “yes”\nand more", "half": "\ud800"}
    for screen in (a_screen(), a_screen(unicode=False, encoding="ascii")):
        screen.json(value)
        line = written(screen)
        assert line.count("\n") == 1
        assert json.loads(line)["title"] == value["title"]


def test_a_record_is_tab_separated_and_its_cells_hold_no_tab() -> None:
    screen = a_screen(lined=False)
    screen.record(["a\tb", "c\nd", ""])
    assert written(screen) == "a b\tc d\t\n"


def test_the_caret_stays_under_its_spot_in_ascii() -> None:
    screen = a_screen(unicode=False, encoding="ascii")
    screen.block("…abc\n ^ character 40")
    assert written(screen) == "  .abc\n   ^ character 40\n"
