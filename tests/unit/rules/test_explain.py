"""What an explanation says: each part's truth, true leaves with their place, what decided a miss, what was ignored."""

from __future__ import annotations

import pytest

from services.articles.zones import read_text
from services.queries.document import document
from services.queries.parser import parse
from services.rules.explain import Part, explain, to_json

TEXT = """OAKTON (AP) — The council made Oakton a sanctuary city. Music was played.

READ MORE: Animal shelter fined over permits

Residents cheered for the council."""
DOCUMENT = document(read_text(TEXT, title="Council votes"))


def explained(query: str):
    return explain(parse(query).tree, DOCUMENT)


def test_every_true_leaf_shows_its_zone_sentence_and_span() -> None:
    found = explained('council "sanctuary city"')
    assert found.matched
    shown = [(one.clause, one.zone, one.sentence_number) for one in found.verdict.evidence]
    assert shown == [("council", "title", 1), ("council", "lead", 1), ("council", "body", 1),
                     ('"sanctuary city"', "lead", 1)]  # fmt: skip
    for one in found.verdict.evidence:
        assert one.zone is not None
        assert DOCUMENT.shown(one.zone)[one.start : one.end].lower() in ("council", "sanctuary city")


@pytest.mark.parametrize(
    ("query", "parts", "any_part"),
    [
        ("council -music", [("council", True), ("NOT music", False)], False),
        ("mayor OR council", [("mayor", False), ("council", True)], True),
        ("mayor", [("mayor", False)], False),
    ],
)
def test_each_top_level_clause_has_its_own_truth(query: str, parts: list[tuple[str, bool]], any_part: bool) -> None:
    found = explained(query)
    assert found.parts == tuple(Part(*part) for part in parts)
    assert found.any_part is any_part


@pytest.mark.parametrize(
    ("query", "leaves"),
    [
        ("mayor (sheriff OR deputy)", [("mayor", False)]),
        ("(sheriff OR deputy) (mayor OR governor OR judge)", [("sheriff", False), ("deputy", False)]),
        ("council -music", [("music", True)]),
        ("ATLEAST/4(council)", [("ATLEAST/4(council)", False)]),
    ],
)
def test_a_miss_names_a_smallest_set_of_leaves(query: str, leaves: list[tuple[str, bool]]) -> None:
    found = explained(query)
    assert not found.matched
    assert [(leaf.clause, leaf.present) for leaf in found.verdict.missing] == leaves


def test_a_hit_in_a_teaser_is_shown_as_ignored() -> None:
    found = explained("council shelter")
    [one] = found.verdict.ignored
    assert (one.clause, one.zone, one.words) == ("shelter", "teaser", ("shelter",))


def test_json_says_how_the_parts_are_joined() -> None:
    assert to_json(explained("mayor OR council"))["joined_by"] == "OR"
    assert to_json(explained("mayor council"))["parts"][0] == {"clause": "mayor", "holds": False}
