"""Laws of the query language, on generated queries and documents."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.errors import InvalidError
from services.queries import caret
from services.queries.canonical import rule_key, to_text
from services.queries.evaluate import Reader, Verdict, evaluate, holds
from services.queries.parser import Parsed, parse
from services.queries.tree import And, Node, Not, Or
from tests import generate, reference

SEED = 20261119
BLOCKS = range(5)
PER_BLOCK = 400


def _seeds(block: int) -> range:
    first = SEED + block * PER_BLOCK
    print(f"seeds {first} to {first + PER_BLOCK - 1}")
    return range(first, first + PER_BLOCK)


@pytest.mark.parametrize("block", BLOCKS)
def test_a_query_survives_printing_and_parsing(block: int) -> None:
    for seed in _seeds(block):
        tree = generate.query(random.Random(seed))
        printed = to_text(tree)
        again = parse(printed)
        assert (again.tree, again.text) == (tree, printed), seed
        assert rule_key(again.tree) == rule_key(tree), seed


@pytest.mark.parametrize("block", BLOCKS)
def test_other_spellings_are_read_as_the_same_query(block: int) -> None:
    for seed in _seeds(block):
        rng = random.Random(seed)
        tree = generate.query(rng)
        text = generate.spelled(tree, rng)
        assert parse(text).tree == tree, (seed, text)


@pytest.mark.parametrize("block", BLOCKS)
def test_evaluation_agrees_with_the_naive_reference(block: int) -> None:
    matched = 0
    for seed in _seeds(block):
        rng = random.Random(seed)
        seen, topics = generate.document(rng), generate.topics(rng)
        reader = Reader(seen)
        for _ in range(4):
            tree = generate.query(rng)
            expected = reference.matches(tree, seen, topics)
            verdict = evaluate(tree, reader, topics)
            assert holds(tree, reader, topics) is expected, (seed, to_text(tree))
            assert verdict.matched is expected, (seed, to_text(tree))
            check_evidence(verdict, reader)
            matched += expected
    assert PER_BLOCK * 4 * 0.1 < matched < PER_BLOCK * 4 * 0.9, "the generator has gone lopsided"


def check_evidence(verdict: Verdict, reader: Reader) -> None:
    """Whatever is shown stands in the article where it says, and its marks are the words."""
    assert not (verdict.matched and verdict.missing)
    for one in [*verdict.evidence, *verdict.ignored]:
        if one.zone is None or not one.sentence:
            continue
        shown = reader.document.shown(one.zone)
        assert shown[one.start :].startswith(one.words[0].split()[0])
        assert shown[: one.end].endswith(tuple(word.split()[-1] for word in one.words))
        assert tuple(one.sentence[low:high] for low, high in one.marks) == one.words


def test_the_missing_leaves_of_a_miss_decide_it() -> None:
    for seed in range(SEED, SEED + 1500):
        rng = random.Random(seed)
        seen = generate.document(rng)
        tree = generate.worded(rng)
        verdict = evaluate(tree, seen)
        if not verdict.matched:
            blamed = {parse(leaf.clause).tree for leaf in verdict.missing}
            assert blamed, seed
            for leaf in verdict.missing:
                assert holds(parse(leaf.clause).tree, seen) is leaf.present, (seed, leaf.clause)
            assert not _can_hold(tree, blamed, Reader(seen)), (seed, to_text(tree), verdict.missing)


def _can_hold(node: Node, fixed: set[Node], reader: Reader, wanted: bool = True) -> bool:
    """Whether the node could have the wanted truth if all leaves but the fixed ones were as one likes."""
    if isinstance(node, Not):
        return _can_hold(node.child, fixed, reader, not wanted)
    if isinstance(node, And | Or):
        free = [_can_hold(child, fixed, reader, wanted) for child in node.children]
        return all(free) if isinstance(node, And) is wanted else any(free)
    return node not in fixed or holds(node, reader) is wanted


def test_the_rule_key_forgets_order_and_spelling_and_nothing_else() -> None:
    for seed in range(SEED, SEED + 1500):
        rng = random.Random(seed)
        tree = generate.query(rng)
        assert rule_key(_shuffled(tree, rng)) == rule_key(tree), seed
        other = generate.query(rng)
        if rule_key(other) == rule_key(tree):
            seen = [generate.document(rng) for _ in range(20)]
            assert [holds(tree, one) for one in seen] == [holds(other, one) for one in seen]


def _shuffled(node: Node, rng: random.Random) -> Node:
    if isinstance(node, And | Or):
        children = [_shuffled(child, rng) for child in node.children]
        rng.shuffle(children)
        return And(tuple(children)) if isinstance(node, And) else Or(tuple(children))
    return Not(_shuffled(node.child, rng)) if isinstance(node, Not) else node


SIGNS = '()"|:=~*?!+-&@<>/ \t\n’“”–—.,0123456789abcdeéßİ中\u200d\u202e\u0000'
PIECES = ["AND", "OR", "NOT", "NEAR/5", "W/S", "ATLEAST/2(", "title:", "place:", "hlead:(", "words:>", "city", "ICE"]


@given(st.lists(st.sampled_from([*PIECES, *SIGNS]), max_size=40).map("".join) | st.text(max_size=60))
@settings(max_examples=1500, deadline=None, derandomize=True)
def test_any_text_is_a_query_or_a_mistake_at_a_spot_within_it(text: str) -> None:
    parsed, mistake = _read(text)
    if mistake is not None:
        assert mistake.position is not None
        assert 1 <= mistake.position <= len(text) + 1
        assert mistake.message
        assert len(caret.draw(text, mistake.position).split("\n")) == 2
    if parsed is not None:
        again = parse(parsed.text)
        assert (again.tree, again.text) == (parsed.tree, parsed.text)


def _read(text: str) -> tuple[Parsed | None, InvalidError | None]:
    try:
        return parse(text), None
    except InvalidError as mistake:
        return None, mistake
