"""The packs that ship: their examples hold, and each file is as the product writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.topics.packs import check, read_pack, write_pack

FILES = sorted((Path(__file__).resolve().parents[3] / "config" / "topics").glob("*.yaml"))


def test_the_twelve_packs_are_there() -> None:
    assert len(FILES) >= 12


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_shipped_pack_keeps_its_word(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    pack = read_pack(text, file.name)
    assert pack.name == file.stem
    assert [str(failure) for failure in check(pack)] == []
    assert len(pack.must_match) >= 6
    assert len(pack.must_not_match) >= 6
    assert write_pack(pack) == text
