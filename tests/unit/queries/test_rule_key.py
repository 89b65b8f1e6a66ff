"""Two queries that ask for the same share one rule key, and so one rule of the engine."""

from __future__ import annotations

import pytest

from services.queries.canonical import rule_key
from services.queries.parser import parse


def key(text: str) -> str:
    """The rule key of a query."""
    return rule_key(parse(text).tree)


SAME = [
    ("a b", "b a"), ("a OR b", "b | a"), ("Rent CONTROL", "control rent"), ("a NEAR/3 b", "b NEAR/3 a"),
    ("a SENT b", "b SENT a"), ("(a b) OR (c d)", "(d c) OR (b a)"), ("title:(a b)", "title:(b a)"),
    ("place:california", "place:California"), ("source:WIRE", "source:wire"), ('"drive by"', "drive-by"),
    ("a -(b OR c)", "a -(c OR b)"), ("café", "cafe"), ("ATLEAST/2(a OR b)", "ATLEAST2(b OR a)"), ("(a OR b) c", "c (b OR a)"),
    ("jurisdiction!", "Jurisdiction*"), ("hlead:a", "lead:a OR title:a"), ("“a b”", '"a b"'),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right"), SAME)
def test_order_and_spelling_do_not_change_the_rule_key(left: str, right: str) -> None:
    assert key(left) == key(right)


APART = [
    ("a b", "a OR b"), ("a b", '"a b"'), ("a ONEAR/3 b", "b ONEAR/3 a"), ("a NEAR/3 b", "a NEAR/4 b"),
    ("a NEAR/3 b", "a ONEAR/3 b"), ("a SENT b", "a PARA b"), ("ICE", "=ICE"), ("=ICE", "=Ice"), ("title:a", "lead:a"),
    ("title:a", "a"), ("place:Ohio", "about:Ohio"), ("place:Ohio", 'place:="Ohio"'), ("place:Ohio", "place~:Ohio"),
    ("abcd*", "abcd"), ("abc?", "abc*"), ("a words:>5", "a words:<5"), ("ATLEAST/2(a)", "ATLEAST/3(a)"),
    ("source:a", "author:a"), ("topic:a", "a"), ("a (b OR c)", "(a b) OR c"), ("a -b", "a b"),
    ('"NOT" a', "-a -b c"), ("site:a.com", "source:a.com"), ("a -(b c)", "a -b -c"), ('"a b" c', 'a "b c"'),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right"), APART)
def test_queries_that_ask_for_different_things_have_different_keys(left: str, right: str) -> None:
    assert key(left) != key(right)
