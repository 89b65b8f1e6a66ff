"""What articles are about and whose governments act, on articles written and labelled for this."""

from __future__ import annotations

import pytest

from services.articles.zones import read_text
from services.places.kept import Kept
from services.reading import places_in
from tests.benchmarks.focus_score import ROWS, labelled, score
from tests.unit.places.traps import full


def _kept(text: str, title: str | None = None) -> Kept:
    return places_in(read_text(text, title=title))


def test_the_labelled_articles_are_mostly_told_right() -> None:
    articles = labelled()
    assert len(articles) >= 60
    for name in ("about", "gov"):
        total = score((*ROWS[name](one), one.kept) for one in articles)
        floor = score((*ROWS[f"{name}, floor"](one), one.kept) for one in articles)
        assert total.f1 >= 0.8
        assert total.f1 > floor.f1


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("OXNARD, Calif. — The City Council voted 5-2 on Monday.\n\nThe mayor was away, the city manager said.",
         ["ca/place:oxnard"]),
        ("OXNARD, Calif. — A painter died on Monday.\n\nShe was 91 and had painted doors.", []),
        ("SACRAMENTO, Calif. — The Legislature passed a budget on Monday.\n\nThe governor will sign it, lawmakers said.",
         ["ca"]),
        ("Crews from Fresno came.\n\nThe fire in Flint, Mich., burned on. Flint lost a mill. Flint has two left.",
         ["mi/place:flint"]),
    ],
)  # fmt: skip
def test_a_dateline_alone_needs_the_bodies_of_its_place(text: str, about: list[str]) -> None:
    assert list(_kept(text).about) == [full(short) for short in about]


@pytest.mark.parametrize(
    ("text", "gov"),
    [
        ("The Chicago City Council met on Monday. It was long.", ["il/place:chicago"]),
        ("The Los Angeles County sheriff said no. She left.", ["ca/county:los_angeles"]),
        ("Stockton will plant trees in Stockton, Calif. The mayor of the city is pleased.", ["ca/place:stockton"]),
        ("A bakery in Stockton, Calif., burned. Nobody was hurt in Stockton.", []),
        ("TOKYO — Prices rose in Japan on Monday.\n\nThe government will sell rice, the minister said.", ["country:jp"]),
    ],
)  # fmt: skip
def test_a_government_is_named_with_its_place_or_is_that_of_the_place(text: str, gov: list[str]) -> None:
    assert list(_kept(text).gov) == [full(short) for short in gov]
