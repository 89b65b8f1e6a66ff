"""The packs that ship: their examples hold, and each file is as the product writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.errors import InvalidError
from services.queries.lookups import Lookups
from services.reading import places_asked
from services.store.packs import find_place, read_folder
from services.topics.packs import check, read_pack, write_pack

FILES = sorted((Path(__file__).resolve().parents[3] / "config" / "topics").glob("*.yaml"))


def test_the_twelve_packs_are_there() -> None:
    assert len(FILES) >= 12


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_shipped_pack_keeps_its_word(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    pack = read_pack(text, file.name, Lookups(places=find_place))
    assert pack.name == file.stem
    assert [str(failure) for failure in check(pack, places_asked)] == []
    assert len(pack.must_match) >= 6
    assert len(pack.must_not_match) >= 6
    assert write_pack(pack) == text


def test_a_pack_may_be_of_places_and_its_examples_are_tried_with_them(tmp_path: Path) -> None:
    pack = tmp_path / "levees.yaml"
    pack.write_text(
        "name: levees\ntitle: Levees\ndescription: Levees in the delta.\nterms: [levee*]\n"
        "places: [California, 'New Orleans, LA']\n"
        "must_match: ['A levee broke near Stockton, Calif., on Sunday.']\n"
        "must_not_match: ['A levee broke near Cairo, Ill., on Sunday.']\n"
    )
    (found,) = read_folder(tmp_path).values()
    assert check(found, places_asked) == []
    pack.write_text(pack.read_text().replace("New Orleans, LA", "Springfield"))
    with pytest.raises(InvalidError, match=r"levees\.yaml, line 5, places/2: 30 places are called"):
        read_folder(tmp_path)
