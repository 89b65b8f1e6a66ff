"""Each limit has its own message, with the limit and the position; hostile queries end in one of them."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from types import FrameType

import pytest

from services.queries.limits import STORED
from services.queries.parser import QueryError, parse
from tests.unit.queries.test_mistakes import mistake

LIMITS = [
    ("a" * 2731, "The query has 2,731 characters. 2,500 is the most", 2501),
    (" ".join(f"w{n}" for n in range(201)), "The query has more than 200 terms, at character 891. 200 is the most", 891),
    ("hlead:(" + " ".join(f"w{n}" for n in range(101)) + ")",
     "The query has more than 200 terms, at character 398. 200 is the most", 398),
    ("(" * 33 + "a" + ")" * 33, "Parentheses stand more than 32 deep, at character 33. 32 is the most", 33),
    (" ".join(f"word{n:02}*" for n in range(21)),
     "The query has more than 20 wildcards, at character 161. 20 is the most", 161),
    ('"' + " ".join(f"word{n:02}*" for n in range(21)) + '"',
     "The query has more than 20 wildcards, at character 1. 20 is the most", 1),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "position"), LIMITS)
def test_a_limit_is_named_where_it_is_passed(text: str, message: str, position: int) -> None:
    found = mistake(text)
    assert (found.message, found.position) == (message, position)


def test_a_query_at_its_limits_is_read() -> None:
    parse("(" * 32 + "a" + ")" * 32)
    parse(" ".join(f"w{n}" for n in range(200)))
    parse(" ".join(f"word{n:02}*" for n in range(20)))
    parse("a NEAR/100 b")
    parse("a" * 2500)


def test_the_canonical_text_of_a_long_query_is_read_again() -> None:
    parsed = parse(" ".join(f"-word{n:06}" for n in range(199)) + " a")
    assert len(parsed.text) > 2500
    assert parse(parsed.text, limits=STORED).tree == parsed.tree


HOSTILE = [
    "(" * 100_000,
    " OR ".join(f"w{n}" for n in range(10_000)),
    "a* b* c*",
    "*a *b",
    "NOT a",
    " ",
    "*",
    '"a b',
    '"a b"~999999999',
    '"a b"~' + "9" * 2000,
    "a NEAR/" + "9" * 2000 + " b",
    "ATLEAST/" + "9" * 2000 + "(a)",
    "words:>" + "9" * 2000,
    "__class__:a",
    "owner_id:1",
    "a:*",
    "/(a+)+$/",
    "-" * 2000,
    "NOT " * 500 + "a",
    "a OR " * 400,
    '"' * 2001,
    "(" * 1200 + ")" * 1200,
    "title:" * 400,
    "?" * 2000 + "a",
    ")" * 2000,
    ":" * 2000,
    "a b OR " * 99 + "c",
]


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:12] for text in HOSTILE])
def test_a_hostile_query_is_refused_with_a_spot(text: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.position is not None
    assert 1 <= caught.value.position <= max(1, len(text))
    assert len(caught.value.message) < 300


SIGNS_OF_DATABASES = [
    ("a' OR 1=1 --", 'a OR "1=1"'),
    ("robert'); DROP", None),
    ("a \\ b ; % _", "a AND b"),
    ("a <-> b", "a AND b"),
    ("café OR cafe\u0301", "café"),
    ("par\u200dk", "par\u200dk"),
    ("\u202egnik", "gnik"),
    ("STRASSE OR straße", "STRASSE"),
    ("İstanbul OR istanbul", "İstanbul"),
    ("ＩＣＥ", "ＩＣＥ"),
    ("a\x00b", "a AND b"),
    ("\ud800 a", "a"),
]


@pytest.mark.parametrize(("text", "canonical"), SIGNS_OF_DATABASES)
def test_signs_that_mean_something_elsewhere_mean_nothing_here(text: str, canonical: str | None) -> None:
    if canonical is None:
        mistake(text)
    else:
        assert parse(text).text == canonical


def steps_of(text: str) -> int:
    """Count the lines of the program that reading a query takes, whether it is read or refused."""
    count = 0

    def step(_frame: FrameType, event: str, _about: object) -> Callable[..., object]:
        nonlocal count
        count += event == "line"
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        with contextlib.suppress(QueryError):
            parse(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("sign", ["-", "!", "+", "&", "|", "–", "(", '"', "=", "@", "a ", "a:", "a|", "-a ", '"a" '])
def test_the_steps_of_reading_one_thing_over_and_over_grow_with_its_length(sign: str) -> None:
    parse("warm")
    short, long = (steps_of(sign * (length // len(sign)) + "a") for length in (600, 2400))
    assert long < 6 * short
