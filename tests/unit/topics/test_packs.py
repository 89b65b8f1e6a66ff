"""Topic packs are read with clear errors, written back the same, and checked by their own examples."""

from __future__ import annotations

import pytest

from services.errors import InvalidError
from services.queries.evaluate import evaluate
from services.queries.parser import parse
from services.topics.packs import check, read_pack, trees, write_pack
from tests.unit.queries.test_evaluate import FakePlaces, seen

PACK = """\
name: rent
title: Rent
description: What rents may be.
terms:
  - '"rent control"'
  - rent* NEAR/3 cap*
exclusions:
  - '"car rental"'
places:
  - California
must_match:
  - The city voted for rent control.
must_not_match:
  - A car rental firm caps its rents.
  - |-
    Firefighters saved a home.

    READ MORE: Rent control
"""


def test_a_pack_is_any_term_and_no_exclusion_in_its_places() -> None:
    pack = read_pack(PACK, "rent.yaml")
    assert pack.name == "rent"
    assert pack.words == parse('("rent control" OR rent* NEAR/3 cap*) -"car rental"').tree
    assert pack.tree == parse('("rent control" OR rent* NEAR/3 cap*) -"car rental" place:California').tree
    assert trees([pack]) == {"rent": pack.tree}


def test_writing_and_reading_a_pack_gives_the_same() -> None:
    pack = read_pack(PACK, "rent.yaml")
    assert write_pack(pack) == PACK
    assert read_pack(write_pack(pack), "rent.yaml") == pack


def test_texts_that_yaml_takes_for_something_else_survive() -> None:
    pack = read_pack(PACK.replace("title: Rent", "title: 1984").replace("What rents may be.", "yes"), "rent.yaml")
    assert (pack.title, pack.description) == ("1984", "yes")
    assert read_pack(write_pack(pack), "rent.yaml") == pack


def test_examples_that_come_out_wrong_are_reported_with_the_clause() -> None:
    text = PACK.replace("The city voted for rent control.", "The city voted.").replace(
        "A car rental firm caps its rents.", "The firm caps its rents."
    )
    assert [str(failure) for failure in check(read_pack(text, "rent.yaml"))] == [
        "rent: must_match 1 does not match: The city voted.",
        "rent: must_not_match 1 matches by rent* NEAR/3 cap*: The firm caps its rents.",
    ]


def test_an_exclusion_that_stopped_an_example_is_named() -> None:
    text = PACK.replace("voted for rent control.", "put rent control on car rental.")
    (failure,) = check(read_pack(text, "rent.yaml"))
    assert str(failure).startswith('rent: must_match 1 does not match, because of "car rental": ')


def test_places_count_when_they_can_be_found() -> None:
    pack = read_pack(PACK, "rent.yaml")
    assert check(pack) == []
    assert check(pack, lambda article: FakePlaces()) == []
    assert not evaluate(pack.tree, seen("Rent control")).matched


MISTAKES = [
    (PACK.replace("name: rent\n", ""), "rent.yaml, name: a text is expected, none was found"),
    (PACK.replace("name: rent\n", "name:\n"), "rent.yaml, name: a text is expected, none was found"),
    (PACK.replace("name: rent\n", "name: Rent Control\n"), ("rent.yaml, line 1, name: A name has small letters, digits "
     'and hyphens, 60 at most, such as rent-control; here stands "Rent Control"')),
    (PACK.replace("title: Rent", "titel: Rent"), ("rent.yaml, line 2, titel: There is no such field. The fields are name, "
     "title, description, terms, exclusions, places, must_match, must_not_match")),
    (PACK + "name: again\n", "rent.yaml, line 19, name: This field stands here a second time"),
    (PACK.replace("rent* NEAR/3 cap*", "rent NEAR/x cap*"),
     "rent.yaml, line 6, terms/2: NEAR/x needs a number of words, at character 6, in rent NEAR/x cap*"),
    (PACK.replace("rent* NEAR/3 cap*", "topic:other"),
     "rent.yaml, line 6, terms/2: A query in a pack cannot name another topic, in topic:other"),
    (PACK.replace("rent* NEAR/3 cap*", "a -(b topic:other)"),
     "rent.yaml, line 6, terms/2: A query in a pack cannot name another topic, in a -(b topic:other)"),
    (PACK.replace("rent* NEAR/3 cap*", ""), "rent.yaml, line 6, terms/2: A text is expected, none was found"),
    (PACK.replace("rent* NEAR/3 cap*", "{a: b}"), ("rent.yaml, line 6, terms/2: A text is expected; put a query with "
     "[ or { or a colon in it between single quotes")),
    (PACK.replace("terms:\n  - '\"rent control\"'\n  - rent* NEAR/3 cap*", "terms: rent"),
     "rent.yaml, line 4, terms: A list is expected, each entry on a line that starts with a hyphen"),
    (PACK.replace("terms:\n  - '\"rent control\"'\n  - rent* NEAR/3 cap*", "terms: []"),
     "rent.yaml, terms: at least 1 is expected, none was found"),
    (PACK.replace("  - California", "  - \"a \\\" b\""),
     'rent.yaml, line 10, places/1: A place\'s name has no quotation marks; here stands a " b'),
    ("- a\n", ("rent.yaml: a topic pack is a mapping with the fields name, title, description, terms, exclusions, places, "
     "must_match, must_not_match")),
    ("", ("rent.yaml: a topic pack is a mapping with the fields name, title, description, terms, exclusions, places, "
     "must_match, must_not_match")),
    ("a: [\n", "rent.yaml, line 2: this is not YAML: expected the node content, but found '<stream end>'"),
    ("a\0b", "rent.yaml: this is not YAML: unacceptable character #x0000: special characters are not allowed"),
    ("a" * 300_001, "rent.yaml: a topic pack has at most 300,000 characters, this has 300,001"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_a_mistake_names_file_line_and_field(text: str, message: str) -> None:
    with pytest.raises(InvalidError) as caught:
        read_pack(text, "rent.yaml")
    assert caught.value.message == message


def test_deep_and_swollen_yaml_is_refused() -> None:
    swollen = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"
    for text in ("[" * 1000, swollen, "{" * 1000, "!!python/object:os.system x"):
        with pytest.raises(InvalidError):
            read_pack(text, "rent.yaml")


def test_two_packs_of_one_name_are_refused() -> None:
    pack = read_pack(PACK, "rent.yaml")
    with pytest.raises(InvalidError, match='Two topic packs are called "rent"'):
        trees([pack, pack])
