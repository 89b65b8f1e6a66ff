"""Errors in the terminal: the words, the caret, the readings, the mending command and the exit code."""

from __future__ import annotations

import pytest

from services.cli import failure
from services.errors import ConflictError, InvalidError, NotFoundError, OutsideError, TocsinError
from services.queries.parser import parse
from tests.unit.cli.screens import a_screen, written


def told(query: str) -> str:
    screen = a_screen()
    with pytest.raises(InvalidError) as caught:
        parse(query)
    assert failure.tell_query(query, caught.value, screen) == failure.MISTAKE
    return written(screen)


def test_a_mixed_query_shows_the_caret_and_both_readings() -> None:
    assert told('"sanctuary city" ordinance OR detainer*') == (
        "x The query cannot be read: AND and OR are mixed without parentheses\n"
        "\n"
        '  "sanctuary city" ordinance OR detainer*\n'
        "                             ^^ character 28\n"
        "\n"
        "A space means AND; here an OR follows it. Write one of these:\n"
        "\n"
        '  ("sanctuary city" ordinance) OR detainer*\n'
        '  "sanctuary city" (ordinance OR detainer*)\n'
    )


def test_a_query_that_is_wrong_as_a_whole_has_no_caret() -> None:
    assert "^" not in told("-rent")
    assert told("") == "x The query cannot be read: Type what you want to hear of\n"


def test_the_command_that_mends_it_stands_on_the_last_line() -> None:
    screen = a_screen()
    failure.tell(InvalidError("The database is at revision 1, this version needs 2. Run: tocsin db upgrade"), screen)
    assert written(screen) == "x The database is at revision 1, this version needs 2.\n  tocsin db upgrade\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidError("typed wrongly"), 2),
        (NotFoundError("not there"), 2),
        (ConflictError("taken"), 2),
        (OutsideError("does not answer"), 3),
    ],
)
def test_the_exit_code_says_whose_part_it_was(error: TocsinError, code: int) -> None:
    assert failure.tell(error, a_screen()) == code


def test_an_error_as_json_has_its_position() -> None:
    with pytest.raises(InvalidError) as caught:
        parse("a OR")
    found = failure.as_object(caught.value)["error"]
    assert found["position"] == 3
    assert "OR" in found["message"]
