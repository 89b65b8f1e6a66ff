"""A snapshot gives back an engine that matches, grows and shrinks as the one it was taken of."""

from __future__ import annotations

import random

import pytest

from services.errors import InvalidError
from services.queries.tree import Length, Phrase, Term, both
from services.rules.engine import Engine
from services.rules.packing import Packer
from services.rules.snapshot import dump, load
from tests import generate


def _engine(rng: random.Random, count: int) -> Engine:
    engine = Engine(generate.topics(random.Random(1)))
    for number in range(count):
        engine.add(f"r{number}", generate.query(rng))
    return engine


def test_an_engine_from_a_snapshot_goes_on_as_the_one_before() -> None:
    rng = random.Random(4)
    before = _engine(rng, 300)
    after = load(dump(before), generate.topics(random.Random(1)))
    assert len(after) == 300
    assert after.any_rules == before.any_rules
    for number in range(100):
        article, tree = generate.article(rng), generate.query(rng)
        assert set(after.match(article).rules) == set(before.match(article).rules)
        for engine in (before, after):
            engine.remove(f"r{2 * number}")
            engine.add(f"new{number}", tree)


def test_a_packed_tree_is_unpacked_equal() -> None:
    rng, packer = random.Random(9), Packer()
    trees = [generate.query(rng) for _ in range(500)]
    packed = [packer.pack(tree) for tree in trees]
    again = Packer(packer.texts)
    assert [again.unpack(one) for one in packed] == trees


@pytest.mark.parametrize("harm", ["cut", "flipped", "other"])
def test_a_snapshot_that_is_not_whole_is_refused(harm: str) -> None:
    data = dump(_engine(random.Random(2), 20))
    harmed = {"cut": data[:-1], "flipped": data[:-9] + bytes([data[-9] ^ 1]) + data[-8:], "other": b"x" + data[1:]}
    with pytest.raises(InvalidError):
        load(harmed[harm])


def test_a_tree_of_words_with_large_numbers_is_unpacked_equal() -> None:
    packer = Packer([f"word{number}" for number in range(1 << 16)])
    tree = both([Length(1 << 30), Term("word65535"), Phrase((Term("word8183"), Term("word8184"), Term("word8192")))])
    assert packer.unpack(packer.pack(tree)) == tree
