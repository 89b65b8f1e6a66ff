"""The traps hold, but for those that are listed as known misses; a listed one that holds has to leave the list."""

from __future__ import annotations

import pytest
import yaml

from tests.unit.places.traps import FIELDS, FOLDER, Trap, full, gazetteer, mistakes, traps

KNOWN_MISSES: set[str] = set(yaml.safe_load((FOLDER.parent / "known_misses.yaml").read_text(encoding="utf-8")) or ())
TRAPS = traps()


def test_there_are_many_traps_each_with_a_name_of_its_own() -> None:
    assert len(TRAPS) >= 200
    assert len({trap.id for trap in TRAPS}) == len(TRAPS)
    assert {trap.id for trap in TRAPS} >= KNOWN_MISSES


@pytest.mark.parametrize("trap", TRAPS, ids=[trap.id for trap in TRAPS])
def test_a_trap_is_written_right(trap: Trap) -> None:
    assert set(trap.holds) <= FIELDS
    assert set(trap.holds) - {"trap", "text", "title", "home"}, "it asks for something"
    for field in ("names", "not_names", "within", "not_within"):
        for short in trap.holds.get(field, ()):
            assert gazetteer().row_of(full(short)) is not None, short


@pytest.mark.parametrize("trap", TRAPS, ids=[trap.id for trap in TRAPS])
def test_a_trap_holds_unless_it_is_a_known_miss(trap: Trap) -> None:
    said = mistakes(trap)
    if trap.id in KNOWN_MISSES:
        assert said, "it holds now: take it off known_misses.yaml"
    else:
        assert said == []
