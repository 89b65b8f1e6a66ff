"""A query taken apart: what brings, what keeps out, and the query as if every zone counted."""

from __future__ import annotations

import pytest

from services.articles.zones import read_text
from services.lookback.parts import Role, broadened, parts_of
from services.queries.canonical import to_text
from services.queries.document import document
from services.queries.evaluate import holds
from services.queries.parser import parse

DOCUMENT = document(read_text("The council met.\n\nREAD MORE: Sanctuary city vote\n\nPeople came.", title="Vote"))


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("a1", [("a1", Role.BOTH, None)]),
        ("a1 OR b2", [("a1", Role.EITHER, None), ("b2", Role.EITHER, None)]),
        ("a1 b2 -c3", [("a1", Role.BOTH, "b2 NOT c3"), ("b2", Role.BOTH, "a1 NOT c3"), ("NOT c3", Role.WITHOUT, "a1 AND b2")]),
        ("(a1 OR b2) -c3", [("a1", Role.EITHER, None), ("b2", Role.EITHER, None), ("NOT c3", Role.WITHOUT, "a1 OR b2")]),
        ("a1 -c3", [("a1", Role.BOTH, None), ("NOT c3", Role.WITHOUT, "a1")]),
    ],
)  # fmt: skip
def test_a_query_is_taken_apart_at_the_top(query: str, parts: list[tuple[str, Role, str | None]]) -> None:
    found = parts_of(parse(query).tree)
    assert [(one.clause, one.role, one.rest and to_text(one.rest)) for one in found] == parts


@pytest.mark.parametrize(
    ("query", "strict", "broad"),
    [
        ("council", True, True),
        ('"sanctuary city"', False, True),
        ("council -sanctuary", True, True),
        ("sanctuary NEAR/2 vote", False, True),
        ("topic:havens", False, True),
        ("body:sanctuary", False, False),
        ("mayor", False, False),
    ],
)
def test_a_broadened_query_also_looks_where_words_do_not_count(query: str, strict: bool, broad: bool) -> None:
    topics = {"havens": parse("sanctuary OR refuge").tree}
    tree = parse(query).tree
    assert holds(tree, DOCUMENT, topics) is strict
    assert holds(broadened(tree, topics), DOCUMENT, topics) is broad
